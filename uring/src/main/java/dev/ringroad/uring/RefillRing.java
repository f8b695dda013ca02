package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The ring in which memory of a {@link ZeroCopyReceive} goes back to the kernel.
 *
 * <pre>
 *   struct io_uring_zcrx_rqe (linux/io_uring.h), 16 bytes
 *   0                       8        12         16
 *   | offset, area in 48..63 | bytes | reserved |
 * </pre>
 *
 * <p>We move the tail with release behind the entries; the kernel moves the head, which we load
 * with acquire before an entry is used again.
 */
final class RefillRing {
    static final int ENTRY_BYTES = 16;

    private static final VarHandle CURSOR = JAVA_INT.varHandle().withInvokeExactBehavior();

    private final MemorySegment memory;
    private final long headAt;
    private final long tailAt;
    private final long entriesAt;
    private final int size;
    private int tail;

    /**
     * @param size a power of two
     */
    RefillRing(MemorySegment memory, long headAt, long tailAt, long entriesAt, int size) {
        this.memory = memory;
        this.headAt = headAt;
        this.tailAt = tailAt;
        this.entriesAt = entriesAt;
        this.size = size;
        tail = (int) CURSOR.getAcquire(memory, tailAt);
    }

    /** How many entries the kernel has not taken leave room for. */
    int room() {
        return size - (tail - (int) CURSOR.getAcquire(memory, headAt));
    }

    /**
     * Gives memory back; the kernel sees it once {@link #publish} is called.
     *
     * @return false when the ring is full
     */
    boolean offer(long offset, int bytes) {
        if (room() == 0) {
            return false;
        }
        long at = entriesAt + (long) (tail & size - 1) * ENTRY_BYTES;
        memory.set(JAVA_LONG, at, offset);
        memory.set(JAVA_INT, at + 8, bytes);
        memory.set(JAVA_INT, at + 12, 0);
        tail++;
        return true;
    }

    void publish() {
        CURSOR.setRelease(memory, tailAt, tail);
    }
}
