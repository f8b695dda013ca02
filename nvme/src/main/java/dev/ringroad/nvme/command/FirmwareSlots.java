package dev.ringroad.nvme.command;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Which firmware a controller has, 512 bytes (NVM Express Base Specification 2.0, section 5.16.1.4,
 * "Firmware Slot Information").
 *
 * <pre>
 *    0         1            8            16                64
 *    | active  | reserved   | slot 1     | … slot 7        | reserved … 512
 *
 *   active:  2 0  slot that runs       6 4  slot after the next reset, 0 for none
 * </pre>
 */
public final class FirmwareSlots extends Structure {
    public static final int BYTES = 512;

    public static final int SLOTS = 7;

    private static final int REVISION_BYTES = 8;

    /**
     * Looks at memory as this structure; it stays whose it is.
     *
     * @throws IllegalArgumentException when it has fewer than {@link #BYTES}
     */
    public FirmwareSlots(MemorySegment memory) {
        super(memory, BYTES);
    }

    /** From 1. */
    public int active() {
        return byteAt(0) & 7;
    }

    /** From 1; 0 when a reset changes nothing. */
    public int next() {
        return byteAt(0) >> 4 & 7;
    }

    /**
     * @param slot from 1
     * @return empty when nothing is there
     */
    public String revision(int slot) {
        int index = Objects.checkIndex(slot - 1, SLOTS);
        return textAt((index + 1L) * REVISION_BYTES, REVISION_BYTES);
    }
}
