package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Queue pairs that are made again and again under the number of an earlier one: nothing of that
 * one's doorbells in memory keeps a command from the controller.
 */
class ShadowDoorbellReuseTest {
    private static final int ROUNDS = 40;
    private static final int DEPTH = 3;
    private static final long PAUSE_NANOS = 1_000_000;
    private static final long WAIT_NANOS = 60_000_000_000L;

    private final List<Integer> told = new ArrayList<>();
    private long virtualNanos = 1;

    private void completed(long token, int status) {
        told.add(status);
    }

    /** As many commands as the ring is left at another place each time, also beyond its end. */
    private static int commandsOf(int round) {
        return 1 + round * 5 % 13;
    }

    @Test
    void theInstantControllerIsAlwaysRungFor() throws IOException {
        SteppedDevice device = new SteppedDevice();
        ShadowController model = new ShadowController(device.device());
        device.model(model);
        NvmeConfig config =
                NvmeConfig.standard().clock(() -> virtualNanos, () -> virtualNanos += PAUSE_NANOS);
        try (NvmeController controller = NvmeController.open(device, config)) {
            assertThat(controller.hasShadowDoorbells()).isTrue();
            NvmeNamespace namespace = controller.namespace(1);
            for (int round = 0; round < ROUNDS; round++) {
                try (QueuePair pair =
                        controller.createQueuePair(
                                QueuePairConfig.polled(DEPTH), this::completed)) {
                    assertThat(pair.id()).isOne();
                    for (int i = 0; i < commandsOf(round); i++) {
                        assertThat(pair.flush(i, namespace)).isZero();
                        for (int poll = 0; poll < 2; poll++) {
                            int ignored = pair.poll(virtualNanos);
                        }
                        assertThat(told).as("round " + round).containsExactly(NvmeStatus.SUCCESS);
                        told.clear();
                    }
                }
            }
            assertThat(model.found).hasSize(4 * ROUNDS).containsOnly(0);
        } finally {
            device.device().free();
        }
    }

    @Test
    void qemusModelIsAlwaysRungFor() throws IOException {
        try (QemuMachine machine =
                        QemuMachine.start(
                                "-drive",
                                "id=d0,if=none,driver=null-co,size=1M",
                                "-device",
                                "nvme,serial=s,drive=d0,addr=04.0");
                NvmeController controller =
                        NvmeController.open(machine.open(4), NvmeConfig.standard())) {
            assertThat(controller.hasShadowDoorbells()).isTrue();
            NvmeNamespace namespace = controller.namespace(1);
            for (int round = 0; round < ROUNDS; round++) {
                try (QueuePair pair =
                        controller.createQueuePair(
                                QueuePairConfig.polled(DEPTH), this::completed)) {
                    assertThat(pair.id()).isOne();
                    for (int i = 0; i < commandsOf(round); i++) {
                        assertThat(pair.flush(i, namespace)).isZero();
                        await(pair);
                        assertThat(told).as("round " + round).containsExactly(NvmeStatus.SUCCESS);
                        told.clear();
                    }
                    assertThat(pair.counters().aborts()).isZero();
                }
            }
        }
    }

    private void await(QueuePair pair) {
        long begin = System.nanoTime();
        while (told.isEmpty() && System.nanoTime() - begin < WAIT_NANOS) {
            int ignored = pair.poll(System.nanoTime());
        }
    }
}
