package dev.ringroad.core.pci;

import java.util.ArrayList;
import java.util.List;

/**
 * A base address register: which addresses the function answers at (PCI Local Bus Specification
 * 3.0, section 6.2.5.1).
 *
 * <pre>
 *    31                        4   3    2   1   0
 *   | address                    | P |  width | 0 |   memory; width 2: the next register is the upper half
 *   | address                        | 0 |  1     |   ports
 * </pre>
 *
 * @param index 0 to 5; of a 64-bit one the lower register
 * @param kind what is behind it
 * @param prefetchable whether reading has no effects there
 * @param address where it is on the bus, as the register has it now
 * @param byteSize how large it is, a power of two
 */
public record PciBar(int index, Kind kind, boolean prefetchable, long address, long byteSize) {
    /** What a register gives access to. */
    public enum Kind {
        MEMORY_32,
        MEMORY_64,
        PORTS
    }

    private static final int PORTS = 1;
    private static final int WIDTH_MASK = 6;
    private static final int WIDTH_64 = 4;
    private static final int WIDTH_RESERVED = 6;
    private static final int PREFETCHABLE = 8;
    private static final int MEMORY_FLAGS = 0xf;
    private static final int PORT_FLAGS = 0x3;
    private static final int ALL_ONES = -1;

    /**
     * Measures all registers, by writing ones and looking which stay: not while a driver uses the
     * function, which does not answer at its addresses in the meantime. Those that are not there,
     * or contradict themselves, are left out.
     */
    public static List<PciBar> measure(PciConfig config) {
        short command = config.readShort(PciHeader.COMMAND);
        int decoding = PciHeader.COMMAND_IO | PciHeader.COMMAND_MEMORY;
        config.writeShort(PciHeader.COMMAND, (short) (command & ~decoding));
        List<PciBar> bars = new ArrayList<>();
        int count = PciHeader.barCount(config);
        for (int i = 0; i < count; i++) {
            int low = config.readInt(offset(i));
            boolean wide = (low & PORTS) == 0 && (low & WIDTH_MASK) == WIDTH_64;
            if (wide && i + 1 == count) {
                continue; // it has no upper half
            }
            PciBar bar = wide ? measureWide(config, i, low) : measureNarrow(config, i, low);
            if (bar.byteSize() > 0) {
                bars.add(bar);
            }
            i += wide ? 1 : 0;
        }
        config.writeShort(PciHeader.COMMAND, command);
        return bars;
    }

    private static PciBar measureNarrow(PciConfig config, int index, int now) {
        int mask = onesThatStay(config, offset(index), now);
        boolean ports = (now & PORTS) != 0;
        boolean impossible = !ports && (now & WIDTH_MASK) == WIDTH_RESERVED;
        int flags = ports ? PORT_FLAGS : MEMORY_FLAGS;
        int size = impossible || mask == ALL_ONES ? 0 : Integer.lowestOneBit(mask & ~flags);
        return new PciBar(
                index,
                ports ? Kind.PORTS : Kind.MEMORY_32,
                !ports && (now & PREFETCHABLE) != 0,
                Integer.toUnsignedLong(now & ~flags),
                Integer.toUnsignedLong(size));
    }

    private static PciBar measureWide(PciConfig config, int index, int low) {
        int high = config.readInt(offset(index + 1));
        int lowMask = onesThatStay(config, offset(index), low);
        int highMask = onesThatStay(config, offset(index + 1), high);
        long mask = join(highMask, lowMask & ~MEMORY_FLAGS);
        long size = lowMask == ALL_ONES ? 0 : Long.lowestOneBit(mask);
        return new PciBar(
                index,
                Kind.MEMORY_64,
                (low & PREFETCHABLE) != 0,
                join(high, low & ~MEMORY_FLAGS),
                Math.max(size, 0)); // half of all addresses is more than anything has
    }

    private static int onesThatStay(PciConfig config, int offset, int now) {
        config.writeInt(offset, ALL_ONES);
        int mask = config.readInt(offset);
        config.writeInt(offset, now);
        return mask;
    }

    private static long join(int high, int low) {
        return Integer.toUnsignedLong(high) << 32 | Integer.toUnsignedLong(low);
    }

    private static int offset(int index) {
        return PciHeader.BAR_0 + Integer.BYTES * index;
    }

    /**
     * Tells the function to answer elsewhere, which only whoever gives out the bus's addresses may
     * do; and not while it answers.
     *
     * @param elsewhere a multiple of {@link #byteSize}
     * @return the register as it is then
     */
    public PciBar assign(PciConfig config, long elsewhere) {
        boolean wide = kind == Kind.MEMORY_64;
        if (elsewhere % byteSize != 0 || (!wide && elsewhere >>> 32 != 0)) {
            throw new IllegalArgumentException(
                    "Register "
                            + index
                            + " of "
                            + byteSize
                            + " bytes cannot lie at 0x"
                            + Long.toHexString(elsewhere));
        }
        config.writeInt(offset(index), (int) elsewhere);
        if (wide) {
            config.writeInt(offset(index + 1), (int) (elsewhere >>> 32));
        }
        return new PciBar(index, kind, prefetchable, elsewhere, byteSize);
    }
}
