package dev.ringroad.bench.fileload;

import com.sun.management.ThreadMXBean;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.BufferTable;
import dev.ringroad.uring.FileTable;
import dev.ringroad.uring.Uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.stream.Stream;

/** A thread of a load: opens a ring of its own, waits for the others, and works. */
final class LoadThread implements Runnable {
    private final LoadPlan plan;
    private final int index;
    private final Region[] regions;
    private final long ios;
    private final LoadControl control;
    private final ThreadCounts counts = new ThreadCounts();
    private final ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private boolean ready;

    LoadThread(LoadPlan plan, int index, Region[] regions, long ios, LoadControl control) {
        this.plan = plan;
        this.index = index;
        this.regions = regions;
        this.ios = ios;
        this.control = control;
    }

    ThreadCounts counts() {
        return counts;
    }

    long writtenBlocks() {
        return Stream.of(regions).mapToLong(Region::writtenBlocks).sum();
    }

    @Override
    public void run() {
        try {
            work();
        } catch (Throwable t) {
            control.fail(t);
        } finally {
            if (!ready) {
                control.ready();
            }
            control.ended();
        }
    }

    private void work() throws IOException, InterruptedException {
        if (!plan.cpus().isEmpty()) {
            Affinity.pinCurrentThread(plan.cpus().get(index % plan.cpus().size()));
        }
        // The memory goes after the ring: until then it may be the kernel's.
        try (Arena arena = Arena.ofConfined();
                Uring ring = Uring.open(plan.ring().config())) {
            int depth = plan.ring().depth();
            Slots slots = new Slots(depth, plan.workload().blockBytes(), regions[0], arena);
            if (plan.ring().fixed()) {
                registerFiles(ring, Stream.of(regions).map(Region::file).toList());
                registerBuffers(ring, slots, depth);
            }
            LoadLoop loop = new LoadLoop(plan, index, ring, slots, regions, ios, control, counts);
            ready = true;
            control.ready();
            control.awaitBegin();
            long before = heap.getCurrentThreadAllocatedBytes();
            loop.run();
            counts.end(System.nanoTime(), heap.getCurrentThreadAllocatedBytes() - before);
            loop.readBack();
        }
    }

    /** Under their index in the list. */
    static void registerFiles(Uring ring, List<TestFile> files) throws SystemCallException {
        FileTable places = ring.registerFiles(files.size());
        for (int i = 0; i < files.size(); i++) {
            places.set(i, files.get(i).descriptor().number());
        }
    }

    /** Under the index of their slot. */
    private static void registerBuffers(Uring ring, Slots slots, int count)
            throws SystemCallException {
        BufferTable buffers = ring.registerBuffers(count);
        for (int i = 0; i < count; i++) {
            buffers.set(i, slots.block(i));
        }
    }
}
