package dev.ringroad.bench.nvme;

import com.sun.management.ThreadMXBean;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeCompletion;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.QueuePairCounters;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * Reads of one block through one queue pair, as many at a time as the depth: each completion is
 * followed by the next read, from the handler.
 */
final class NvmeLoad implements NvmeCompletion {
    /** Bytes of a read. */
    static final int BYTES = InstantController.BLOCK_BYTES;

    private static final int POLLS_A_LOOK = 4096;
    private static final int MILLION = 1_000_000;
    private static final int MEMORY_BYTES = 64 << 20;
    // A prime, so that blocks look random and cost nothing.
    private static final long STEP = 999_983;

    private final NvmeNamespace namespace;
    private final QueuePair pair;
    private final DmaMemory data;
    private long block;
    private long failures;

    private NvmeLoad(NvmeController controller, int depth) throws IOException {
        namespace = controller.namespace(1);
        pair = controller.createQueuePair(QueuePairConfig.polled(depth), this);
        data = controller.dma().allocate("data", (long) depth * BYTES);
    }

    /**
     * What was measured.
     *
     * @param rate reads a second
     * @param doorbells of both kinds for each poll that took completions
     * @param bytesAllocated for a million reads
     */
    record Figures(double rate, double doorbells, double bytesAllocated) {}

    /** Runs against a model on another processor; the last of several runs counts. */
    static Figures beside(int depth, int cpu, int modelCpu, long nanos, int runs)
            throws IOException {
        ModelDevice device = new ModelDevice(InstantController.registerBytes(), MEMORY_BYTES);
        try (ModelThread _ = new ModelThread(new InstantController(device), modelCpu)) {
            Affinity.pinCurrentThread(cpu);
            try (NvmeController controller = NvmeController.open(device, NvmeConfig.standard())) {
                NvmeLoad load = new NvmeLoad(controller, depth);
                try {
                    return load.measure(() -> {}, depth, nanos, runs);
                } finally {
                    load.pair.close();
                }
            }
        } finally {
            device.free();
        }
    }

    /**
     * Driver and model by turns on one processor, so that no cache line travels. The model has a
     * thread of its own only while the controller is opened and closed.
     */
    static Figures byTurns(int depth, int cpu, long nanos, int runs) throws IOException {
        ModelDevice device = new ModelDevice(InstantController.registerBytes(), MEMORY_BYTES);
        try {
            Affinity.pinCurrentThread(cpu);
            InstantController model = new InstantController(device);
            NvmeController controller;
            NvmeLoad load;
            try (ModelThread _ = new ModelThread(model, -1)) {
                controller = NvmeController.open(device, NvmeConfig.standard());
                load = new NvmeLoad(controller, depth);
            }
            Figures figures = load.measure(model::step, depth, nanos, runs);
            try (ModelThread _ = new ModelThread(model, -1)) {
                load.pair.close();
                controller.close();
            }
            return figures;
        } finally {
            device.free();
        }
    }

    private Figures measure(Runnable turn, int depth, long nanos, int runs) {
        for (int token = 0; token < depth; token++) {
            submit(token);
        }
        Figures figures = new Figures(0, 0, 0);
        for (int i = 0; i < runs; i++) {
            figures = measure(turn, nanos);
        }
        if (failures > 0) {
            throw new IllegalStateException(failures + " reads failed");
        }
        return figures;
    }

    /**
     * @param turn what happens after each poll
     */
    private Figures measure(Runnable turn, long nanos) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        QueuePairCounters counters = pair.counters();
        long doorbells = counters.submissionDoorbells() + counters.completionDoorbells();
        long allocated = threads.getCurrentThreadAllocatedBytes();
        long begin = System.nanoTime();
        long reads = 0;
        long batches = 0;
        long now = begin;
        while (now - begin < nanos) {
            for (int i = 0; i < POLLS_A_LOOK; i++) {
                int done = pair.poll(now);
                if (done > 0) {
                    reads += done;
                    batches++;
                }
                turn.run();
            }
            now = System.nanoTime();
        }
        long bytes = threads.getCurrentThreadAllocatedBytes() - allocated;
        doorbells = counters.submissionDoorbells() + counters.completionDoorbells() - doorbells;
        return new Figures(
                reads * 1e9 / (now - begin),
                (double) doorbells / batches,
                (double) bytes / reads * MILLION);
    }

    private void submit(long token) {
        block = block + STEP & InstantController.BLOCKS - 1;
        if (pair.read(token, namespace, block, 1, data, token * BYTES) != 0) {
            failures++;
        }
    }

    @Override
    public void completed(long token, int status) {
        failures += status;
        submit(token);
    }
}
