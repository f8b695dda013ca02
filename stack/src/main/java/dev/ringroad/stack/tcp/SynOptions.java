package dev.ringroad.stack.tcp;

import dev.ringroad.net.wire.TcpOptions;

import java.lang.foreign.MemorySegment;

/** The options of a SYN, in an order that keeps each aligned. */
final class SynOptions {
    /** No window scaling: the peer does not know it. */
    static final int NO_SHIFT = TcpOptions.WINDOW_SCALE_NONE;

    private SynOptions() {}

    static int bytes(boolean timestamps, int windowShift) {
        return TcpOptions.MSS_BYTES
                + (timestamps ? TcpOptions.TIMESTAMPS_BYTES : 0)
                + (windowShift == NO_SHIFT ? 0 : TcpOptions.WINDOW_SCALE_BYTES);
    }

    static void write(
            MemorySegment s,
            long at,
            int segmentBytes,
            int windowShift,
            boolean timestamps,
            int timestamp,
            int echo) {
        long next = at + TcpOptions.writeMss(s, at, Math.min(segmentBytes, 0xffff));
        if (timestamps) {
            next += TcpOptions.writeTimestamps(s, next, timestamp, echo);
        }
        if (windowShift != NO_SHIFT) {
            TcpOptions.writeWindowScale(s, next, windowShift);
        }
    }
}
