package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.management.ManagementFactory;

/** Commands make nothing on the heap, nor do the looks at the controller's health between them. */
class QueuePairAllocationTest {
    private static final int DEPTH = 8;
    private static final int BLOCK_BYTES = InstantController.BLOCK_BYTES;
    private static final int ROUNDS = 20_000;
    private static final int WARM_ROUNDS = 2_000;
    private static final long HEALTH_NANOS = 1_000_000;

    private final ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long told;

    @Test
    void commandsAndHealthChecksMakeNothingOnTheHeap() throws IOException {
        SteppedDevice device = new SteppedDevice();
        device.model(new InstantController(device.device()));
        NvmeConfig config = NvmeConfig.standard().healthNanos(HEALTH_NANOS);
        try (NvmeController controller = NvmeController.open(device, config);
                QueuePair pair =
                        controller.createQueuePair(
                                QueuePairConfig.polled(DEPTH), (_, _) -> told++)) {
            NvmeNamespace namespace = controller.namespace(1);
            DmaMemory data = controller.dma().allocate("test", DEPTH * BLOCK_BYTES);
            long now = run(pair, namespace, data, System.nanoTime(), WARM_ROUNDS);
            long before = heap.getCurrentThreadAllocatedBytes();
            long ignored = run(pair, namespace, data, now, ROUNDS);
            long bytes = heap.getCurrentThreadAllocatedBytes() - before;
            assertThat(told).isEqualTo((long) (WARM_ROUNDS + ROUNDS) * DEPTH);
            // An object for each round would be 16 bytes at least; what is left is the measuring.
            assertThat(bytes).isLessThan(ROUNDS);
        } finally {
            device.device().free();
        }
    }

    /** Each round is a batch, and polls at times at which the controller's health is looked at. */
    private static long run(
            QueuePair pair, NvmeNamespace namespace, DmaMemory data, long begin, int rounds) {
        long now = begin;
        for (int round = 0; round < rounds; round++) {
            for (int token = 0; token < DEPTH; token++) {
                long offset = (long) token * BLOCK_BYTES;
                int refusal =
                        (round & 1) == 0
                                ? pair.write(token, namespace, round, 1, data, offset)
                                : pair.read(token, namespace, round, 1, data, offset);
                if (refusal != 0) {
                    throw new IllegalStateException("refused with " + refusal);
                }
            }
            while (pair.outstanding() > 0) {
                now += HEALTH_NANOS;
                int ignored = pair.poll(now);
            }
        }
        return now;
    }
}
