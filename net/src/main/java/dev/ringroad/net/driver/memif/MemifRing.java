package dev.ringroad.net.driver.memif;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A ring of descriptors in shared memory, with one writer for each index.
 *
 * <pre>
 *     0          4       6      8                                64     66            128
 *     | cookie 4 | flags | head | unused ...                     | tail | unused ...  |
 *   128 + 16 * slot:
 *     | flags 2 | region 2 | length 4 | offset 4 | metadata 4 |
 *     0         2          4          8          12
 * </pre>
 *
 * <p>Indices run freely modulo 2^16; the slot of an index is its low bits. On a ring towards the
 * server, the client fills descriptors and moves the head, the server takes them and moves the
 * tail. On a ring towards the client, the client gives empty buffers by moving the head, the server
 * fills them and moves the tail. So the head is always the client's and the tail the server's.
 *
 * <p>Whoever moves an index stores it with release after the descriptors and the data; whoever
 * follows it loads it with acquire before reading them. That pair is all that orders the memory of
 * the two ends. The peer may write anything anywhere at any time, so a descriptor is read once, as
 * two longs into locals, and checked there.
 */
final class MemifRing {

    /** Marks a ring that has been initialised. */
    static final int COOKIE = 0x3E31F20;

    /** Where the descriptors begin. */
    static final int HEADER_BYTES = 128;

    /** Each descriptor has this size. */
    static final int DESCRIPTOR_BYTES = 16;

    /**
     * The protocol's limit is 15 so that indices can be told apart; DPDK allows 14, and so do we.
     */
    static final int LOG2_MAX = 14;

    /** Descriptor flag: the frame goes on in the next descriptor. */
    static final int FLAG_NEXT = 1;

    /** Indices are 16 bits wide. */
    static final int INDEX_MASK = 0xFFFF;

    private static final int COOKIE_AT = 0;
    private static final int FLAGS_AT = 4;
    private static final int HEAD_AT = 6;
    private static final int TAIL_AT = 64;
    private static final int OFFSET_AT = 8;
    private static final int ALIGNMENT_BYTES = 8;
    private static final short FLAG_MASK_INTERRUPTS = 1;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 =
            ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 =
            ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INDEX = U16.varHandle().withInvokeExactBehavior();

    private final MemorySegment segment;
    private final long base;
    private final long descriptors;
    private final int size;

    private MemifRing(MemorySegment segment, long base, int ringLog2) {
        this.segment = segment;
        this.base = base;
        this.descriptors = base + HEADER_BYTES;
        this.size = 1 << ringLog2;
    }

    /** How many bytes a ring takes, its header included. */
    static long byteSize(int ringLog2) {
        return HEADER_BYTES + ((long) DESCRIPTOR_BYTES << ringLog2);
    }

    /** Makes a ring in memory of our own: cookie set, both indices zero, interrupts masked. */
    static MemifRing initialise(MemorySegment segment, long base, int ringLog2) {
        MemifRing ring = new MemifRing(segment, base, ringLog2);
        segment.asSlice(base, byteSize(ringLog2)).fill((byte) 0);
        segment.set(U32, base + COOKIE_AT, COOKIE);
        ring.maskInterrupts();
        return ring;
    }

    /**
     * Takes a ring in memory that a peer offered.
     *
     * @throws MemifProtocolException if it is misaligned, too big, outside the region or no ring
     */
    static MemifRing offered(MemorySegment segment, long base, int ringLog2)
            throws MemifProtocolException {
        if (ringLog2 > LOG2_MAX) {
            throw new MemifProtocolException("A ring of 2^" + ringLog2 + " slots is too big.");
        }
        if (base % ALIGNMENT_BYTES != 0) {
            throw new MemifProtocolException("The ring at offset " + base + " is misaligned.");
        }
        long bytes = byteSize(ringLog2);
        if (base < 0 || base > segment.byteSize() - bytes) {
            throw new MemifProtocolException(
                    "The ring at offset " + base + " does not fit its region.");
        }
        int cookie = segment.get(U32, base + COOKIE_AT);
        if (cookie != COOKIE) {
            throw new MemifProtocolException("The ring has no memif cookie.");
        }
        return new MemifRing(segment, base, ringLog2);
    }

    /** How many descriptors there are, a power of two. */
    int size() {
        return size;
    }

    /** The client's index, with all that the client wrote before it moved the index. */
    int headAcquire() {
        return (short) INDEX.getAcquire(segment, base + HEAD_AT) & INDEX_MASK;
    }

    /** Moves the client's index: all descriptors and data before it become the server's. */
    void headRelease(int index) {
        release(HEAD_AT, index);
    }

    /** The server's index, with all that the server wrote before it moved the index. */
    int tailAcquire() {
        return (short) INDEX.getAcquire(segment, base + TAIL_AT) & INDEX_MASK;
    }

    /** Moves the server's index: all descriptors and data before it become the client's. */
    void tailRelease(int index) {
        release(TAIL_AT, index);
    }

    /**
     * A release store, made of a fence and a plain store. The interpreter of JDK 25 ends the
     * process when a store with a memory mode meets memory that a peer has taken away, where a
     * plain one only throws; compiled, the two are the same instruction.
     */
    private void release(int at, int index) {
        VarHandle.releaseFence();
        segment.set(U16, base + at, (short) index);
    }

    /** Says, as this ring's receiver, that no doorbell is wanted. */
    void maskInterrupts() {
        segment.set(U16, base + FLAGS_AT, FLAG_MASK_INTERRUPTS);
    }

    /**
     * Says, as this ring's receiver, that a doorbell is wanted from now on. The receiver must look
     * at the sender's index again afterwards.
     *
     * <p>Receiver and sender each store one thing and then load what the other stores: the receiver
     * stores the flag and loads the index, the sender stores the index and loads the flag. The full
     * fence between (here, and in {@link #doorbellWanted}) keeps either from loading before its
     * store is seen, so at least one of them sees the other's store: the receiver finds the packet
     * before it sleeps, or the sender finds the flag and rings. Release and acquire would not do,
     * as they let a load overtake an earlier store.
     */
    void unmaskInterrupts() {
        segment.set(U16, base + FLAGS_AT, (short) 0);
        VarHandle.fullFence();
    }

    /** Whether the receiver wants a doorbell, asked by the sender after it has moved its index. */
    boolean doorbellWanted() {
        VarHandle.fullFence();
        return ((short) INDEX.getOpaque(segment, base + FLAGS_AT) & FLAG_MASK_INTERRUPTS) == 0;
    }

    /**
     * Flags (bits 0 to 15), region (16 to 31) and length (32 to 63) of a descriptor, in one load.
     */
    long descriptorLow(int slot) {
        return segment.get(U64, descriptors + (long) slot * DESCRIPTOR_BYTES);
    }

    /** Offset (bits 0 to 31) and metadata (32 to 63) of a descriptor, in one load. */
    long descriptorHigh(int slot) {
        return segment.get(U64, descriptors + OFFSET_AT + (long) slot * DESCRIPTOR_BYTES);
    }

    /** Writes flags, region and length, as {@link #low} packs them. */
    void descriptorLow(int slot, long low) {
        segment.set(U64, descriptors + (long) slot * DESCRIPTOR_BYTES, low);
    }

    /** Writes the offset and no metadata. */
    void descriptorHigh(int slot, long offset) {
        segment.set(U64, descriptors + OFFSET_AT + (long) slot * DESCRIPTOR_BYTES, offset);
    }

    /** Packs flags, region and length into the first half of a descriptor. */
    static long low(int flags, int region, int length) {
        return flags | (long) region << 16 | (long) length << 32;
    }

    static boolean hasNext(long low) {
        return (low & FLAG_NEXT) != 0;
    }

    static int region(long low) {
        return (int) (low >>> 16) & 0xFFFF;
    }

    /** The length, unsigned 32 bits: compared as a long it can't overflow. */
    static long length(long low) {
        return low >>> 32;
    }

    /** The offset, unsigned 32 bits. */
    static long offset(long high) {
        return high & 0xFFFF_FFFFL;
    }
}
