package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.pci.Mmio;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NvmeConfig;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * A controller that does not do as CC.EN tells it: its function is reset, which is QEMU's own
 * function level reset, and every command under way is told once.
 */
final class NvmeFunctionResetTest {
    private static final long WAIT_NANOS_MAX = 60_000_000_000L;
    private static final long SKIP_NANOS = 100_000_000;
    private static final long PAUSE_NANOS = 10_000;
    private static final int COMMANDS = 16;

    /** With its submission queue in the controller's memory, and an interrupt. */
    private static final QueuePairConfig PAIR = new QueuePairConfig(32, true, true);

    private final int[] told = new int[COMMANDS];
    private final int[] statuses = new int[COMMANDS];
    private long skippedNanos;
    private QemuMachine machine;
    private StubbornDevice device;

    @BeforeEach
    void start() throws IOException {
        machine =
                QemuMachine.start(
                        "-drive",
                        "id=d0,if=none,driver=null-aio,size=1M,latency-ns=300000000",
                        "-device",
                        "nvme,serial=s,drive=d0,addr=04.0,cmb_size_mb=1");
        device = new StubbornDevice(machine.open(4));
    }

    @AfterEach
    void end() throws IOException {
        machine.close();
    }

    private void completed(long token, int status) {
        told[(int) token]++;
        statuses[(int) token] = status;
    }

    private NvmeConfig config() {
        return NvmeConfig.standard().interrupts(true).clock(this::nowNanos, this::pause);
    }

    private long nowNanos() {
        return System.nanoTime() + skippedNanos;
    }

    /** Time that a stubborn controller is given passes quickly. */
    private void pause() {
        if (device.isStubborn()) {
            skippedNanos += SKIP_NANOS;
        } else {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void submitAll(QueuePair queue, NvmeNamespace namespace, DmaMemory data) {
        for (int token = 0; token < COMMANDS; token++) {
            assertThat(queue.read(token, namespace, token, 1, data, token * 512L)).isZero();
        }
        assertThat(queue.poll(nowNanos())).isZero();
    }

    private void pollUntilTold(QueuePair queue) {
        long begin = System.nanoTime();
        while (queue.outstanding() > 0) {
            int ignored = queue.poll(nowNanos());
            pause();
            assertThat(System.nanoTime() - begin).as("waiting").isLessThan(WAIT_NANOS_MAX);
        }
    }

    private void pollUntilFree(QueuePair queue) {
        long begin = System.nanoTime();
        while (queue.free() == 0) {
            int ignored = queue.poll(nowNanos());
            pause();
            assertThat(System.nanoTime() - begin).as("waiting").isLessThan(WAIT_NANOS_MAX);
        }
    }

    @Test
    void aFailedControllerThatDoesNotStopIsTakenBackToPowerOn() throws Exception {
        try (NvmeController controller = NvmeController.open(device, config());
                DmaMemory data = controller.dma().allocate("test", 1 << 16);
                QueuePair queue = controller.createQueuePair(PAIR, this::completed);
                PollSet wake = new PollSet(1)) {
            assertThat(controller.hasShadowDoorbells()).isTrue();
            assertThat(controller.hasControllerMemory()).isTrue();
            NvmeNamespace namespace = controller.namespace(1);
            submitAll(queue, namespace, data);
            device.stubborn(true);
            pollUntilTold(queue);
            assertThat(told).containsOnly(1);
            assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.RESET);
            assertThat(controller.functionResets()).isOne();
            pollUntilFree(queue);
            assertThat(controller.state()).isEqualTo(ControllerState.READY);
            submitAll(queue, namespace, data);
            while (queue.outstanding() > 0) {
                wake.clear();
                if (queue.prepareSleep(wake)) {
                    assertThat(wake.poll(WAIT_NANOS_MAX)).as("interrupt").isPositive();
                }
                int ignored = queue.poll(nowNanos());
            }
            assertThat(told).containsOnly(2);
            assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.SUCCESS);
            assertThat(queue.counters().resets()).isOne();
        }
        assertThat(machine.allocatedBytes()).isZero();
    }

    @Test
    void aControllerWhoseFunctionCannotBeResetIsCutOffFromMemory() throws Exception {
        device.resets(false);
        try (NvmeController controller = NvmeController.open(device, config());
                DmaMemory data = controller.dma().allocate("test", 1 << 16);
                QueuePair queue = controller.createQueuePair(PAIR, this::completed)) {
            NvmeNamespace namespace = controller.namespace(1);
            submitAll(queue, namespace, data);
            device.stubborn(true);
            pollUntilTold(queue);
            assertThat(told).containsOnly(1);
            assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.FAILED);
            assertThat(controller.state()).isEqualTo(ControllerState.FAILED);
            int busMaster = 4;
            assertThat(device.config().readShort(4) & busMaster).isZero();
            assertThatThrownBy(() -> controller.namespace(1))
                    .hasMessageContaining("did not stop within")
                    .hasMessageContaining("cannot be reset (its slot cannot do that)");
            device.resets(true);
            controller.reset();
            assertThat(controller.functionResets()).isOne();
            pollUntilFree(queue);
            submitAll(queue, namespace, data);
            pollUntilTold(queue);
            assertThat(told).containsOnly(2);
            assertThat(Arrays.stream(statuses)).containsOnly(NvmeStatus.SUCCESS);
        }
        assertThat(machine.allocatedBytes()).isZero();
    }

    @Test
    void aControllerThatItsLastOwnerLeftRunningIsOpened() throws Exception {
        Mmio registers = device.bar(0);
        try (DmaMemory queues = device.dma().allocate("queues", 8192)) {
            device.busMaster(true);
            registers.writeInt(ControllerRegister.AQA, 0x001f_001f);
            registers.writeLong(ControllerRegister.ASQ, queues.deviceAddress(0));
            registers.writeLong(ControllerRegister.ACQ, queues.deviceAddress(4096));
            registers.writeInt(ControllerRegister.CC, 0x0046_0001);
            assertThat(registers.readInt(ControllerRegister.CSTS)).isOne();
            device.stubborn(true);
            try (NvmeController controller = NvmeController.open(device, config())) {
                assertThat(controller.functionResets()).isOne();
                assertThat(controller.namespace(1).blocks()).isEqualTo(2048);
            }
        }
        assertThat(machine.allocatedBytes()).isZero();
    }
}
