package dev.ringroad.net.virtio;

import java.lang.foreign.MemorySegment;

/**
 * The three parts of a split ring and how both ends use them (virtio 1.2, section 2.7). The size is
 * a power of two; indices run freely modulo 2^16.
 *
 * <pre>
 *   descriptors   {@link RingDescriptor} * size                       the driver's
 *   available     0       2       4               4 + 2 * size
 *                 | flags | index | head * size   | used event |      the driver's
 *   used          0       2       4               4 + 8 * size
 *                 | flags | index | element * size| available event | the device's
 *   element       0    4        8
 *                 | id | length |
 * </pre>
 *
 * <p>Whoever moves an index stores it with release after what it publishes; whoever follows it
 * loads it with acquire before looking at that.
 */
public final class SplitRing {

    /** The largest ring. */
    public static final int SIZE_MAX = 1 << 15;

    /** Indices are 16 bits wide. */
    public static final int INDEX_MASK = 0xFFFF;

    /** The only flag of either ring: do not notify me. Without meaning once events are agreed. */
    public static final int FLAG_SILENT = 1;

    /** The available ring begins at a multiple of this. */
    public static final int AVAILABLE_ALIGNMENT_BYTES = 2;

    /** The used ring begins at a multiple of this. */
    public static final int USED_ALIGNMENT_BYTES = 4;

    private static final int INDEX_AT = 2;
    private static final int ENTRIES_AT = 4;
    private static final int ELEMENT_BYTES = 8;

    private SplitRing() {}

    /** Bytes of the table of descriptors. */
    public static long descriptorsBytes(int size) {
        return (long) RingDescriptor.BYTES * size;
    }

    /** Bytes of the available ring, its event included. */
    public static long availableBytes(int size) {
        return ENTRIES_AT + (long) Short.BYTES * size + Short.BYTES;
    }

    /** Bytes of the used ring, its event included. */
    public static long usedBytes(int size) {
        return ENTRIES_AT + (long) ELEMENT_BYTES * size + Short.BYTES;
    }

    /** The flags of a ring at {@code base}, as they are now. */
    public static int flags(MemorySegment s, long base) {
        return Words.u16Opaque(s, base);
    }

    /** Writes the flags of a ring at {@code base}. */
    public static void flags(MemorySegment s, long base, int flags) {
        s.set(Words.U16, base, (short) flags);
    }

    /** The index of a ring at {@code base}, with all that was written before it moved. */
    public static int indexAcquire(MemorySegment s, long base) {
        return Words.u16Acquire(s, base + INDEX_AT);
    }

    /** Moves the index of a ring at {@code base}: all that was written before is published. */
    public static void indexRelease(MemorySegment s, long base, int index) {
        Words.u16Release(s, base + INDEX_AT, index);
    }

    /** The descriptor at the head of an available buffer. */
    public static int available(MemorySegment s, long base, int slot) {
        return Words.u16(s, base + ENTRIES_AT + (long) slot * Short.BYTES);
    }

    /** Writes the head of an available buffer. */
    public static void available(MemorySegment s, long base, int slot, int head) {
        s.set(Words.U16, base + ENTRIES_AT + (long) slot * Short.BYTES, (short) head);
    }

    /** The available ring's last field: at which used index the driver wants to be notified. */
    public static int usedEvent(MemorySegment s, long base, int size) {
        return Words.u16Opaque(s, base + ENTRIES_AT + (long) size * Short.BYTES);
    }

    /** Writes {@link #usedEvent(MemorySegment, long, int)}. */
    public static void usedEvent(MemorySegment s, long base, int size, int index) {
        s.set(Words.U16, base + ENTRIES_AT + (long) size * Short.BYTES, (short) index);
    }

    /** The used ring's last field: at which available index the device wants to be notified. */
    public static int availableEvent(MemorySegment s, long base, int size) {
        return Words.u16Opaque(s, base + ENTRIES_AT + (long) size * ELEMENT_BYTES);
    }

    /** Writes {@link #availableEvent(MemorySegment, long, int)}. */
    public static void availableEvent(MemorySegment s, long base, int size, int index) {
        s.set(Words.U16, base + ENTRIES_AT + (long) size * ELEMENT_BYTES, (short) index);
    }

    /** A used element in one load; see {@link #usedId} and {@link #usedLength}. */
    public static long used(MemorySegment s, long base, int slot) {
        return s.get(Words.U64_UNALIGNED, base + ENTRIES_AT + (long) slot * ELEMENT_BYTES);
    }

    /** Writes a used element: the head of the buffer, and how many bytes of it were written. */
    public static void used(MemorySegment s, long base, int slot, int id, int length) {
        long at = base + ENTRIES_AT + (long) slot * ELEMENT_BYTES;
        s.set(Words.U64_UNALIGNED, at, (id & 0xFFFF_FFFFL) | (long) length << 32);
    }

    /** The head of a used buffer, unsigned 32 bits. */
    public static long usedId(long used) {
        return used & 0xFFFF_FFFFL;
    }

    /** How many bytes of a used buffer were written, unsigned 32 bits. */
    public static long usedLength(long used) {
        return used >>> 32;
    }

    /**
     * Whether an index that moved passed the one at which a notification is wanted (virtio 1.2,
     * section 2.7.10).
     */
    public static boolean passed(int event, int from, int to) {
        return ((to - event - 1) & INDEX_MASK) < ((to - from) & INDEX_MASK);
    }
}
