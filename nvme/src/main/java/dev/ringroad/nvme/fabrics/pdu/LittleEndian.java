package dev.ringroad.nvme.fabrics.pdu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Unsigned numbers in the order of the wire, at any alignment. */
public final class LittleEndian {
    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(LITTLE_ENDIAN);

    private LittleEndian() {}

    /** The byte at {@code at}, 0..255. */
    public static int u8(MemorySegment s, long at) {
        return s.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
    }

    /** Stores the low 8 bits. */
    public static void u8(MemorySegment s, long at, int value) {
        s.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }

    /** The two bytes at {@code at}, 0..65535. */
    public static int u16(MemorySegment s, long at) {
        return s.get(U16, at) & 0xFFFF;
    }

    /** Stores the low 16 bits. */
    public static void u16(MemorySegment s, long at, int value) {
        s.set(U16, at, (short) value);
    }

    /** The four bytes at {@code at}; the sign bit is the highest bit. */
    public static int u32(MemorySegment s, long at) {
        return s.get(U32, at);
    }

    /** Stores all 32 bits. */
    public static void u32(MemorySegment s, long at, int value) {
        s.set(U32, at, value);
    }

    /** The eight bytes at {@code at}; the sign bit is the highest bit. */
    public static long u64(MemorySegment s, long at) {
        return s.get(U64, at);
    }

    /** Stores all 64 bits. */
    public static void u64(MemorySegment s, long at, long value) {
        s.set(U64, at, value);
    }
}
