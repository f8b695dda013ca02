package dev.ringroad.stack.tcp;

/**
 * Estimates the round-trip time and derives the retransmission time-out (RFC 6298).
 *
 * <p>The smoothed values are kept in nanoseconds; a path through shared memory takes a microsecond,
 * where a clock of milliseconds would see nothing.
 */
final class RttEstimator {
    private final long minNanos;
    private final long maxNanos;
    private final long initialNanos;

    private long smoothedNanos;
    private long variationNanos;
    private long lowestNanos = Long.MAX_VALUE;
    private long timeoutNanos;
    private int backoff;

    RttEstimator(long initialNanos, long minNanos, long maxNanos) {
        this.initialNanos = initialNanos;
        this.minNanos = minNanos;
        this.maxNanos = maxNanos;
        timeoutNanos = initialNanos;
    }

    /**
     * Takes a measurement of a segment that was sent once (Karn's algorithm: others say nothing).
     */
    void sample(long rttNanos) {
        long r = Math.max(rttNanos, 1);
        if (smoothedNanos == 0) {
            smoothedNanos = r;
            variationNanos = r >> 1;
        } else {
            long difference = smoothedNanos - r;
            variationNanos += (Math.abs(difference) - variationNanos) >> 2;
            smoothedNanos += (r - smoothedNanos) >> 3;
            if (smoothedNanos <= 0) {
                smoothedNanos = 1;
            }
        }
        if (r < lowestNanos) {
            lowestNanos = r;
        }
        timeoutNanos = Math.clamp(smoothedNanos + (variationNanos << 2), minNanos, maxNanos);
        backoff = 0;
    }

    /** The present time-out, backed off. */
    long timeoutNanos() {
        return backoff == 0 ? timeoutNanos : backedOff(timeoutNanos, backoff);
    }

    /** The time-out doubled as often as told, for probes that count for themselves. */
    long timeoutNanos(int doublings) {
        return backedOff(timeoutNanos, doublings);
    }

    private long backedOff(long base, int doublings) {
        long limit = maxNanos >> Math.min(doublings, 40);
        return base > limit ? maxNanos : base << doublings;
    }

    /** A time-out has passed: the next one is twice as long (RFC 6298 section 5.5). */
    void backOff() {
        if (backoff < 40) {
            backoff++;
        }
    }

    /** New data were acknowledged. */
    void progress() {
        backoff = 0;
    }

    /**
     * A handshake that had to send its SYN again starts with 3 s (RFC 6298 section 5.7), unless it
     * was set lower.
     */
    void handshakeWasRetransmitted() {
        backoff = 0;
        if (smoothedNanos == 0) {
            timeoutNanos = Math.clamp(3 * initialNanos, minNanos, maxNanos);
        }
    }

    /** 0 before the first measurement. */
    long smoothedNanos() {
        return smoothedNanos;
    }

    /** Mean deviation of the measurements. */
    long variationNanos() {
        return variationNanos;
    }

    /** The least measurement; 0 before the first. */
    long lowestNanos() {
        return lowestNanos == Long.MAX_VALUE ? 0 : lowestNanos;
    }
}
