package dev.ringroad.nvme.block;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * One operation on a range of blocks: made once, filled, submitted, completed, filled again.
 *
 * <p>Its owner keeps its hands off the request and its memory from {@link BlockChannel#submit} to
 * {@link BlockCompletion#completed}. One thread at a time. Devices made of other devices extend it
 * for the parts that they cut a request into.
 */
public class BlockRequest {
    private final BlockCompletion completion;
    private BlockOperation operation = BlockOperation.FLUSH;
    private long block;
    private int blockCount;
    private MemorySegment data = MemorySegment.NULL;
    private long dataOffset;
    private MemorySegment metadata = MemorySegment.NULL;
    private long metadataOffset;
    private boolean forceUnitAccess;
    private long token;
    private int detail;

    /** The one behind it in a {@link RequestQueue}. */
    @Nullable BlockRequest next;

    /** What its owner is still to be told; see {@link FinishedRequests}. */
    BlockStatus verdict = BlockStatus.OK;

    /** When the device that holds it back lets it go. */
    long dueNanos;

    /**
     * @param completion told what became of it, each time
     */
    public BlockRequest(BlockCompletion completion) {
        this.completion = completion;
    }

    /**
     * Fills it anew; everything that is not an argument is as in a new request, but the token.
     *
     * @param block the first block
     * @param blockCount how many, at least 1; 0 only for {@link BlockOperation#FLUSH}. For {@link
     *     BlockOperation#COMPARE_AND_WRITE} the memory has twice as many.
     * @param data memory; {@link MemorySegment#NULL} for operations that have none
     * @param dataOffset where in it the request's bytes begin
     */
    public final BlockRequest fill(
            BlockOperation operation,
            long block,
            int blockCount,
            MemorySegment data,
            long dataOffset) {
        this.operation = operation;
        this.block = block;
        this.blockCount = blockCount;
        this.data = data;
        this.dataOffset = dataOffset;
        this.metadata = MemorySegment.NULL;
        this.metadataOffset = 0;
        this.forceUnitAccess = false;
        this.detail = 0;
        return this;
    }

    /** Fills it as a flush. */
    public final BlockRequest flush() {
        return fill(BlockOperation.FLUSH, 0, 0, MemorySegment.NULL, 0);
    }

    /** Metadata that travel beside the blocks, {@link BlockGeometry#metadataBytes} for each. */
    public final BlockRequest metadata(MemorySegment memory, long offset) {
        this.metadata = memory;
        this.metadataOffset = offset;
        return this;
    }

    /** A write that is durable once it is completed. */
    public final BlockRequest forceUnitAccess(boolean force) {
        this.forceUnitAccess = force;
        return this;
    }

    /** Any number that tells its owner which request it is. */
    public final BlockRequest token(long identity) {
        this.token = identity;
        return this;
    }

    public final BlockOperation operation() {
        return operation;
    }

    /** The first block. */
    public final long block() {
        return block;
    }

    /** How many blocks. */
    public final int blockCount() {
        return blockCount;
    }

    public final MemorySegment data() {
        return data;
    }

    public final long dataOffset() {
        return dataOffset;
    }

    public final MemorySegment metadata() {
        return metadata;
    }

    public final long metadataOffset() {
        return metadataOffset;
    }

    public final boolean forceUnitAccess() {
        return forceUnitAccess;
    }

    public final long token() {
        return token;
    }

    /**
     * What the device itself said when the status is not {@link BlockStatus#OK}: an error number of
     * Linux (positive), or an NVMe status field (negated); 0 when there is nothing more to say.
     */
    public final int detail() {
        return detail;
    }

    /** What became of it in words, with what the device itself said. */
    public final String sentence(BlockStatus status) {
        if (detail == 0) {
            return status.sentence();
        }
        String words = detail < 0 ? NvmeStatus.sentence(-detail) : Errno.describe(detail);
        return status.sentence() + ": " + words;
    }

    /** For devices: sets what {@link #detail} says, and tells the owner. From within poll only. */
    public final void complete(BlockStatus status, int deviceDetail) {
        this.detail = deviceDetail;
        completion.completed(this, status);
    }
}
