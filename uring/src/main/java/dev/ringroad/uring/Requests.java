package dev.ringroad.uring;

import org.jspecify.annotations.Nullable;

/**
 * What is in flight: for each entry who is told of its completions, and what has to stay reachable
 * until the last. Bounded, made once; owned by the loop's thread.
 *
 * <pre>
 *   the entry's own token:   63           32 31           0
 *                            | generation   | slot index  |
 * </pre>
 *
 * <p>The generation changes with each use of a slot, and is never 0, so that neither a token of the
 * past nor that of an entry without a request is taken for one in flight.
 */
final class Requests implements CompletionHandler {
    private final CompletionHandler[] handlers;
    private final @Nullable Object[] held;
    private final long[] tokens;
    private final int[] generations;
    private final int[] free;
    private int freeCount;
    private long strayCompletions;

    Requests(int capacity) {
        handlers = new CompletionHandler[capacity];
        held = new @Nullable Object[capacity];
        tokens = new long[capacity];
        generations = new int[capacity];
        free = new int[capacity];
        for (int i = 0; i < capacity; i++) {
            handlers[i] = Requests::ignore;
            generations[i] = 1;
            free[capacity - 1 - i] = i;
        }
        freeCount = capacity;
    }

    private static void ignore(long token, int result, int flags) {
        // Nobody is told of what nobody asked for.
    }

    /** How many more fit. */
    int room() {
        return freeCount;
    }

    int inFlight() {
        return free.length - freeCount;
    }

    /** Completions that belonged to no request; each would be a bug, or an entry without one. */
    long strayCompletions() {
        return strayCompletions;
    }

    /** The token for the entry; there has to be {@link #room}. */
    long begin(CompletionHandler handler, long token, @Nullable Object keep) {
        if (keep instanceof UringBuffer buffer) {
            buffer.lend(); // first: it may refuse
        }
        int slot = free[--freeCount];
        handlers[slot] = handler;
        tokens[slot] = token;
        held[slot] = keep;
        return Integer.toUnsignedLong(slot) | (long) generations[slot] << 32;
    }

    @Override
    public void onCompletion(long own, int result, int flags) {
        int slot = (int) own;
        if (slot < 0 || slot >= generations.length || generations[slot] != (int) (own >>> 32)) {
            strayCompletions++;
            return;
        }
        CompletionHandler handler = handlers[slot];
        long token = tokens[slot];
        if (Completion.isLast(flags)) {
            end(slot); // before the handler, which may want the slot again
        }
        handler.onCompletion(token, result, flags);
    }

    private void end(int slot) {
        Object kept = held[slot];
        if (kept instanceof UringBuffer buffer) {
            buffer.returned();
        }
        held[slot] = null;
        handlers[slot] = Requests::ignore;
        int generation = generations[slot] + 1;
        generations[slot] = generation == 0 ? 1 : generation;
        free[freeCount++] = slot;
    }
}
