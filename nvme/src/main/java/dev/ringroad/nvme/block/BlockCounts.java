package dev.ringroad.nvme.block;

import dev.ringroad.core.counter.LatencyCounts;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What passed a {@link StatisticsDevice}, for each operation. One thread counts, others may look.
 */
public final class BlockCounts {
    private static final int OPERATIONS = BlockOperation.values().length;
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final int blockBytes;
    private final long[] requests = new long[OPERATIONS];
    private final long[] blocks = new long[OPERATIONS];
    private final long[] failures = new long[OPERATIONS];
    private final LatencyCounts[] times = new LatencyCounts[OPERATIONS];

    BlockCounts(int blockBytes) {
        this.blockBytes = blockBytes;
        for (int i = 0; i < OPERATIONS; i++) {
            times[i] = new LatencyCounts();
        }
    }

    void count(BlockRequest request, BlockStatus status, long nanos) {
        int operation = request.operation().ordinal();
        increase(requests, operation, 1);
        if (status == BlockStatus.OK) {
            increase(blocks, operation, request.blockCount());
        } else {
            increase(failures, operation, 1);
        }
        times[operation].record(Math.max(0, nanos));
    }

    private static void increase(long[] counts, int operation, long by) {
        // Opaque: whoever looks sees whole counts, some of them a moment old.
        COUNT.setOpaque(counts, operation, counts[operation] + by);
    }

    void add(BlockCounts other) {
        for (int i = 0; i < OPERATIONS; i++) {
            increase(requests, i, (long) COUNT.getOpaque(other.requests, i));
            increase(blocks, i, (long) COUNT.getOpaque(other.blocks, i));
            increase(failures, i, (long) COUNT.getOpaque(other.failures, i));
            times[i].add(other.times[i]);
        }
    }

    /** Requests that were completed, whatever became of them. */
    public long requests(BlockOperation operation) {
        return (long) COUNT.getOpaque(requests, operation.ordinal());
    }

    /** Bytes of the blocks of those that succeeded. */
    public long bytes(BlockOperation operation) {
        return (long) COUNT.getOpaque(blocks, operation.ordinal()) * blockBytes;
    }

    /** Those that did not succeed. */
    public long failures(BlockOperation operation) {
        return (long) COUNT.getOpaque(failures, operation.ordinal());
    }

    /** How long they took. */
    public LatencyCounts times(BlockOperation operation) {
        return times[operation.ordinal()];
    }
}
