package dev.ringroad.testkit.nvme;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** A controller model, a driver and a clock that only tests move: everything on one thread. */
final class ModelLab implements AutoCloseable {
    /** Longer than any time-out that the tests set. */
    static final long LONG_NANOS = 100_000_000_000L;

    private static final long PAUSE_NANOS = 1_000_000;

    final SteppedDevice device;
    final LyingController model;
    final NvmeConfig config;

    /** What was told of each token, and how often a token was told again. */
    final Map<Long, Integer> told = new LinkedHashMap<>();

    int toldAgain;
    long nowNanos = 1;
    private @Nullable NvmeController controller;
    private @Nullable NvmeNamespace namespace;
    private @Nullable QueuePair pair;

    ModelLab() throws IOException {
        device = new SteppedDevice();
        model = new LyingController(device.device());
        device.model(model);
        config =
                NvmeConfig.standard()
                        .healthNanos(PAUSE_NANOS)
                        .commandTimeoutNanos(20 * PAUSE_NANOS)
                        .adminTimeoutNanos(20 * PAUSE_NANOS)
                        .clock(() -> nowNanos, this::pause);
    }

    private void pause() {
        nowNanos += PAUSE_NANOS;
    }

    NvmeController open() throws IOException {
        controller = NvmeController.open(device, config);
        return controller;
    }

    NvmeController openController() {
        if (controller == null) {
            throw new IllegalStateException("not opened");
        }
        return controller;
    }

    /** The only one. */
    NvmeNamespace namespace() throws IOException {
        if (namespace == null) {
            namespace = openController().namespace(1);
        }
        return namespace;
    }

    QueuePair pair(NvmeController of, int depth) throws IOException {
        pair = of.createQueuePair(QueuePairConfig.polled(depth), this::completed);
        return pair;
    }

    void completed(long token, int status) {
        if (told.put(token, status) != null) {
            toldAgain++;
        }
    }

    DmaMemory memory(long bytes) throws IOException {
        return device.device().allocate("test", bytes);
    }

    /** Polls so often, with a pause after each. */
    void poll(QueuePair own, int times) {
        for (int i = 0; i < times; i++) {
            int ignored = own.poll(nowNanos);
            pause();
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (pair != null) {
                pair.close();
            }
            if (controller != null) {
                controller.close();
            }
        } finally {
            device.device().free();
        }
    }
}
