package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.testkit.qemu.QemuMachine;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** A machine of QEMU with one NVMe controller, and one queue pair to it. */
final class NvmeLab implements AutoCloseable {
    static final int DEVICE = 4;
    private static final int DEPTH = 32;
    private static final long WAIT_NANOS_MAX = 60_000_000_000L;

    final QemuMachine machine;
    final NvmeController controller;
    private final QueuePair queue;
    private int completions;
    private int status;
    private long result;

    private NvmeLab(QemuMachine machine, NvmeController controller, QueuePairConfig config)
            throws IOException {
        this.machine = machine;
        this.controller = controller;
        this.queue = controller.createQueuePair(config, this::completed);
    }

    /**
     * @param devices QEMU's arguments; the controller has {@code addr=04.0}
     */
    static NvmeLab start(String... devices) throws IOException {
        return start(NvmeConfig.standard(), QueuePairConfig.polled(DEPTH), devices);
    }

    static NvmeLab start(NvmeConfig config, QueuePairConfig pair, String... devices)
            throws IOException {
        QemuMachine machine = QemuMachine.start(devices);
        try {
            NvmeController controller = NvmeController.open(machine.open(DEVICE), config);
            try {
                return new NvmeLab(machine, controller, pair);
            } catch (Throwable t) {
                controller.close();
                throw t;
            }
        } catch (Throwable t) {
            machine.close();
            throw t;
        }
    }

    private void completed(long token, int statusNow) {
        completions++;
        status = statusNow;
        result = queue.result();
    }

    QueuePair queue() {
        return queue;
    }

    NvmeNamespace namespace(int id) throws IOException {
        return controller.namespace(id);
    }

    /** Memory that the device reaches, and that the test owns. */
    DmaMemory memory(long bytes) throws IOException {
        return controller.dma().allocate("test", bytes);
    }

    /**
     * Waits for the one command that was handed over.
     *
     * @param refusal what its submission answered
     * @return its status
     */
    int await(int refusal) {
        assertThat(refusal).as("refusal").isZero();
        int before = completions;
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        while (completions == before) {
            int ignored = queue.poll(System.nanoTime());
            assertThat(System.nanoTime() - deadline).as("waiting").isNegative();
        }
        assertThat(completions).isEqualTo(before + 1);
        return status;
    }

    /** What the last command answered. */
    long result() {
        return result;
    }

    static void fillRandomly(MemorySegment memory, long seed) {
        byte[] bytes = new byte[(int) memory.byteSize()];
        new Random(seed).nextBytes(bytes);
        MemorySegment.copy(bytes, 0, memory, JAVA_BYTE, 0, bytes.length);
    }

    @Override
    public void close() throws IOException {
        try (machine;
                controller) {
            queue.close();
        }
    }
}
