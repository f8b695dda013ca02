package dev.ringroad.net.virtio;

import java.lang.foreign.MemorySegment;

/**
 * One descriptor of a ring: a buffer, or a table of descriptors. Split and packed rings differ in
 * the last four bytes only (virtio 1.2, sections 2.7.5 and 2.8.13), and are read as two longs each:
 *
 * <pre>
 *            0                8            12           14          16
 *   split    | address        | length     | flags      | next      |
 *   packed   | address        | length     | id         | flags     |
 *            |  first half    |            second half              |
 * </pre>
 *
 * <p>Whoever may not trust the other end reads each half once into a local, and takes it apart
 * there.
 */
public final class RingDescriptor {

    /** Bytes of a descriptor, and how it is aligned. */
    public static final int BYTES = 16;

    /** Flag: the buffer goes on in the next descriptor. */
    public static final int NEXT = 1;

    /** Flag: the buffer is for the device to write; otherwise it only reads it. */
    public static final int WRITE = 2;

    /** Flag: the buffer is a table of descriptors. */
    public static final int INDIRECT = 4;

    private static final int SECOND_AT = 8;

    static {
        if (SECOND_AT + Long.BYTES != BYTES) {
            throw new ExceptionInInitializerError("a descriptor has two halves of eight bytes");
        }
    }

    private RingDescriptor() {}

    /** Where a descriptor of a ring or table lies that begins at {@code base}. */
    public static long at(long base, int index) {
        return base + (long) index * BYTES;
    }

    /** The first half: the address, as the driver counts. */
    public static long address(MemorySegment s, long at) {
        return s.get(Words.U64, at);
    }

    /** The second half in one load. */
    public static long second(MemorySegment s, long at) {
        return s.get(Words.U64, at + SECOND_AT);
    }

    /** The second half in one load, before all that is read of the descriptor afterwards. */
    public static long secondAcquire(MemorySegment s, long at) {
        return Words.u64Acquire(s, at + SECOND_AT);
    }

    /** Writes the first half. */
    public static void address(MemorySegment s, long at, long address) {
        s.set(Words.U64, at, address);
    }

    /** Writes the second half in one store. */
    public static void second(MemorySegment s, long at, long second) {
        s.set(Words.U64, at + SECOND_AT, second);
    }

    /** Writes the second half in one store, after all that was written before. */
    public static void secondRelease(MemorySegment s, long at, long second) {
        Words.u64Release(s, at + SECOND_AT, second);
    }

    /** Bytes of the buffer, unsigned 32 bits. */
    public static long length(long second) {
        return second & 0xFFFF_FFFFL;
    }

    /** The flags of a split ring's descriptor. */
    public static int splitFlags(long second) {
        return (int) (second >>> 32) & 0xFFFF;
    }

    /** The index of a split ring's next descriptor, if its flags say {@link #NEXT}. */
    public static int splitNext(long second) {
        return (int) (second >>> 48);
    }

    /** The second half of a split ring's descriptor. */
    public static long split(long length, int flags, int next) {
        return (length & 0xFFFF_FFFFL) | (flags & 0xFFFFL) << 32 | (next & 0xFFFFL) << 48;
    }

    /** The id of the buffer of a packed ring's descriptor. */
    public static int packedId(long second) {
        return (int) (second >>> 32) & 0xFFFF;
    }

    /** The flags of a packed ring's descriptor. */
    public static int packedFlags(long second) {
        return (int) (second >>> 48);
    }

    /** The second half of a packed ring's descriptor. */
    public static long packed(long length, int id, int flags) {
        return (length & 0xFFFF_FFFFL) | (id & 0xFFFFL) << 32 | (flags & 0xFFFFL) << 48;
    }
}
