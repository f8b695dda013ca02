package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.Set;

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

    private final long entryBytes;
    private final boolean large;

    private MemorySegment ring;
    private long headAt;
    private long tailAt;
    private long overflowAt;
    private long entriesAt;
    private long flagsAt;
    private int size;
    private int mask;

    private int head;
    private long extraAt;
    private boolean polling;

    @SuppressWarnings("NullAway.Init") // attach() fills in the rest
    CompletionQueue(RingMappings mappings, RingParameters parameters, Set<SetupFlag> flags) {
        entryBytes = entryBytes(flags);
        large = flags.contains(SetupFlag.CQE32) || flags.contains(SetupFlag.CQE_MIXED);
        attach(mappings, parameters);
    }

    static int entryBytes(Set<SetupFlag> flags) {
        return flags.contains(SetupFlag.CQE32) ? LARGE_ENTRY_BYTES : ENTRY_BYTES;
    }

    /** Takes the memory of a ring that was made, or resized. */
    void attach(RingMappings mappings, RingParameters parameters) {
        ring = mappings.rings();
        headAt = parameters.completionHeadAt();
        tailAt = parameters.completionTailAt();
        overflowAt = parameters.completionOverflowAt();
        entriesAt = parameters.completionEntriesAt();
        flagsAt = parameters.completionFlagsAt();
        size = parameters.completionEntries();
        mask = size - 1;
        head = (int) CURSOR.getAcquire(ring, headAt);
    }

    /** Whether a handler is being shown completions. */
    boolean isPolling() {
        return polling;
    }

    /**
     * One of the two longs behind the completion that the handler is being shown, which has to be a
     * large one.
     */
    long extra(int index) {
        Objects.checkIndex(index, 2);
        return ring.get(JAVA_LONG, extraAt + index * JAVA_LONG.byteSize());
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
        if (large) {
            return pollLarge(handler, limit);
        }
        int count = Math.min(available(), limit);
        MemorySegment from = ring;
        int first = head;
        int done = 0;
        polling = true;
        try {
            while (done < count) {
                long at = entriesAt + (long) (first + done & mask) * ENTRY_BYTES;
                // No slice of the entry: an object a completion, where the compilers inline less.
                long token = from.get(JAVA_LONG_UNALIGNED, at);
                int result = from.get(JAVA_INT_UNALIGNED, at + RESULT_AT);
                int flags = from.get(JAVA_INT_UNALIGNED, at + FLAGS_AT);
                done++;
                handler.onCompletion(token, result, flags);
            }
        } finally {
            // Also when a handler throws: what it has seen is not shown again.
            polling = false;
            advance(first + done);
        }
        return done;
    }

    // In a mixed queue a large completion takes two places, and one that would not fit before the
    // end leaves a gap, which is marked.
    private int pollLarge(CompletionHandler handler, int limit) {
        int count = available();
        int next = head;
        int end = next + count;
        int seen = 0;
        polling = true;
        try {
            while (next != end && seen < limit) {
                long at = entriesAt + (next & mask) * entryBytes;
                long token = ring.get(JAVA_LONG, at);
                int result = ring.get(JAVA_INT, at + RESULT_AT);
                int flags = ring.get(JAVA_INT, at + FLAGS_AT);
                boolean takesTwo = entryBytes == ENTRY_BYTES && (flags & Completion.LARGE) != 0;
                next += takesTwo ? 2 : 1;
                if (entryBytes == ENTRY_BYTES && (flags & Completion.SKIP) != 0) {
                    continue;
                }
                extraAt = at + ENTRY_BYTES;
                seen++;
                handler.onCompletion(token, result, flags);
            }
        } finally {
            polling = false;
            advance(next);
        }
        return seen;
    }

    private void advance(int to) {
        head = to;
        CURSOR.setRelease(ring, headAt, to);
    }
}
