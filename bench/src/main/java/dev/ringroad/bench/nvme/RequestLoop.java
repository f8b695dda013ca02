package dev.ringroad.bench.nvme;

import com.sun.management.ThreadMXBean;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;

/** Requests of one kind at random places of a device, so many at once, for as long as it takes. */
final class RequestLoop {
    private static final int RUNS = 6;
    private static final int PAGE_BYTES = 4096;

    private final BlockChannel channel;
    private final BlockOperation operation;
    private final int depth;
    private final int bytes;
    private final int blocks;
    private final long places;
    private final MemorySegment memory;
    private final SplittableRandom random = new SplittableRandom(1);
    private long done;
    private boolean stopping;

    /** What came of it: requests a second, and bytes of the Java heap for each. */
    record Result(double rate, double allocated) {}

    private RequestLoop(
            BlockDevice device,
            BlockChannel channel,
            BlockOperation operation,
            int depth,
            int bytes) {
        this.channel = channel;
        this.operation = operation;
        this.depth = depth;
        this.bytes = bytes;
        blocks = bytes / device.geometry().blockBytes();
        places = device.geometry().byteSize() / bytes;
        memory = Arena.ofAuto().allocate((long) depth * bytes, PAGE_BYTES);
    }

    /**
     * Measures on the calling thread, which is bound to a processor from then on.
     *
     * @param bytes of each request
     * @param nanos of each run; the best of some counts
     */
    static Result run(
            BlockDevice device, BlockOperation operation, int depth, int bytes, int cpu, long nanos)
            throws IOException {
        // Only now: threads that were started before keep both processors.
        Affinity.pinCurrentThread(cpu);
        try (BlockChannel channel = device.openChannel(depth)) {
            return new RequestLoop(device, channel, operation, depth, bytes).run(nanos);
        }
    }

    /** The best of some runs, the first of which let the compilers work. */
    private Result run(long nanos) {
        ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int i = 0; i < depth; i++) {
            long offset = (long) i * bytes;
            submit(
                    new BlockRequest((request, status) -> completed(request, status, offset)),
                    offset);
        }
        Result best = new Result(0, 0);
        for (int i = 0; i < RUNS; i++) {
            long allocated = heap.getCurrentThreadAllocatedBytes();
            long begun = System.nanoTime();
            long before = done;
            long now = begun;
            while (now - begun < nanos) {
                int ignored = channel.poll(now);
                now = System.nanoTime();
            }
            long count = done - before;
            double rate = count * 1e9 / (now - begun);
            if (rate > best.rate()) {
                allocated = heap.getCurrentThreadAllocatedBytes() - allocated;
                best = new Result(rate, allocated / (double) Math.max(1, count));
            }
        }
        stopping = true;
        while (channel.outstanding() > 0) {
            int ignored = channel.poll(System.nanoTime());
        }
        return best;
    }

    private void completed(BlockRequest request, BlockStatus status, long offset) {
        if (status != BlockStatus.OK) {
            throw new IllegalStateException(operation + " failed: " + status.sentence());
        }
        done++;
        if (!stopping) {
            submit(request, offset);
        }
    }

    private void submit(BlockRequest request, long offset) {
        long block = random.nextLong(places) * blocks;
        channel.submit(request.fill(operation, block, blocks, memory, offset));
    }
}
