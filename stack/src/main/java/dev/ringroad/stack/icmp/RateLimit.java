package dev.ringroad.stack.icmp;

/**
 * Lets so many events a second pass, and as many at once when it has been quiet (a token bucket of
 * one second's depth).
 */
public final class RateLimit {
    private static final long SECOND = 1_000_000_000L;

    private final int perSecond;
    private final long nanosEach;
    private long credit;
    private long lastNanos;

    /** A limit; 0 lets nothing pass. */
    public RateLimit(int perSecond, long nowNanos) {
        this.perSecond = perSecond;
        this.nanosEach = perSecond == 0 ? 0 : SECOND / perSecond;
        this.credit = SECOND;
        this.lastNanos = nowNanos;
    }

    /** Whether one more may pass now; it is counted if so. */
    public boolean allows(long nowNanos) {
        if (perSecond == 0) {
            return false;
        }
        long passed = Math.clamp(nowNanos - lastNanos, 0, SECOND);
        lastNanos = nowNanos;
        credit = Math.min(SECOND, credit + passed);
        if (credit < nanosEach) {
            return false;
        }
        credit -= nanosEach;
        return true;
    }
}
