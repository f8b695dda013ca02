package dev.ringroad.nvme;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.pci.Mmio;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The ring of commands. Entries are plain stores; the doorbell is a release store behind them.
 *
 * <p>Where the head is does not matter here: there are fewer trackers than entries, and whoever
 * completes a command has fetched it. When the ring is in the controller's own memory, entries are
 * made in host memory and written over with the doorbell, in whole batches.
 */
final class SubmissionQueue {
    private static final ValueLayout.OfLong LONG = JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MemorySegment entries;
    private final int mask;
    private final Doorbell doorbell;
    private final @Nullable Mmio controllerMemory;
    private final long controllerMemoryAt;
    private int tail;
    private int rung;

    /**
     * @param entries a power of two of them
     * @param controllerMemory where the controller reads them, when that is not {@code entries}
     */
    SubmissionQueue(
            MemorySegment entries,
            Doorbell doorbell,
            @Nullable Mmio controllerMemory,
            long controllerMemoryAt) {
        this.entries = entries;
        this.mask = (int) (entries.byteSize() >>> SubmissionEntry.BYTES_SHIFT) - 1;
        this.doorbell = doorbell;
        this.controllerMemory = controllerMemory;
        this.controllerMemoryAt = controllerMemoryAt;
    }

    void write(
            long head,
            long metadata,
            long first,
            long second,
            long words10,
            long words12,
            long words14) {
        MemorySegment into = entries;
        int at = (tail & mask) << SubmissionEntry.BYTES_SHIFT;
        into.set(LONG, at, head);
        into.set(LONG, at + SubmissionEntry.CDW2_AT, 0);
        into.set(LONG, at + SubmissionEntry.METADATA_AT, metadata);
        into.set(LONG, at + SubmissionEntry.DATA_AT, first);
        into.set(LONG, at + SubmissionEntry.DATA2_AT, second);
        into.set(LONG, at + SubmissionEntry.CDW10_AT, words10);
        into.set(LONG, at + SubmissionEntry.CDW12_AT, words12);
        into.set(LONG, at + SubmissionEntry.CDW14_AT, words14);
        tail++;
    }

    boolean hasUnrung() {
        return tail != rung;
    }

    /** Shows the controller what was written since the last time, if anything. */
    void ring() {
        int end = tail;
        if (end != rung) {
            if (controllerMemory != null) {
                copy(controllerMemory, end);
            }
            rung = end;
            doorbell.ring(end & mask);
        }
    }

    private void copy(Mmio into, int end) {
        for (int index = rung; index != end; index++) {
            long at = (long) (index & mask) << SubmissionEntry.BYTES_SHIFT;
            for (int word = 0; word < SubmissionEntry.BYTES; word += Long.BYTES) {
                into.writeLong(controllerMemoryAt + at + word, entries.get(LONG, at + word));
            }
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
