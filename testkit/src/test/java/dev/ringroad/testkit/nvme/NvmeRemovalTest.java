package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.testkit.qemu.HotPlugSlot;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;

/** Controllers that are reset or pulled out with commands under way: each is told once. */
final class NvmeRemovalTest {
    private static final long WAIT_NANOS_MAX = 60_000_000_000L;
    private static final int COMMANDS = 16;

    /** Commands that are answered after ten seconds, as far as the drive goes. */
    private static final String SLOW_DRIVE =
            "id=d0,if=none,driver=null-aio,size=1M,latency-ns=10000000000";

    private final int[] told = new int[COMMANDS];
    private final int[] statuses = new int[COMMANDS];

    private void completed(long token, int status) {
        told[(int) token]++;
        statuses[(int) token] = status;
    }

    private static QemuMachine pluggable() throws IOException {
        return QemuMachine.start(
                "-global",
                HotPlugSlot.NATIVE,
                "-drive",
                SLOW_DRIVE,
                "-device",
                "pcie-root-port,id=rp,chassis=1,slot=1,addr=02.0",
                "-device",
                "nvme,serial=s,drive=d0,bus=rp");
    }

    private static void submitAll(QueuePair queue, NvmeNamespace namespace, DmaMemory data) {
        for (int token = 0; token < COMMANDS; token++) {
            assertThat(queue.read(token, namespace, token, 1, data, token * 512L)).isZero();
        }
        assertThat(queue.poll(System.nanoTime())).isZero();
    }

    private static void awaitAll(QueuePair queue) {
        long deadline = System.nanoTime() + WAIT_NANOS_MAX;
        while (queue.outstanding() > 0) {
            int ignored = queue.poll(System.nanoTime());
            assertThat(System.nanoTime() - deadline).as("waiting").isNegative();
        }
    }

    @Test
    void aControllerThatIsPulledOutTellsEveryCommandOnce() throws Exception {
        try (QemuMachine machine = pluggable()) {
            NvmeController controller =
                    NvmeController.open(
                            machine.open(machine.behindBridge(1)), NvmeConfig.standard());
            try (controller;
                    DmaMemory data = controller.dma().allocate("test", 1 << 16);
                    QueuePair queue =
                            controller.createQueuePair(
                                    QueuePairConfig.polled(32), this::completed)) {
                NvmeNamespace namespace = controller.namespace(1);
                submitAll(queue, namespace, data);
                machine.slot(2).pull();
                awaitAll(queue);
                assertThat(told).containsOnly(1);
                assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.GONE);
                assertThat(controller.state()).isEqualTo(ControllerState.GONE);
                assertThat(queue.read(0, namespace, 0, 1, data, 0)).isEqualTo(Refusal.STOPPED);
                assertThatThrownBy(() -> controller.namespace(1)).isInstanceOf(IOException.class);
                int ignored = queue.poll(System.nanoTime());
                assertThat(told).containsOnly(1);
            }
            assertThat(machine.allocatedBytes()).isZero();
        }
    }

    @Test
    void anotherControllerInTheSameSlotWorks() throws Exception {
        try (QemuMachine machine = pluggable()) {
            NvmeController.open(machine.open(machine.behindBridge(1)), NvmeConfig.standard())
                    .close();
            machine.slot(2).pull();
            String drive = "drive_add 0 id=d1,if=none,driver=null-co,size=2M,read-zeroes=on";
            assertThat(machine.monitor().run(drive)).isIn("", "OK");
            machine.slot(2).plug("nvme,serial=other,drive=d1,bus=rp");
            try (NvmeController other =
                    NvmeController.open(
                            machine.open(machine.behindBridge(1)), NvmeConfig.standard())) {
                assertThat(other.identity().serialNumber()).isEqualTo("other");
                assertThat(other.namespace(1).blocks()).isEqualTo((2 << 20) / 512);
            }
        }
    }

    @Test
    void aResetTellsEveryCommandOnceAndQueuesWorkAgain() throws Exception {
        try (QemuMachine machine =
                QemuMachine.start(
                        "-drive",
                        "id=d0,if=none,driver=null-aio,size=1M,latency-ns=300000000",
                        "-device",
                        "nvme,serial=s,drive=d0,addr=04.0")) {
            NvmeController controller = NvmeController.open(machine.open(4), NvmeConfig.standard());
            try (controller;
                    DmaMemory data = controller.dma().allocate("test", 1 << 16);
                    QueuePair queue =
                            controller.createQueuePair(
                                    QueuePairConfig.polled(32), this::completed)) {
                NvmeNamespace namespace = controller.namespace(1);
                submitAll(queue, namespace, data);
                controller.reset();
                awaitAll(queue);
                assertThat(told).containsOnly(1);
                assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.RESET);
                while (queue.free() == 0) { // until it has its rings again
                    int ignored = queue.poll(System.nanoTime());
                }
                submitAll(queue, namespace, data);
                awaitAll(queue);
                assertThat(told).containsOnly(2);
                assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.SUCCESS);
            }
        }
    }
}
