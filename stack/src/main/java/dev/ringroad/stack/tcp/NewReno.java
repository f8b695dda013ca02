package dev.ringroad.stack.tcp;

/**
 * Slow start, congestion avoidance and NewReno's window arithmetic (RFC 5681, RFC 6582, RFC 6928).
 */
final class NewReno implements CongestionControl {
    // A window is never useful beyond what window scaling can offer (RFC 7323 section 2.3).
    private static final int WINDOW_MAX = 1 << 30;

    private final int initialSegments;
    private int segmentBytes;
    private int window;
    private int threshold = WINDOW_MAX;
    private int avoidanceBytes;

    NewReno(int initialSegments) {
        this.initialSegments = initialSegments;
    }

    @Override
    public void start(int newSegmentBytes) {
        segmentBytes = newSegmentBytes;
        window = initialWindow();
        avoidanceBytes = 0;
    }

    private int initialWindow() {
        // RFC 6928: min(10 MSS, max(2 MSS, 14600)) for 10 segments; the middle term only binds
        // segments above 1460
        // bytes, which large links use on purpose, so it is left out there.
        return initialSegments * segmentBytes;
    }

    @Override
    public int windowBytes() {
        return window;
    }

    @Override
    public int slowStartThresholdBytes() {
        return threshold;
    }

    @Override
    public void acknowledged(int bytes, boolean limited) {
        if (!limited) {
            return;
        }
        int w = window;
        if (w < threshold) {
            w += bytes;
        } else {
            // RFC 5681 section 3.1 with the byte counting that it recommends: one segment more a
            // window.
            avoidanceBytes += bytes;
            if (avoidanceBytes >= w) {
                avoidanceBytes -= w;
                w += segmentBytes;
            }
        }
        window = Math.min(w, WINDOW_MAX);
    }

    @Override
    public void enterRecovery(int inFlightBytes) {
        threshold = Math.max(inFlightBytes >> 1, 2 * segmentBytes);
        window = threshold + 3 * segmentBytes;
    }

    @Override
    public void duplicate() {
        window = Math.min(window + segmentBytes, WINDOW_MAX);
    }

    @Override
    public void partial(int bytes) {
        int w = window - bytes;
        if (bytes >= segmentBytes) {
            w += segmentBytes;
        }
        window = Math.max(w, segmentBytes);
    }

    @Override
    public void leaveRecovery(int inFlightBytes) {
        // RFC 6582 section 3.2 step 3, option 1: no burst when little is in flight.
        window = Math.min(threshold, Math.max(inFlightBytes, segmentBytes) + segmentBytes);
        avoidanceBytes = 0;
    }

    @Override
    public void timedOut(int inFlightBytes, boolean first) {
        if (first) {
            threshold = Math.max(inFlightBytes >> 1, 2 * segmentBytes);
        }
        window = segmentBytes;
        avoidanceBytes = 0;
    }

    @Override
    public void idle() {
        window = Math.min(window, initialWindow());
    }
}
