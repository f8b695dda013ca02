package dev.ringroad.nvme.block;

import java.lang.foreign.MemorySegment;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a request has to keep to, so that whoever carries it out need not look again: an operation
 * of the device, blocks that there are, memory that has room and may be touched. Any thread may use
 * it.
 */
public final class RequestRules {
    private static final Set<BlockOperation> CHANGES =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            BlockOperation.WRITE,
                            BlockOperation.WRITE_ZEROES,
                            BlockOperation.UNMAP,
                            BlockOperation.COMPARE_AND_WRITE));

    private final BlockGeometry geometry;
    private final boolean[] known = new boolean[BlockOperation.values().length];

    /**
     * @param operations those of the device; the rules do not follow later changes
     */
    public RequestRules(BlockGeometry geometry, Set<BlockOperation> operations) {
        this.geometry = geometry;
        for (BlockOperation operation : operations) {
            known[operation.ordinal()] = true;
        }
    }

    /** Those of a device. */
    public static RequestRules of(BlockDevice device) {
        return new RequestRules(device.geometry(), device.operations());
    }

    /** Whether an operation changes blocks. */
    public static boolean changes(BlockOperation operation) {
        return CHANGES.contains(operation);
    }

    /**
     * Whether a request can be carried out, for the calling thread.
     *
     * @return {@link BlockStatus#OK}, {@link BlockStatus#UNSUPPORTED}, {@link
     *     BlockStatus#READ_ONLY} or {@link BlockStatus#INVALID}
     */
    public BlockStatus check(BlockRequest request) {
        BlockOperation operation = request.operation();
        if (!known[operation.ordinal()]) {
            return changes(operation) && !known[BlockOperation.WRITE.ordinal()]
                    ? BlockStatus.READ_ONLY
                    : BlockStatus.UNSUPPORTED;
        }
        if (operation == BlockOperation.FLUSH) {
            return BlockStatus.OK;
        }
        return isInRange(request) && hasMemory(request, operation)
                ? BlockStatus.OK
                : BlockStatus.INVALID;
    }

    private boolean isInRange(BlockRequest request) {
        BlockGeometry shape = geometry;
        long block = request.block();
        int count = request.blockCount();
        // Subtracted, not added: the sum of hostile numbers overflows.
        return count >= 1
                && count <= shape.requestBlocksMax()
                && block >= 0
                && block <= shape.blocks() - count;
    }

    private boolean hasMemory(BlockRequest request, BlockOperation operation) {
        int count = request.blockCount();
        return switch (operation) {
            case READ ->
                    isMemory(request, count, true)
                            && isMetadata(request, count, !request.metadata().isReadOnly());
            case WRITE, COMPARE ->
                    isMemory(request, count, false) && isMetadata(request, count, true);
            case COMPARE_AND_WRITE ->
                    isMemory(request, 2L * count, false) && isMetadata(request, 2L * count, true);
            case FLUSH, WRITE_ZEROES, UNMAP -> true;
        };
    }

    private boolean isMemory(BlockRequest request, long blocks, boolean written) {
        MemorySegment data = request.data();
        long offset = request.dataOffset();
        if (!isThere(data, offset, blocks * geometry.blockBytes())
                || (written && data.isReadOnly())) {
            return false;
        }
        int alignment = geometry.dataAlignment();
        return alignment == 1
                || !data.isNative()
                || ((data.address() + offset) & (alignment - 1)) == 0;
    }

    private boolean isMetadata(BlockRequest request, long blocks, boolean allowed) {
        MemorySegment metadata = request.metadata();
        if (metadata.byteSize() == 0) {
            return true;
        }
        int bytes = geometry.metadataBytes();
        return allowed && bytes > 0 && isThere(metadata, request.metadataOffset(), blocks * bytes);
    }

    private static boolean isThere(MemorySegment memory, long offset, long bytes) {
        return offset >= 0
                && offset <= memory.byteSize() - bytes
                && memory.scope().isAlive()
                && memory.isAccessibleBy(Thread.currentThread());
    }
}
