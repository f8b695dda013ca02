package dev.ringroad.nvme.block;

/**
 * What channels of a mirror look up as they begin to write: the leg that is being rebuilt, which is
 * written to but not read, and the blocks that are being copied to it, which nobody writes to.
 *
 * @param leg -1 when none is being rebuilt
 * @param firstBlock of those that are being copied
 * @param endBlock behind them; the same when there are none
 */
record MirrorBarrier(int leg, long firstBlock, long endBlock) {
    /** No leg is being rebuilt. */
    static final MirrorBarrier NONE = new MirrorBarrier(-1, 0, 0);

    /** The leg as a bit, 0 when there is none. */
    int legBit() {
        return leg < 0 ? 0 : 1 << leg;
    }

    /** Whether a request that changes blocks has to wait. */
    boolean bars(BlockRequest request) {
        return firstBlock < endBlock
                && request.operation() != BlockOperation.FLUSH
                && request.block() < endBlock
                && request.block() + request.blockCount() > firstBlock;
    }
}
