package dev.ringroad.core.pci;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Interrupts as writes to memory, described by a table among the registers (PCI Local Bus
 * Specification 3.0, section 6.8.2).
 *
 * <pre>
 *   capability                                    an entry of the table
 *        31 30 29       26 16 15   8 7     0           31                          0
 *   +0  | E| F|          |last| next | 0x11  |    +0  | message address, low         |
 *   +4  | table offset              | BAR   |    +4  | message address, high        |
 *   +8  | pending bits offset       | BAR   |    +8  | message data                 |
 *                                                +12 |                        | mask |
 * </pre>
 *
 * @param offset where it is in configuration space
 * @param vectorCount entries of the table, 1 to 2048
 * @param tableBar which base address register the table is behind
 * @param tableOffset where it begins there
 * @param pendingBar the same of the pending bits
 * @param pendingOffset where they begin there
 */
public record MsixCapability(
        int offset,
        int vectorCount,
        int tableBar,
        long tableOffset,
        int pendingBar,
        long pendingOffset) {
    /** Bytes of an entry of the table. */
    public static final int ENTRY_BYTES = 16;

    private static final int CONTROL = 2;
    private static final int ENABLE = 1 << 15;
    private static final int MASK_ALL = 1 << 14;
    private static final int LAST_VECTOR = 0x7ff;
    private static final int TABLE = 4;
    private static final int PENDING = 8;
    private static final int BAR_MASK = 7;
    private static final int BAR_LAST = 5;
    private static final int ENTRY_DATA = 8;
    private static final int ENTRY_MASK = 12;
    private static final int CAPABILITY_BYTES = 12;

    /** Reads it; nothing when the function has none, or one that cannot be. */
    public static Optional<MsixCapability> of(PciConfig config, PciCapabilities capabilities) {
        OptionalInt found = capabilities.find(PciCapability.MSIX);
        if (found.isEmpty() || found.getAsInt() + CAPABILITY_BYTES > config.byteSize()) {
            return Optional.empty();
        }
        int offset = found.getAsInt();
        int control = config.readShort(offset + CONTROL);
        int table = config.readInt(offset + TABLE);
        int pending = config.readInt(offset + PENDING);
        if ((table & BAR_MASK) > BAR_LAST || (pending & BAR_MASK) > BAR_LAST) {
            return Optional.empty();
        }
        return Optional.of(
                new MsixCapability(
                        offset,
                        (control & LAST_VECTOR) + 1,
                        table & BAR_MASK,
                        Integer.toUnsignedLong(table & ~BAR_MASK),
                        pending & BAR_MASK,
                        Integer.toUnsignedLong(pending & ~BAR_MASK)));
    }

    /** Bytes of the table. */
    public long tableBytes() {
        return (long) vectorCount * ENTRY_BYTES;
    }

    /** Turns MSI-X on or off, with no vector masked by the common mask. */
    public void enable(PciConfig config, boolean on) {
        int control = config.readShort(offset + CONTROL) & ~(ENABLE | MASK_ALL);
        config.writeShort(offset + CONTROL, (short) (on ? control | ENABLE : control));
    }

    /**
     * Says what a vector writes where, and lets it do so.
     *
     * @param bar the registers of {@link #tableBar}
     * @param vector 0 to {@link #vectorCount} - 1
     * @param address of four bytes, as the device sees memory
     * @param data what is written there
     */
    public void program(Mmio bar, int vector, long address, int data) {
        long entry = entry(vector);
        bar.writeInt(entry + ENTRY_MASK, 1);
        bar.writeInt(entry, (int) address);
        bar.writeInt(entry + Integer.BYTES, (int) (address >>> 32));
        bar.writeInt(entry + ENTRY_DATA, data);
        bar.writeInt(entry + ENTRY_MASK, 0);
    }

    /** Keeps a vector from writing; what it would have written is pending. */
    public void mask(Mmio bar, int vector) {
        bar.writeInt(entry(vector) + ENTRY_MASK, 1);
    }

    private long entry(int vector) {
        if (vector < 0 || vector >= vectorCount) {
            throw new IllegalArgumentException(
                    "Vector " + vector + " is not in 0.." + (vectorCount - 1));
        }
        return tableOffset + (long) vector * ENTRY_BYTES;
    }
}
