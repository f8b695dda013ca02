package dev.ringroad.bench.blockload;

import com.sun.management.ThreadMXBean;

import dev.ringroad.bench.fileload.Extent;
import dev.ringroad.core.counter.LatencyCounts;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockMemory;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;

/** One thread of a load, and what it has done so far. It counts, others may look. */
final class BlockThread implements Runnable {
    private static final VarHandle READ_BACK;

    static {
        try {
            READ_BACK =
                    MethodHandles.lookup().findVarHandle(BlockThread.class, "readBack", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BlockLoad load;
    private final int index;
    private final LatencyCounts reads = new LatencyCounts();
    private final LatencyCounts writes = new LatencyCounts();
    private final ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private volatile long endNanos;
    private volatile long allocatedBytes;
    private long readBack;
    private volatile long writtenBlocks;

    BlockThread(BlockLoad load, int index) {
        this.load = load;
        this.index = index;
    }

    LatencyCounts reads() {
        return reads;
    }

    LatencyCounts writes() {
        return writes;
    }

    /** By {@link System#nanoTime}; 0 while it runs. */
    long endNanos() {
        return endNanos;
    }

    /** Of the Java heap, while it ran. */
    long allocatedBytes() {
        return allocatedBytes;
    }

    /** Blocks that were written, read back, and right. */
    long readBack() {
        return (long) READ_BACK.getOpaque(this);
    }

    void readBackOne() {
        // Opaque: whoever looks sees whole counts, some of them a moment old.
        READ_BACK.setOpaque(this, readBack + 1);
    }

    /** Blocks that were written, where they are verified; known at the end. */
    long writtenBlocks() {
        return writtenBlocks;
    }

    @Override
    public void run() {
        try {
            work();
        } catch (Throwable t) {
            load.fail(t);
        } finally {
            load.ended();
        }
    }

    private void work() throws IOException, InterruptedException {
        BlockPlan plan = load.plan();
        Extent extent =
                new Extent(
                        plan.usedBytes(load.device()),
                        plan.ioBytes(),
                        index,
                        plan.threads(),
                        plan.verified() && plan.mode().writes());
        long bytes = BlockLoadLoop.stride(plan.ioBytes()) * plan.depth();
        try (BlockMemory memory = BlockMemory.allocate(load.device(), "perf", bytes);
                BlockChannel channel = load.device().openChannel(plan.depth())) {
            BlockLoadLoop loop = new BlockLoadLoop(load, this, channel, memory, extent, index);
            load.awaitBegin();
            long before = heap.getCurrentThreadAllocatedBytes();
            try {
                loop.run(load.beginNanos());
                allocatedBytes = heap.getCurrentThreadAllocatedBytes() - before;
                endNanos = System.nanoTime();
                loop.readBack();
            } finally {
                loop.drain();
                writtenBlocks = extent.writtenBlocks();
            }
        }
    }
}
