package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.Map;

/** What a queue pair tells when its controller is late, is reset, fails, stops or goes. */
class QueuePairResetTest {
    private static final int DEPTH = 8;

    private ModelLab lab;
    private NvmeController controller;
    private NvmeNamespace namespace;
    private QueuePair pair;
    private DmaMemory data;

    @BeforeEach
    void open() throws IOException {
        lab = new ModelLab();
        controller = lab.open();
        namespace = controller.namespace(1);
        pair = lab.pair(controller, DEPTH);
        data = lab.memory(1 << 20);
    }

    @AfterEach
    void close() throws IOException {
        lab.close();
    }

    @Test
    void aResetTellsEveryCommandOnceAndThenWorksAgain() throws IOException {
        lab.model.lie = (queue, command) -> {};
        for (int i = 0; i < DEPTH; i++) {
            assertThat(pair.read(i, namespace, i, 1, data, 0)).isZero();
        }
        lab.poll(pair, 2);
        assertThat(lab.told).isEmpty();

        lab.model.lie = LyingController::complete;
        controller.reset();
        lab.poll(pair, 10);

        assertThat(lab.told).hasSize(DEPTH);
        assertThat(lab.told.values()).containsOnly(NvmeStatus.RESET);
        assertThat(lab.toldAgain).isZero();
        assertThat(pair.counters().resets()).isOne();
        assertThat(pair.read(100, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 2);
        assertThat(lab.told).containsEntry(100L, 0);
    }

    @Test
    void aLateCommandIsAbortedAndThenTheControllerIsReset() {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 30);
        assertThat(pair.counters().aborts()).isOne();
        assertThat(lab.model.adminOpcodes).contains(AdminOpcode.ABORT);
        assertThat(lab.told).isEmpty();

        assertThat(pair.read(2, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 40);

        assertThat(lab.told).containsEntry(1L, NvmeStatus.TIMED_OUT);
        assertThat(lab.told.get(2L)).isIn(NvmeStatus.RESET, NvmeStatus.TIMED_OUT);
        assertThat(lab.toldAgain).isZero();
        lab.model.lie = LyingController::complete;
        assertThat(pair.read(3, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 2);
        assertThat(lab.told).containsEntry(3L, 0);
    }

    @Test
    void anAbortIsAskedForCommandsUnderWayOnly() {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.abort(1)).isFalse();
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 1);

        assertThat(pair.abort(1)).isTrue();
        lab.poll(pair, 4);

        assertThat(lab.model.adminOpcodes).contains(AdminOpcode.ABORT);
    }

    @Test
    void anOwnerWhoHasNotPolledForLongTakesNothingForLate() {
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.nowNanos += ModelLab.LONG_NANOS;
        lab.poll(pair, 3);

        assertThat(lab.told).containsEntry(1L, 0);
        assertThat(pair.counters().aborts()).isZero();
    }

    @Test
    void aControllerThatIsGoneIsToldOnce() {
        lab.model.lie = (queue, command) -> {};
        for (int i = 0; i < DEPTH; i++) {
            assertThat(pair.read(i, namespace, i, 1, data, 0)).isZero();
        }
        lab.poll(pair, 1);
        lab.device.goAway();

        lab.poll(pair, 10);

        assertThat(lab.told).hasSize(DEPTH);
        assertThat(lab.told.values()).containsOnly(NvmeStatus.GONE);
        assertThat(lab.toldAgain).isZero();
        assertThat(controller.state()).isEqualTo(ControllerState.GONE);
        assertThat(lab.device.device().isBusMaster()).isFalse();
        assertThat(pair.read(9, namespace, 0, 1, data, 0)).isEqualTo(Refusal.STOPPED);
        assertThatThrownBy(() -> controller.namespace(1)).hasMessageContaining("all ones");
    }

    @Test
    void aControllerThatIsRecalledIsKeptFromMemoryAndToldOnce() {
        lab.model.lie = (queue, command) -> {};
        for (int i = 0; i < DEPTH; i++) {
            assertThat(pair.read(i, namespace, i, 1, data, 0)).isZero();
        }
        lab.poll(pair, 1);
        lab.device.recall().orElseThrow().signal();

        lab.poll(pair, 10);

        assertThat(lab.device.device().isBusMaster()).isFalse();
        assertThat(lab.told).hasSize(DEPTH);
        assertThat(lab.told.values()).containsOnly(NvmeStatus.GONE);
        assertThat(lab.toldAgain).isZero();
        assertThat(controller.state()).isEqualTo(ControllerState.GONE);
        assertThatThrownBy(controller::reset).hasMessageContaining("the kernel wants it back");
        assertThat(lab.device.device().isBusMaster()).isFalse();
        assertThat(pair.read(9, namespace, 0, 1, data, 0)).isEqualTo(Refusal.STOPPED);
    }

    @Test
    void aControllerThatDoesNotStopIsKeptFromMemoryBeforeCommandsAreTold() {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 1);
        lab.model.stops = false;

        assertThatThrownBy(controller::reset).hasMessageContaining("did not stop");
        lab.poll(pair, 2);

        assertThat(lab.device.device().isBusMaster()).isFalse();
        assertThat(lab.told).containsOnly(Map.entry(1L, NvmeStatus.FAILED));
        assertThat(controller.state()).isEqualTo(ControllerState.FAILED);
    }

    @Test
    void aControllerThatDoesNotStopHasItsFunctionResetBeforeCommandsAreTold() throws IOException {
        lab.model.lie = (queue, command) -> {};
        for (int i = 0; i < DEPTH; i++) {
            assertThat(pair.read(i, namespace, i, 1, data, 0)).isZero();
        }
        lab.poll(pair, 1);
        lab.model.status(3);
        lab.model.stops = false;
        lab.device.functionReset(
                () -> {
                    assertThat(lab.told).as("told while memory is within reach").isEmpty();
                    lab.model.powerOn();
                });

        lab.poll(pair, 6000); // pauses of a millisecond, and the controller has 5000 of them

        assertThat(lab.told).hasSize(DEPTH);
        assertThat(lab.told.values()).containsOnly(NvmeStatus.RESET);
        assertThat(lab.toldAgain).isZero();
        assertThat(controller.functionResets()).isOne();
        assertThat(controller.state()).isEqualTo(ControllerState.READY);
        lab.model.lie = LyingController::complete;
        assertThat(pair.read(DEPTH, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 2);
        assertThat(lab.told).containsEntry((long) DEPTH, 0);
    }

    @Test
    void aFunctionIsResetOnceForEachResetOfTheController() throws IOException {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 1);
        lab.model.stops = false;
        lab.device.functionReset(() -> {}); // of no use

        assertThatThrownBy(controller::reset)
                .hasMessageContaining("did not stop")
                .hasMessageContaining("reset of its function did not help");
        lab.poll(pair, 2);

        assertThat(controller.functionResets()).isOne();
        assertThat(controller.state()).isEqualTo(ControllerState.FAILED);
        assertThat(lab.device.device().isBusMaster()).isFalse();
        assertThat(lab.told).containsOnly(Map.entry(1L, NvmeStatus.FAILED));

        lab.device.functionReset(lab.model::powerOn);
        controller.reset();
        assertThat(controller.functionResets()).isEqualTo(2);
        assertThat(controller.state()).isEqualTo(ControllerState.READY);
        assertThat(lab.device.device().isBusMaster()).isTrue();
        assertThat(lab.toldAgain).isZero();
    }

    @Test
    void aFatalErrorResetsTheController() {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 1);
        lab.model.status(3);

        lab.poll(pair, 10);

        assertThat(lab.told).containsEntry(1L, NvmeStatus.RESET);
        assertThat(controller.state()).isEqualTo(ControllerState.READY);
    }
}
