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
    private static final int CANCEL_ALL = 1;
    private static final int CANCEL_ANY = 1 << 2;
    private static final long SECONDS = 1;

    private Cancellation() {}

    /**
     * Cancels all requests of a ring and waits until they are gone, a second at most: what waits
     * for a disk cannot be cancelled.
     *
     * @return how many were cancelled, or the negated errno
     */
    static int all(int ring) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(BYTES, Long.BYTES);
            request.set(JAVA_INT, 8, -1);
            request.set(JAVA_INT, 12, CANCEL_ALL | CANCEL_ANY);
            request.set(JAVA_LONG, 16, SECONDS);
            return IoUring.register(ring, REGISTER_SYNC_CANCEL, request, 1);
        }
    }
}
