package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The completions that the kernel writes.
 *
 * <pre>
 *   struct io_uring_cqe (linux/io_uring.h), 16 bytes, or 32 with {@link SetupFlag#CQE32}
 *   0       8        12      16
 *   | token | result | flags | (the operation's own) |
 * </pre>
 *
 * <p>The kernel moves the tail, which we load with acquire before the entries; we move the head,
 * with release behind the reading.
 */
final class CompletionQueue {
    static final int ENTRY_BYTES = 16;
    static final int LARGE_ENTRY_BYTES = 32;

    private static final VarHandle CURSOR = JAVA_INT.varHandle().withInvokeExactBehavior();
    private static final int FLAG_EVENTS_OFF = 1;
    private static final long RESULT_AT = 8;
    private static final long FLAGS_AT = 12;

    private final MemorySegment ring;
    private final long headAt;
    private final long tailAt;
    private final long overflowAt;
    private final long entriesAt;
    private final long flagsAt;
    private final int size;
    private final int mask;
    private final long entryBytes;

    private int head;

    CompletionQueue(MemorySegment ring, RingParameters parameters, long entryBytes) {
        this.ring = ring;
        this.entryBytes = entryBytes;
        headAt = parameters.completionHeadAt();
        tailAt = parameters.completionTailAt();
        overflowAt = parameters.completionOverflowAt();
        entriesAt = parameters.completionEntriesAt();
        flagsAt = parameters.completionFlagsAt();
        size = parameters.completionEntries();
        mask = size - 1;
        head = (int) CURSOR.getAcquire(ring, headAt);
    }

    int size() {
        return size;
    }

    int available() {
        return (int) CURSOR.getAcquire(ring, tailAt) - head;
    }

    /** Has the kernel signal the registered event for completions, or not. */
    void signalEvents(boolean on) {
        CURSOR.setRelease(ring, flagsAt, on ? 0 : FLAG_EVENTS_OFF);
    }

    /** Completions that the kernel had no memory to keep. */
    long lost() {
        return Integer.toUnsignedLong((int) CURSOR.getOpaque(ring, overflowAt));
    }

    int poll(CompletionHandler handler, int limit) {
        int count = Math.min(available(), limit);
        MemorySegment from = ring;
        int first = head;
        int done = 0;
        try {
            while (done < count) {
                long at = entriesAt + (first + done & mask) * entryBytes;
                long token = from.get(JAVA_LONG, at);
                int result = from.get(JAVA_INT, at + RESULT_AT);
                int flags = from.get(JAVA_INT, at + FLAGS_AT);
                done++;
                handler.onCompletion(token, result, flags);
            }
        } finally {
            // Also when a handler throws: what it has seen is not shown again.
            head = first + done;
            CURSOR.setRelease(ring, headAt, head);
        }
        return done;
    }
}
