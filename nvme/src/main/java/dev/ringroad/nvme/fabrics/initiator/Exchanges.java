package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The exchanges of a connection, and the commands' entries.
 *
 * <pre>
 *   command identifier    15              bits  0
 *                         | how often used | index |
 * </pre>
 */
final class Exchanges {
    /** Leaves the identifier six bits to tell commands of one exchange apart. */
    static final int COUNT_MAX = 1024;

    /** Means no command at all in places where identifiers are quoted. */
    private static final int NO_COMMAND = 0xFFFF;

    private static final int ID_MASK = 0xFFFF;

    private final Exchange[] all;
    private final int indexBits;
    private final MemorySegment entries;
    private @Nullable Exchange free;
    private int activeCount;

    Exchanges(int count) {
        if (count < 1 || count > COUNT_MAX) {
            throw new IllegalArgumentException(
                    "A queue is 1 to " + COUNT_MAX + " commands deep, not " + count);
        }
        all = new Exchange[count];
        indexBits = Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
        entries = Arena.ofAuto().allocate((long) count * SubmissionEntry.BYTES, Long.BYTES);
        for (int i = count - 1; i >= 0; i--) {
            Exchange made = new Exchange(i);
            made.commandId = i;
            made.next = free;
            all[i] = made;
            free = made;
        }
    }

    int count() {
        return all.length;
    }

    boolean isFull() {
        return free == null;
    }

    int activeCount() {
        return activeCount;
    }

    Exchange at(int index) {
        return all[index];
    }

    /** Entries of all commands, each at {@link #entryAt}. */
    MemorySegment entries() {
        return entries;
    }

    long entryAt(Exchange exchange) {
        return (long) exchange.index * SubmissionEntry.BYTES;
    }

    /** One that is free, with an identifier of its own; null when there is none. */
    @Nullable Exchange acquire(ExchangeOwner owner) {
        Exchange taken = free;
        if (taken == null) {
            return null;
        }
        free = taken.next;
        taken.next = null;
        activeCount++;
        int id = (taken.commandId + (1 << indexBits)) & ID_MASK;
        if (id == NO_COMMAND) {
            id = taken.index;
        }
        taken.begin(id, owner);
        return taken;
    }

    /** Gives one back. */
    void release(Exchange exchange) {
        exchange.end();
        exchange.next = free;
        free = exchange;
        activeCount--;
    }

    /** The one whose present command has an identifier that came from outside; null for none. */
    @Nullable Exchange find(int commandId) {
        int index = commandId & ((1 << indexBits) - 1);
        if (index >= all.length) {
            return null;
        }
        Exchange found = all[index];
        return found.active && found.commandId == commandId ? found : null;
    }
}
