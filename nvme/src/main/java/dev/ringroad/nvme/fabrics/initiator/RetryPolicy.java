package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockOperation;

/**
 * What is sent again when the connection was lost between a command and its answer.
 *
 * <p>Nobody can say then whether the controller has carried the command out, is about to, or never
 * will. A read is harmless either way. A write is not: the first one may still be on its way within
 * the other machine when the second is answered, and its data may land over what was written after
 * that answer. Commands that never left this machine whole are sent again under every policy.
 */
public enum RetryPolicy {
    /** Nothing: each such request is completed as GONE, and its owner decides. */
    NEVER,

    /**
     * What changes nothing: reads, comparisons and flushes. Writes are completed as GONE. The
     * default.
     */
    HARMLESS,

    /**
     * Everything but compare-and-write, as kernels do it. Right where the target is known to have
     * nothing under way any more once it accepts a new connection of the same host.
     */
    EVERYTHING;

    boolean allows(BlockOperation operation) {
        return switch (operation) {
            case READ, COMPARE, FLUSH -> this != NEVER;
            case WRITE, WRITE_ZEROES, UNMAP -> this == EVERYTHING;
            case COMPARE_AND_WRITE -> false;
        };
    }
}
