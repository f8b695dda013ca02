package dev.ringroad.nvme.block.drive;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.block.BlockRequest;

import java.lang.foreign.MemorySegment;

/**
 * Memory in the drive's reach for requests whose own is not: a slot each, with the blocks as the
 * drive wants them and, behind them, metadata that have a buffer of their own. One thread.
 *
 * <pre>
 *   one slot:  | blocks, each with its metadata when they extend it | metadata, when they do not |
 * </pre>
 */
final class BounceSlots implements AutoCloseable {
    static final int NONE = -1;

    private final DmaMemory memory;
    private final MemorySegment bytes;
    private final int blockBytes;
    private final int stride;
    private final int metadataBytes;
    private final boolean extended;
    private final long slotBytes;
    private final long metadataAt;
    private final int[] free;
    private int freeCount;

    /**
     * @param memory of the slots, theirs from now on
     * @param blocksMax of one slot
     */
    BounceSlots(DmaMemory memory, NvmeNamespace namespace, int slots, int blocksMax) {
        this.memory = memory;
        bytes = memory.segment();
        blockBytes = namespace.blockBytes();
        stride = namespace.blockDataBytes();
        metadataBytes = namespace.metadataBytes();
        extended = namespace.metadataExtendsBlocks();
        slotBytes = slotBytes(namespace, blocksMax);
        metadataAt = (long) blocksMax * stride + 3 & -4;
        free = new int[slots];
        for (int i = 0; i < slots; i++) {
            free[i] = i;
        }
        freeCount = slots;
    }

    /** Bytes of one slot, whole ordinary pages. */
    static long slotBytes(NvmeNamespace namespace, int blocksMax) {
        long data = (long) blocksMax * (namespace.blockBytes() + namespace.metadataBytes());
        return data + Integer.BYTES + 4095 & -4096;
    }

    /** Takes a slot; {@link #NONE} when all are taken. */
    int take() {
        return freeCount == 0 ? NONE : free[--freeCount];
    }

    void giveBack(int slot) {
        free[freeCount++] = slot;
    }

    DmaMemory memory() {
        return memory;
    }

    /** Where the slot's blocks begin. */
    long at(int slot) {
        return slot * slotBytes;
    }

    /** The device address of the slot's metadata; 0 when they have no buffer of their own. */
    long metadataAddress(int slot) {
        return metadataBytes == 0 || extended ? 0 : memory.deviceAddress(at(slot) + metadataAt);
    }

    /**
     * The request's blocks into the slot.
     *
     * @param firstBlock of the request's memory, counted in blocks
     * @param into block of the slot where they go
     */
    void fill(int slot, BlockRequest request, int firstBlock, int into, int count) {
        MemorySegment data = request.data();
        long from = request.dataOffset() + (long) firstBlock * blockBytes;
        long to = at(slot) + (long) into * stride;
        if (stride == blockBytes) {
            MemorySegment.copy(data, from, bytes, to, (long) count * blockBytes);
        } else {
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(
                        data,
                        from + (long) i * blockBytes,
                        bytes,
                        to + (long) i * stride,
                        blockBytes);
            }
        }
        moveMetadata(slot, request, firstBlock, into, count, true);
    }

    /** The slot's blocks into the request's memory. */
    void empty(int slot, BlockRequest request) {
        MemorySegment data = request.data();
        int count = request.blockCount();
        for (int i = 0; i < count; i++) {
            MemorySegment.copy(
                    bytes,
                    at(slot) + (long) i * stride,
                    data,
                    request.dataOffset() + (long) i * blockBytes,
                    blockBytes);
        }
        moveMetadata(slot, request, 0, 0, count, false);
    }

    private void moveMetadata(
            int slot, BlockRequest request, int firstBlock, int into, int count, boolean fill) {
        if (metadataBytes == 0) {
            return;
        }
        MemorySegment metadata = request.metadata();
        boolean given = metadata.byteSize() > 0;
        for (int i = 0; i < count; i++) {
            long there = metadataOf(slot, into + i);
            long here = request.metadataOffset() + (long) (firstBlock + i) * metadataBytes;
            if (given && fill) {
                MemorySegment.copy(metadata, here, bytes, there, metadataBytes);
            } else if (given) {
                MemorySegment.copy(bytes, there, metadata, here, metadataBytes);
            } else if (fill) {
                bytes.asSlice(there, metadataBytes).fill((byte) 0);
            }
        }
    }

    private long metadataOf(int slot, int block) {
        return extended
                ? at(slot) + (long) block * stride + blockBytes
                : at(slot) + metadataAt + (long) block * metadataBytes;
    }

    @Override
    public void close() {
        memory.close();
    }
}
