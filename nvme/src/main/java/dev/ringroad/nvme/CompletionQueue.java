package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.nvme.command.CompletionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The ring of completions. An entry is there when its phase is that of the round: 1 in the first
 * round, and changed with each.
 */
final class CompletionQueue {
    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle WORDS = LONG.varHandle();
    private static final int PHASE_SHIFT = 48;

    private final MemorySegment entries;
    private final int shift;
    private final int mask;
    private final int spare;
    private final Doorbell doorbell;
    private int index;
    private int rung;

    /**
     * @param entries a power of two of them, all zero
     * @param depth how many commands can be under way
     */
    CompletionQueue(MemorySegment entries, int depth, Doorbell doorbell) {
        this.entries = entries;
        this.doorbell = doorbell;
        shift = Long.numberOfTrailingZeros(entries.byteSize() >>> CompletionEntry.BYTES_SHIFT);
        mask = (1 << shift) - 1;
        spare = (mask - depth) / 2;
    }

    int size() {
        return mask + 1;
    }

    /**
     * The last eight bytes of the next entry, whether or not it is there. The acquire keeps the
     * result, and data in memory, from being read before the phase.
     */
    long peekAcquire() {
        long at = (long) (index & mask) << CompletionEntry.BYTES_SHIFT;
        return (long) WORDS.getAcquire(entries, at + CompletionEntry.SQ_HEAD_AT);
    }

    /** Whether what {@link #peekAcquire} has seen is there. */
    boolean isThere(long word) {
        return ((word >>> PHASE_SHIFT ^ index >>> shift) & 1) != 0;
    }

    /** Takes the entry. */
    void advance() {
        index++;
    }

    /** Both result words of the entry that was taken last. */
    long result() {
        return entries.get(LONG, (long) (index - 1 & mask) << CompletionEntry.BYTES_SHIFT);
    }

    /** Whether a head that the controller tells is behind the ring's end. */
    boolean isBehindEnd(int head) {
        return head >>> shift != 0;
    }

    /**
     * Gives what was taken back to the controller, when it is more than the ring can spare: there
     * is always room for what is under way.
     */
    void ring() {
        ring(spare);
    }

    /** The same for all that was taken, before the owner sleeps. */
    void ringAll() {
        ring(0);
    }

    private void ring(int kept) {
        int end = index;
        if (end - rung > kept) {
            rung = end;
            doorbell.ring(end & mask);
        }
    }

    /** Empty; the controller does not use it now. */
    void clear() {
        entries.fill((byte) 0);
        index = 0;
        rung = 0;
    }

    void reset(@Nullable ShadowDoorbells shadow) {
        doorbell.reset(shadow);
    }

    long doorbells() {
        return doorbell.rings();
    }
}
