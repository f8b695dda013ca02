package dev.ringroad.net.device.capture;

/** Which way a captured frame went, as the flags of its block say it. */
public enum Direction {
    /** Received. */
    INBOUND(1),
    /** Transmitted. */
    OUTBOUND(2);

    private final int flags;

    Direction(int flags) {
        this.flags = flags;
    }

    int flags() {
        return flags;
    }
}
