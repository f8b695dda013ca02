package dev.ringroad.bench.blockload;

import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.Load;
import dev.ringroad.bench.fileload.LoadSample;
import dev.ringroad.core.counter.LatencyCounts;
import dev.ringroad.nvme.block.BlockDevice;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A load on a device: threads that read and write, and what they have done together. */
public final class BlockLoad implements Load {
    private final BlockPlan plan;
    private final BlockDevice device;
    private final List<BlockThread> threads = new ArrayList<>();
    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch ended;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;
    private volatile boolean interrupted;
    private volatile long beginNanos;

    /**
     * @param device stays its owner's, and is closed after the load has ended
     * @throws IllegalArgumentException when plan and device do not fit
     */
    public BlockLoad(BlockPlan plan, BlockDevice device) {
        plan.requireFits(device);
        this.plan = plan;
        this.device = device;
        ended = new CountDownLatch(plan.threads());
        for (int i = 0; i < plan.threads(); i++) {
            threads.add(new BlockThread(this, i));
        }
    }

    public BlockPlan plan() {
        return plan;
    }

    public BlockDevice device() {
        return device;
    }

    @Override
    public AccessMode mode() {
        return plan.mode();
    }

    @Override
    public int ioBytes() {
        return plan.ioBytes();
    }

    @Override
    public boolean isVerified() {
        return plan.verified();
    }

    @Override
    public boolean isReadingBack() {
        return !isDone() && threads.stream().allMatch(thread -> thread.endNanos() != 0);
    }

    @Override
    public long writtenBlocks() {
        return threads.stream().mapToLong(BlockThread::writtenBlocks).sum();
    }

    @Override
    public void begin() {
        for (int i = 0; i < threads.size(); i++) {
            var _ = Thread.ofPlatform().name("perf " + i).daemon(true).start(threads.get(i));
        }
        beginNanos = System.nanoTime();
        begin.countDown();
    }

    @Override
    public void stop() {
        if (!isDone()) {
            interrupted = true;
            stopping = true;
        }
    }

    @Override
    public boolean isDone() {
        return ended.getCount() == 0;
    }

    @Override
    public boolean isInterrupted() {
        return interrupted;
    }

    @Override
    public @Nullable Throwable failure() {
        return failure.get();
    }

    @Override
    public LoadSample sample() {
        LatencyCounts reads = new LatencyCounts();
        LatencyCounts writes = new LatencyCounts();
        long readBack = 0;
        long end = beginNanos;
        for (BlockThread thread : threads) {
            reads.add(thread.reads());
            writes.add(thread.writes());
            readBack += thread.readBack();
            long ends = thread.endNanos();
            end = Math.max(end, ends == 0 && !isDone() ? System.nanoTime() : ends);
        }
        return new LoadSample(Math.max(0, end - beginNanos), reads, writes, 0, readBack);
    }

    @Override
    public long allocatedBytes() {
        return threads.stream().mapToLong(BlockThread::allocatedBytes).sum();
    }

    long beginNanos() {
        return beginNanos;
    }

    void awaitBegin() throws InterruptedException {
        begin.await();
    }

    boolean isStopping() {
        return stopping;
    }

    /** The first failure is kept, and ends all threads. */
    void fail(Throwable why) {
        boolean ignored = failure.compareAndSet(null, why);
        stopping = true;
    }

    void ended() {
        ended.countDown();
    }
}
