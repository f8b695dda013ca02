package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.RingDescriptor;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * The pieces of memory that the descriptors of one frame name, each descriptor read once and
 * checked. Made once for a ring and filled for each frame that is not in a single buffer.
 */
final class Pieces {

    /**
     * A frame is in no more descriptors than this, however large the ring: that bounds the work on
     * one frame, and the memory for one ring.
     */
    static final int MAX = 256;

    /** An indirect table's descriptors are read as longs. */
    private static final int TABLE_ALIGNMENT_BYTES = 8;

    private final GuestMemory memory;
    private final boolean indirectAllowed;
    private final boolean written;
    private final int max;
    private final MemorySegment[] segments;
    private final long[] offsets;
    private final long[] lengths;
    private int count;
    private long bytes;

    /** Where {@link #copyIn} goes on. */
    private int piece;

    private long pieceAt;

    /**
     * @param indirectAllowed whether a descriptor may name a table
     * @param written whether the buffers are for this end to write
     * @param ringSize how many descriptors a frame may have, if that is less than {@link #MAX}
     */
    Pieces(GuestMemory memory, boolean indirectAllowed, boolean written, int ringSize) {
        this.memory = memory;
        this.indirectAllowed = indirectAllowed;
        this.written = written;
        max = Math.min(ringSize, MAX);
        segments = new MemorySegment[max];
        offsets = new long[max];
        lengths = new long[max];
    }

    /** How many descriptors a frame may have. */
    int max() {
        return max;
    }

    /** Forgets all. */
    void clear() {
        count = 0;
        bytes = 0;
        piece = 0;
        pieceAt = 0;
    }

    /** Bytes of all pieces. */
    long bytes() {
        return bytes;
    }

    /** Adds what a direct descriptor names; null, or why that can't be. */
    @Nullable VhostDrop add(long address, long second, int flags) {
        if (((flags & RingDescriptor.WRITE) != 0) != written) {
            return VhostDrop.BAD_CHAIN;
        }
        if (count == max) {
            return VhostDrop.ENDLESS_CHAIN;
        }
        long length = RingDescriptor.length(second);
        if (!memory.find(address, length)) {
            return VhostDrop.OUTSIDE_MEMORY;
        }
        segments[count] = memory.segment();
        offsets[count] = memory.at(address);
        lengths[count] = length;
        count++;
        bytes += length;
        return null;
    }

    /** Adds the chain of a split ring that begins with a descriptor; null, or why that can't be. */
    @Nullable VhostDrop addSplitChain(MemorySegment table, long base, int size, int head) {
        int index = head;
        for (int steps = 0; steps < max; steps++) {
            if (index >= size) {
                return VhostDrop.BAD_CHAIN;
            }
            long at = RingDescriptor.at(base, index);
            long second = RingDescriptor.second(table, at);
            long address = RingDescriptor.address(table, at);
            int flags = RingDescriptor.splitFlags(second);
            boolean more = (flags & RingDescriptor.NEXT) != 0;
            if ((flags & RingDescriptor.INDIRECT) != 0) {
                return more ? VhostDrop.BAD_CHAIN : addSplitTable(address, second);
            }
            VhostDrop fault = add(address, second, flags);
            if (fault != null || !more) {
                return fault;
            }
            index = RingDescriptor.splitNext(second);
        }
        return VhostDrop.ENDLESS_CHAIN;
    }

    private @Nullable VhostDrop addSplitTable(long address, long second) {
        long length = RingDescriptor.length(second);
        VhostDrop fault = findTable(address, length);
        if (fault != null) {
            return fault;
        }
        MemorySegment table = memory.segment();
        long base = memory.at(address);
        int size = (int) Math.min(length / RingDescriptor.BYTES, max);
        int index = 0;
        for (int steps = 0; steps < size; steps++) {
            if (index >= size) {
                return VhostDrop.BAD_CHAIN;
            }
            long at = RingDescriptor.at(base, index);
            long entry = RingDescriptor.second(table, at);
            int flags = RingDescriptor.splitFlags(entry);
            fault = addEntry(RingDescriptor.address(table, at), entry, flags);
            if (fault != null || (flags & RingDescriptor.NEXT) == 0) {
                return fault;
            }
            index = RingDescriptor.splitNext(entry);
        }
        return VhostDrop.ENDLESS_CHAIN;
    }

    /** Adds the table that a packed ring's descriptor names; null, or why that can't be. */
    @Nullable VhostDrop addPackedTable(long address, long second) {
        long length = RingDescriptor.length(second);
        VhostDrop fault = findTable(address, length);
        if (fault != null) {
            return fault;
        }
        MemorySegment table = memory.segment();
        long base = memory.at(address);
        long size = length / RingDescriptor.BYTES;
        for (int i = 0; i < size; i++) {
            long at = RingDescriptor.at(base, i);
            long entry = RingDescriptor.second(table, at);
            int flags = RingDescriptor.packedFlags(entry);
            fault = addEntry(RingDescriptor.address(table, at), entry, flags);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private @Nullable VhostDrop findTable(long address, long length) {
        if (!indirectAllowed || length == 0 || length % RingDescriptor.BYTES != 0) {
            return VhostDrop.BAD_CHAIN;
        }
        if (!memory.find(address, length)) {
            return VhostDrop.OUTSIDE_MEMORY;
        }
        return memory.at(address) % TABLE_ALIGNMENT_BYTES == 0 ? null : VhostDrop.BAD_CHAIN;
    }

    private @Nullable VhostDrop addEntry(long address, long second, int flags) {
        return (flags & RingDescriptor.INDIRECT) != 0
                ? VhostDrop.BAD_CHAIN
                : add(address, second, flags);
    }

    /**
     * Copies out of the pieces.
     *
     * @param skip so many bytes at their beginning
     * @param wanted bytes, which must be there
     */
    void copyOut(long skip, MemorySegment target, long at, long wanted) {
        long ignored = skip;
        long to = at;
        long left = wanted;
        for (int i = 0; i < count && left > 0; i++) {
            long length = lengths[i];
            if (ignored >= length) {
                ignored -= length;
                continue;
            }
            long part = Math.min(length - ignored, left);
            MemorySegment.copy(segments[i], offsets[i] + ignored, target, to, part);
            ignored = 0;
            to += part;
            left -= part;
        }
    }

    /** Copies into the pieces, behind what was copied before; there must be room. */
    void copyIn(MemorySegment source, long wanted) {
        long from = 0;
        while (from < wanted) {
            long part = Math.min(lengths[piece] - pieceAt, wanted - from);
            MemorySegment.copy(source, from, segments[piece], offsets[piece] + pieceAt, part);
            from += part;
            advance(part);
        }
    }

    /** Copies a frame into the pieces, behind what was copied before; there must be room. */
    void copyIn(Packet packet, int wanted) {
        int from = 0;
        while (from < wanted) {
            int part = (int) Math.min(lengths[piece] - pieceAt, wanted - from);
            packet.copyOut(from, segments[piece], offsets[piece] + pieceAt, part);
            from += part;
            advance(part);
        }
    }

    private void advance(long part) {
        pieceAt += part;
        if (pieceAt == lengths[piece]) {
            piece++;
            pieceAt = 0;
        }
    }
}
