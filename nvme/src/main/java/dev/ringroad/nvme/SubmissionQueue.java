package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.pci.Mmio;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The ring of commands. Entries are made beside it, in memory that only this side knows, and are
 * copied into the ring with the doorbell, in whole batches; the doorbell is a release store behind
 * them.
 *
 * <p>The copy is there for speed. A line of the ring that the controller has read takes a while to
 * come back to this processor before it can be stored to, some hundred nanoseconds when the
 * controller is a program on a far core. Stores leave a processor in order through a store buffer
 * of some 64 places, so an entry made in the ring itself holds up everything that the driver and
 * its handler store meanwhile, and only three or four lines are on their way at a time. A copy in
 * one go has nothing between the entries: it keeps the buffer full of lines that travel together.
 * The same copy is what a ring in the controller's own memory wants, where stores go over the bus.
 *
 * <p>Where the head is does not matter here: there are fewer trackers than entries, and whoever
 * completes a command has fetched it.
 */
final class SubmissionQueue {
    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int WORDS_SHIFT = SubmissionEntry.BYTES_SHIFT - 3;

    // Words of an entry.
    private static final int CDW2 = SubmissionEntry.CDW2_AT / Long.BYTES;
    private static final int METADATA = SubmissionEntry.METADATA_AT / Long.BYTES;
    private static final int DATA = SubmissionEntry.DATA_AT / Long.BYTES;
    private static final int DATA2 = SubmissionEntry.DATA2_AT / Long.BYTES;
    private static final int CDW10 = SubmissionEntry.CDW10_AT / Long.BYTES;
    private static final int CDW12 = SubmissionEntry.CDW12_AT / Long.BYTES;
    private static final int CDW14 = SubmissionEntry.CDW14_AT / Long.BYTES;

    private final MemorySegment ring;
    private final long[] staged;
    private final int mask;
    private final Doorbell doorbell;
    private final @Nullable Mmio controllerMemory;
    private final long controllerMemoryAt;
    private int tail;
    private int rung;

    /**
     * @param ring a power of two of entries
     * @param controllerMemory where the controller reads them, when that is not {@code ring}
     */
    SubmissionQueue(
            MemorySegment ring,
            Doorbell doorbell,
            @Nullable Mmio controllerMemory,
            long controllerMemoryAt) {
        this.ring = ring;
        this.doorbell = doorbell;
        this.controllerMemory = controllerMemory;
        this.controllerMemoryAt = controllerMemoryAt;
        int entries = (int) (ring.byteSize() >>> SubmissionEntry.BYTES_SHIFT);
        staged = new long[entries << WORDS_SHIFT];
        mask = entries - 1;
    }

    void write(
            long head,
            long metadata,
            long first,
            long second,
            long words10,
            long words12,
            long words14) {
        long[] into = staged;
        int at = (tail - rung) << WORDS_SHIFT;
        into[at] = head;
        into[at + CDW2] = 0;
        into[at + METADATA] = metadata;
        into[at + DATA] = first;
        into[at + DATA2] = second;
        into[at + CDW10] = words10;
        into[at + CDW12] = words12;
        into[at + CDW14] = words14;
        tail++;
    }

    boolean hasUnrung() {
        return tail != rung;
    }

    /** Shows the controller what was written since the last time, if anything. */
    void ring() {
        int count = tail - rung;
        if (count != 0) {
            int first = rung & mask;
            int toTheEnd = Math.min(count, mask + 1 - first);
            place(0, first, toTheEnd);
            if (toTheEnd < count) {
                place(toTheEnd, 0, count - toTheEnd);
            }
            rung = tail;
            doorbell.ring(rung & mask);
        }
    }

    private void place(int stagedIndex, int ringIndex, int count) {
        int from = stagedIndex << WORDS_SHIFT;
        int words = count << WORDS_SHIFT;
        long to = (long) ringIndex << SubmissionEntry.BYTES_SHIFT;
        if (controllerMemory != null) {
            placeFar(controllerMemory, from, words, controllerMemoryAt + to);
        } else if (count == 1) {
            placeOne(from, to);
        } else {
            MemorySegment.copy(staged, from, ring, LONG, to, words);
        }
    }

    /**
     * Word by word, as it was made: such loads are served from the store buffer, where the wider
     * ones of a copy, or of a loop that the compiler makes wide, wait until the words have left it.
     */
    private void placeOne(int at, long to) {
        long[] from = staged;
        MemorySegment into = ring;
        into.set(LONG, to, from[at]);
        into.set(LONG, to + SubmissionEntry.CDW2_AT, from[at + CDW2]);
        into.set(LONG, to + SubmissionEntry.METADATA_AT, from[at + METADATA]);
        into.set(LONG, to + SubmissionEntry.DATA_AT, from[at + DATA]);
        into.set(LONG, to + SubmissionEntry.DATA2_AT, from[at + DATA2]);
        into.set(LONG, to + SubmissionEntry.CDW10_AT, from[at + CDW10]);
        into.set(LONG, to + SubmissionEntry.CDW12_AT, from[at + CDW12]);
        into.set(LONG, to + SubmissionEntry.CDW14_AT, from[at + CDW14]);
    }

    private void placeFar(Mmio into, int from, int words, long to) {
        for (int word = 0; word < words; word++) {
            into.writeLong(to + (long) word * Long.BYTES, staged[from + word]);
        }
    }

    /** As when it was made. */
    void reset(@Nullable ShadowDoorbells shadow) {
        tail = 0;
        rung = 0;
        doorbell.reset(shadow);
    }

    long doorbells() {
        return doorbell.rings();
    }
}
