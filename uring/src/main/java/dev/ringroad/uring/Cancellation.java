package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.IoUring;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Cancelling at once, without an entry.
 *
 * <pre>
 *   struct io_uring_sync_cancel_reg (linux/io_uring.h), 64 bytes
 *   0       8            12      16               32       33                       64
 *   | token | descriptor | flags | time-out (s, ns) | opcode | reserved             |
 * </pre>
 */
final class Cancellation {
    private static final int REGISTER_SYNC_CANCEL = 24;
    private static final int BYTES = 64;
    private static final int CANCEL_DESCRIPTOR = 1 << 1;
    private static final int CANCEL_ANY = 1 << 2;
    private static final long SECOND = 1_000_000_000L;

    private Cancellation() {}

    /**
     * Cancels all requests of a ring and waits until they are gone, a second at most: what waits
     * for a disk cannot be cancelled.
     *
     * @return how many were cancelled, or the negated errno
     */
    static int all(int ring) {
        return register(ring, 0, -1, ControlOperations.CANCEL_ALL | CANCEL_ANY, SECOND);
    }

    /** Cancels what has a token, and waits so long at most until it is gone. */
    static int token(int ring, long token, int flags, long timeoutNanos) {
        return register(ring, token, -1, flags, timeoutNanos);
    }

    /** Cancels what uses a descriptor, and waits so long at most until it is gone. */
    static int descriptor(int ring, int descriptor, int flags, long timeoutNanos) {
        return register(ring, 0, descriptor, flags | CANCEL_DESCRIPTOR, timeoutNanos);
    }

    private static int register(
            int ring, long token, int descriptor, int flags, long timeoutNanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(BYTES, Long.BYTES);
            request.set(JAVA_LONG, 0, token);
            request.set(JAVA_INT, 8, descriptor);
            request.set(JAVA_INT, 12, flags);
            request.set(JAVA_LONG, 16, timeoutNanos / SECOND);
            request.set(JAVA_LONG, 24, timeoutNanos % SECOND);
            return IoUring.register(ring, REGISTER_SYNC_CANCEL, request, 1);
        }
    }
}
