package dev.ringroad.nvme.block;

/** What can be asked of a block device. */
public enum BlockOperation {
    /** Blocks into memory. */
    READ,
    /** Memory into blocks. */
    WRITE,
    /** Makes every write that was completed before durable; has no blocks and no memory. */
    FLUSH,
    /** Zeroes into blocks, without memory. */
    WRITE_ZEROES,
    /**
     * The blocks' content is no longer needed. What is read there until they are written again is
     * the old content or zeroes.
     */
    UNMAP,
    /** Memory against blocks: {@link BlockStatus#MISCOMPARE} when they differ. */
    COMPARE,
    /**
     * Atomically: the first half of the memory against the blocks, and the second half into them if
     * they are equal.
     */
    COMPARE_AND_WRITE
}
