package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.AdminCommand;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Map;

/** What a queue pair does with a controller that is as it should be. */
class QueuePairTest {
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

    private int opcode(int index) {
        return SubmissionEntry.opcode(lab.model.commands.get(index), 0);
    }

    @Test
    void everyCommandIsToldOnceWithItsToken() {
        assertThat(pair.read(1, namespace, 7, 1, data, 0)).isZero();
        assertThat(pair.write(2, namespace, 8, 2, data, 512)).isZero();
        assertThat(pair.compare(3, namespace, 9, 1, data, 0)).isZero();
        assertThat(pair.flush(4, namespace)).isZero();
        assertThat(pair.writeZeroes(5, namespace, 0, 65536, QueuePair.DEALLOCATE)).isZero();
        assertThat(pair.verify(6, namespace, 0, 1)).isZero();
        DatasetRange.encode(data.segment(), 0, 0, 8, 16);
        assertThat(pair.datasetManagement(7, namespace, data, 0, 1, DatasetRange.DEALLOCATE))
                .isZero();
        assertThat(pair.outstanding()).isEqualTo(7);

        lab.poll(pair, 2);

        assertThat(lab.told.keySet()).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
        assertThat(lab.told.values()).containsOnly(0);
        assertThat(lab.toldAgain).isZero();
        assertThat(pair.outstanding()).isZero();
        assertThat(opcode(0)).isEqualTo(IoOpcode.READ);
        assertThat(opcode(6)).isEqualTo(IoOpcode.DATASET_MANAGEMENT);
        MemorySegment write = lab.model.commands.get(1);
        assertThat(SubmissionEntry.namespaceId(write, 0)).isOne();
        assertThat(SubmissionEntry.quadWord(write, 0, 10)).isEqualTo(8);
        assertThat(SubmissionEntry.doubleWord(write, 0, 12)).isOne();
        assertThat(SubmissionEntry.prp1(write, 0)).isEqualTo(data.deviceAddress(512));
        MemorySegment zeroes = lab.model.commands.get(4);
        assertThat(SubmissionEntry.doubleWord(zeroes, 0, 12)).isEqualTo(0x0200ffff);
    }

    @Test
    void flagsOfATransferStandAboveTheCount() {
        assertThat(
                        pair.transfer(
                                1,
                                IoOpcode.WRITE,
                                namespace,
                                0,
                                2,
                                data,
                                0,
                                QueuePair.FORCE_UNIT_ACCESS | QueuePair.LIMITED_RETRY,
                                0x123000))
                .isZero();

        lab.poll(pair, 2);

        MemorySegment command = lab.model.commands.get(0);
        assertThat(SubmissionEntry.doubleWord(command, 0, 12)).isEqualTo(0xc0000001);
        assertThat(SubmissionEntry.doubleWord(command, 0, 13)).isZero();
        assertThat(SubmissionEntry.metadata(command, 0)).isEqualTo(0x123000);
    }

    @Test
    void aBatchCostsOneDoorbellOfEitherKind() {
        long submissions = pair.counters().submissionDoorbells();
        long completions = pair.counters().completionDoorbells();
        for (int i = 0; i < DEPTH; i++) {
            assertThat(pair.read(i, namespace, i, 1, data, 0)).isZero();
        }

        lab.poll(pair, 2);

        assertThat(lab.told).hasSize(DEPTH);
        assertThat(pair.counters().submissionDoorbells()).isEqualTo(submissions + 1);
        assertThat(pair.counters().completionDoorbells()).isEqualTo(completions + 1);
    }

    @Test
    void whatCannotBeCarriedOutIsRefusedAndNothingIsSent() {
        long end = namespace.blocks();
        assertThat(pair.read(1, namespace, end, 1, data, 0)).isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.read(1, namespace, end - 1, 2, data, 0)).isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.read(1, namespace, -1, 1, data, 0)).isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.read(1, namespace, Long.MAX_VALUE, 1, data, 0))
                .isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.read(1, namespace, 0, 0, data, 0)).isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.read(1, namespace, 0, -1, data, 0)).isEqualTo(Refusal.OUT_OF_RANGE);
        int most = namespace.transferBlocksMax();
        assertThat(pair.read(1, namespace, 0, most + 1, data, 0)).isEqualTo(Refusal.TOO_LONG);
        assertThat(pair.read(1, namespace, 0, 1, data, data.byteSize() - 511))
                .isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pair.read(1, namespace, 0, 1, data, data.byteSize()))
                .isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pair.read(1, namespace, 0, 1, data, -512)).isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pair.read(1, namespace, 0, 1, data, Long.MAX_VALUE))
                .isEqualTo(Refusal.MEMORY_TOO_SMALL);
        assertThat(pair.read(1, namespace, 0, 1, data, 2)).isEqualTo(Refusal.MISALIGNED);
        assertThat(pair.verify(1, namespace, 0, 65537)).isEqualTo(Refusal.TOO_LONG);
        assertThat(pair.writeZeroes(1, namespace, end, 1, 0)).isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.datasetManagement(1, namespace, data, 0, 257, 0))
                .isEqualTo(Refusal.TOO_LONG);
        assertThat(pair.compareAndWrite(1, namespace, 0, 9, data, 0, data, 0))
                .isEqualTo(Refusal.TOO_LONG);
        assertThat(pair.compareAndWrite(1, namespace, end, 1, data, 0, data, 0))
                .isEqualTo(Refusal.OUT_OF_RANGE);
        assertThat(pair.compareAndWrite(1, namespace, 0, 1, data, 0, data, data.byteSize()))
                .isEqualTo(Refusal.MEMORY_TOO_SMALL);

        lab.poll(pair, 2);

        assertThat(lab.model.commands).isEmpty();
        assertThat(pair.outstanding()).isZero();
    }

    @Test
    void aFullQueueRefusesUntilSomethingIsCompleted() {
        for (int i = 0; i < DEPTH; i++) {
            assertThat(pair.flush(i, namespace)).isZero();
        }
        assertThat(pair.free()).isZero();
        assertThat(pair.flush(99, namespace)).isEqualTo(Refusal.FULL);
        assertThat(pair.read(99, namespace, 0, 1, data, 0)).isEqualTo(Refusal.FULL);

        lab.poll(pair, 2);

        assertThat(pair.flush(99, namespace)).isZero();
    }

    @Test
    void aLongTransferHasAListOfItsPages() {
        assertThat(pair.read(1, namespace, 0, 32, data, 512)).isZero();

        lab.poll(pair, 2);

        MemorySegment command = lab.model.commands.get(0);
        assertThat(SubmissionEntry.prp1(command, 0)).isEqualTo(data.deviceAddress(512));
        MemorySegment list = lab.model.lookAt(SubmissionEntry.prp2(command, 0), 32);
        for (int page = 1; page <= 4; page++) {
            assertThat(SubmissionEntry.quadWord(list, 0, 2 * page - 2))
                    .isEqualTo(data.deviceAddress(page * 4096L));
        }
    }

    @Test
    void comparingAndWritingIsOneOperationOfTwoFusedCommands() {
        assertThat(pair.compareAndWrite(1, namespace, 5, 1, data, 0, data, 4096)).isZero();
        assertThat(pair.outstanding()).isEqualTo(2);

        lab.poll(pair, 2);

        assertThat(lab.told).containsOnly(Map.entry(1L, 0));
        assertThat(lab.toldAgain).isZero();
        assertThat(pair.outstanding()).isZero();
        MemorySegment first = lab.model.commands.get(0);
        MemorySegment second = lab.model.commands.get(1);
        assertThat(SubmissionEntry.fused(first, 0)).isEqualTo(SubmissionEntry.FUSED_FIRST);
        assertThat(SubmissionEntry.opcode(first, 0)).isEqualTo(IoOpcode.COMPARE);
        assertThat(SubmissionEntry.fused(second, 0)).isEqualTo(SubmissionEntry.FUSED_SECOND);
        assertThat(SubmissionEntry.opcode(second, 0)).isEqualTo(IoOpcode.WRITE);
        assertThat(SubmissionEntry.prp1(second, 0)).isEqualTo(data.deviceAddress(4096));
    }

    @Test
    void aFusedComparisonThatFailsSaysSoWhicheverHalfIsToldFirst() {
        lab.model.lie =
                (queue, command) -> {
                    boolean write = SubmissionEntry.opcode(command, 0) == IoOpcode.WRITE;
                    int status =
                            write ? NvmeStatus.ABORTED_FAILED_FUSED : NvmeStatus.COMPARE_FAILURE;
                    queue.complete(0, SubmissionEntry.commandId(command, 0), status);
                };
        assertThat(pair.compareAndWrite(1, namespace, 5, 1, data, 0, data, 4096)).isZero();
        lab.poll(pair, 2);
        assertThat(lab.told).containsEntry(1L, NvmeStatus.COMPARE_FAILURE);

        lab.model.lie =
                (queue, command) -> {
                    if (SubmissionEntry.opcode(command, 0) == IoOpcode.WRITE) {
                        int id = SubmissionEntry.commandId(command, 0);
                        int other =
                                SubmissionEntry.commandId(
                                        lab.model.commands.get(lab.model.commands.size() - 2), 0);
                        queue.complete(0, id, NvmeStatus.ABORTED_FAILED_FUSED);
                        queue.complete(0, other, NvmeStatus.COMPARE_FAILURE);
                    }
                };
        assertThat(pair.compareAndWrite(2, namespace, 5, 1, data, 0, data, 4096)).isZero();
        lab.poll(pair, 2);
        assertThat(lab.told).containsEntry(2L, NvmeStatus.COMPARE_FAILURE);
        assertThat(pair.outstanding()).isZero();
    }

    @Test
    void aHandlerMaySubmitAndWhatItThrowsCostsNoOtherCommand() throws IOException {
        long[] sum = new long[1];
        try (QueuePair own =
                controller.createQueuePair(
                        QueuePairConfig.polled(4),
                        (token, status) -> {
                            sum[0] += token;
                            if (token == 1) {
                                throw new IllegalArgumentException("by the handler");
                            }
                        })) {
            assertThat(own.flush(1, namespace)).isZero();
            assertThat(own.flush(10, namespace)).isZero();
            lab.nowNanos++;
            assertThatThrownBy(() -> lab.poll(own, 3)).isInstanceOf(IllegalArgumentException.class);
            lab.poll(own, 2);
            assertThat(sum[0]).isEqualTo(11);
            assertThat(own.outstanding()).isZero();
        }
    }

    @Test
    void closingTellsWhatIsUnderWayAndGivesTheNumberBack() throws IOException {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 1);

        pair.close();
        pair.close();

        assertThat(lab.told).containsOnly(Map.entry(1L, NvmeStatus.ABORTED_QUEUE_DELETED));
        assertThat(lab.pair(controller, 4).id()).isOne();
    }

    @Test
    void thereAreAsManyPairsAsTheControllerGrants() throws IOException {
        ArrayDeque<QueuePair> others = new ArrayDeque<>();
        for (int i = 1; i < controller.queuePairsMax(); i++) {
            others.push(
                    controller.createQueuePair(QueuePairConfig.polled(2), (token, status) -> {}));
        }
        assertThatThrownBy(() -> lab.pair(controller, 2))
                .hasMessageContaining("no queue pair left");
        others.forEach(QueuePair::close);
    }

    @Test
    void aControllerWithOpenPairsIsNotClosed() {
        assertThatThrownBy(controller::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("close them first");
    }

    @Test
    void aHandlerThatPollsIsTold() throws IOException {
        QueuePair[] own = new QueuePair[1];
        own[0] =
                controller.createQueuePair(
                        QueuePairConfig.polled(2),
                        (token, status) -> {
                            int ignored = own[0].poll(0);
                        });
        assertThat(own[0].flush(1, namespace)).isZero();
        assertThatThrownBy(() -> lab.poll(own[0], 2)).isInstanceOf(IllegalStateException.class);
        own[0].close();
    }

    @Test
    void aPairWithInterruptsIsSleptOn() throws IOException {
        lab.close();
        lab = new ModelLab();
        lab.config.interrupts(true);
        controller = lab.open();
        namespace = controller.namespace(1);
        try (QueuePair own =
                        controller.createQueuePair(
                                new QueuePairConfig(4, true, false), lab::completed);
                PollSet wake = new PollSet(1)) {
            assertThat(own.prepareSleep(wake)).isTrue();
            assertThat(wake.poll(0)).isZero();
            assertThat(own.flush(1, namespace)).isZero();
            assertThat(own.prepareSleep(wake)).as("a command waits for its doorbell").isFalse();
            lab.poll(own, 1);
            assertThat(wake.poll(0)).as("interrupts").isOne();
            assertThat(own.prepareSleep(wake)).as("a completion waits").isFalse();
            lab.poll(own, 1);
            assertThat(lab.told).containsEntry(1L, 0);
            wake.clear();
            assertThat(own.prepareSleep(wake)).isTrue();
            assertThat(wake.poll(0)).isZero();
        }
    }

    @Test
    void aPolledPairSaysThatNothingWakesIt() {
        try (PollSet wake = new PollSet(1)) {
            assertThat(pair.prepareSleep(wake)).isFalse();
        }
        assertThat(pair.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aHandlerThatClosesIsTold() throws IOException {
        QueuePair[] own = new QueuePair[1];
        own[0] =
                controller.createQueuePair(
                        QueuePairConfig.polled(2), (token, status) -> own[0].close());
        assertThat(own[0].flush(1, namespace)).isZero();
        assertThatThrownBy(() -> lab.poll(own[0], 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot close");
        own[0].close();
    }

    @Test
    void metadataThatLieApartNeedAnAddress() throws IOException {
        lab.model.ofNamespace = identity -> identity.format(0, 9, 8);
        NvmeNamespace apart = controller.namespace(1);

        assertThat(pair.read(1, apart, 0, 1, data, 0)).isEqualTo(Refusal.NO_METADATA);
        assertThat(pair.write(2, apart, 0, 1, data, 0)).isEqualTo(Refusal.NO_METADATA);
        assertThat(pair.compareAndWrite(3, apart, 0, 1, data, 0, data, 512))
                .isEqualTo(Refusal.NO_METADATA);
        long metadata = data.deviceAddress(4096);
        assertThat(pair.transfer(4, IoOpcode.READ, apart, 0, 1, data, 0, 0, metadata)).isZero();
        lab.poll(pair, 2);

        assertThat(lab.model.commands).hasSize(1);
        assertThat(lab.told).containsOnlyKeys(4L);
    }

    @Test
    void anAbortThatFindsTheAdminQueueFullIsAskedForLater() throws IOException {
        lab.model.lie = (queue, command) -> {};
        assertThat(pair.read(1, namespace, 0, 1, data, 0)).isZero();
        lab.poll(pair, 1);
        lab.model.answersAdmin = false;
        AdminCommand any = new AdminCommand(AdminOpcode.GET_FEATURES);
        int refusal = 0;
        for (int i = 0; refusal == 0; i++) {
            refusal = controller.submit(any, (token, status) -> {}, i);
        }
        assertThat(refusal).isEqualTo(Refusal.FULL);

        assertThat(pair.abort(1)).isTrue();
        lab.poll(pair, 1);
        lab.model.answersAdmin = true;
        lab.poll(pair, 4);

        assertThat(lab.model.adminOpcodes).containsOnlyOnce(AdminOpcode.ABORT);
    }

    @Test
    void closingTellsAdminCommandsThatAreUnderWay() throws IOException {
        pair.close();
        AdminCommand request = new AdminCommand(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST).unlimited();
        assertThat(controller.submit(request, lab::completed, 7)).isZero();

        controller.close();

        assertThat(lab.told).containsOnly(Map.entry(7L, NvmeStatus.RESET));
        assertThat(controller.submit(request, lab::completed, 8)).isEqualTo(Refusal.STOPPED);
    }

    @Test
    void aClosedControllerStaysClosed() throws IOException {
        pair.close();
        controller.close();

        assertThatThrownBy(controller::reset)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has been closed");
        assertThatThrownBy(() -> controller.namespace(1)).hasMessageContaining("has been closed");
        assertThat(controller.state()).isEqualTo(ControllerState.CLOSED);
    }

    @Test
    void aPairThatIsClosedWhileItIsMadeAgainLeavesNoQueue() throws IOException {
        controller.reset();
        lab.poll(pair, 2);

        pair.close();
        for (int i = 0; i < 5; i++) {
            int ignored = controller.poll(lab.nowNanos);
        }

        assertThat(lab.model.queue(1)).isNull();
        assertThat(lab.pair(controller, 2).id()).isOne();
    }
}
