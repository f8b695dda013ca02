package dev.ringroad.nvme.command;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers as NVMe has them: little-endian, wherever a carrier has put them. */
public final class LittleEndian {
    static final ValueLayout.OfShort SHORT =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /** The byte at {@code at}, 0..255. */
    public static int u8(MemorySegment s, long at) {
        return s.get(JAVA_BYTE, at) & 0xFF;
    }

    /** Stores the low 8 bits. */
    public static void u8(MemorySegment s, long at, int value) {
        s.set(JAVA_BYTE, at, (byte) value);
    }

    /** The two bytes at {@code at}, 0..65535. */
    public static int u16(MemorySegment s, long at) {
        return s.get(SHORT, at) & 0xFFFF;
    }

    /** Stores the low 16 bits. */
    public static void u16(MemorySegment s, long at, int value) {
        s.set(SHORT, at, (short) value);
    }

    /** The four bytes at {@code at}; the sign bit is the highest bit. */
    public static int u32(MemorySegment s, long at) {
        return s.get(INT, at);
    }

    /** Stores all 32 bits. */
    public static void u32(MemorySegment s, long at, int value) {
        s.set(INT, at, value);
    }

    /** The eight bytes at {@code at}; the sign bit is the highest bit. */
    public static long u64(MemorySegment s, long at) {
        return s.get(LONG, at);
    }

    /** Stores all 64 bits. */
    public static void u64(MemorySegment s, long at, long value) {
        s.set(LONG, at, value);
    }

    /** For the proofs at class load. */
    static void require(boolean fact, String what) {
        if (!fact) {
            throw new ExceptionInInitializerError("Layout check failed: " + what);
        }
    }
}
