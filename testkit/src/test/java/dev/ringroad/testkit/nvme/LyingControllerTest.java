package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.bench.nvme.InstantController;
import dev.ringroad.bench.nvme.ModelQueue;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.ControllerState;
import dev.ringroad.nvme.NamespaceFormat;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeException;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.QueuePair;
import dev.ringroad.nvme.QueuePairConfig;
import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** One lie of a controller each. */
class LyingControllerTest {
    private static final int DEPTH = 8;

    private ModelLab lab;

    @BeforeEach
    void open() throws IOException {
        lab = new ModelLab();
    }

    @AfterEach
    void close() throws IOException {
        lab.close();
    }

    private static int id(MemorySegment command) {
        return SubmissionEntry.commandId(command, 0);
    }

    private QueuePair pairWith(LyingController.Lie lie) throws IOException {
        NvmeController controller = lab.open();
        QueuePair pair = lab.pair(controller, DEPTH);
        lab.model.lie = lie;
        return pair;
    }

    private void flush(QueuePair pair, int from, int count) throws IOException {
        NvmeNamespace namespace = lab.namespace();
        for (int token = from; token < from + count; token++) {
            assertThat(pair.flush(token, namespace)).isZero();
        }
        lab.poll(pair, 3);
    }

    @Test
    void aCompletionOfACommandThatWasNeverIssuedIsCounted() throws IOException {
        QueuePair pair =
                pairWith(
                        (queue, command) -> {
                            queue.complete(0, 5, NvmeStatus.SUCCESS);
                            queue.complete(0, 0xffff, NvmeStatus.SUCCESS);
                            LyingController.complete(queue, command);
                        });

        flush(pair, 1, 1);

        assertThat(lab.told).containsOnlyKeys(1L);
        assertThat(pair.counters().unexpectedCompletions()).isEqualTo(2);
        assertThat(pair.outstanding()).isZero();
    }

    @Test
    void aCommandThatIsCompletedTwiceIsToldOnce() throws IOException {
        QueuePair pair =
                pairWith(
                        (queue, command) -> {
                            LyingController.complete(queue, command);
                            LyingController.complete(queue, command);
                        });

        flush(pair, 1, 2);

        assertThat(lab.told).containsOnlyKeys(1L, 2L);
        assertThat(lab.toldAgain).isZero();
        assertThat(pair.counters().unexpectedCompletions()).isEqualTo(2);
    }

    @Test
    void aSecondCompletionIsFoundOutAlsoWhenItsTrackerIsInUseAgain() throws IOException {
        int[] last = {-1};
        QueuePair pair =
                pairWith(
                        (queue, command) -> {
                            if (last[0] >= 0) {
                                queue.complete(0, last[0], NvmeStatus.SUCCESS);
                            } else {
                                LyingController.complete(queue, command);
                            }
                            last[0] = id(command);
                        });

        flush(pair, 1, 1);
        flush(pair, 2, 1);

        assertThat(lab.told).containsOnlyKeys(1L);
        assertThat(pair.counters().unexpectedCompletions()).isOne();
        assertThat(pair.outstanding()).isOne();
    }

    @Test
    void aCompletionThatNamesAnotherQueueIsCounted() throws IOException {
        QueuePair pair =
                pairWith(
                        (queue, command) -> {
                            long word =
                                    CompletionEntry.lastWord(
                                            queue.head(), 7, id(command), 0, queue.phase());
                            queue.post(0, word);
                            LyingController.complete(queue, command);
                        });

        flush(pair, 1, 1);

        assertThat(lab.told).containsOnlyKeys(1L);
        assertThat(pair.counters().foreignCompletions()).isOne();
        assertThat(pair.counters().unexpectedCompletions()).isZero();
    }

    @Test
    void aHeadBehindTheEndOfTheRingIsCountedAndHarmless() throws IOException {
        QueuePair pair =
                pairWith(
                        (queue, command) -> {
                            long word =
                                    CompletionEntry.lastWord(
                                            0xfff0, queue.id(), id(command), 0, queue.phase());
                            queue.post(0, word);
                        });

        flush(pair, 1, 3);
        flush(pair, 4, 3);

        assertThat(lab.told).hasSize(6);
        assertThat(pair.counters().impossibleHeads()).isEqualTo(6);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void chaosInTheRingTellsNoCommandTwiceAndEndsWithTheNextReset(long seed) throws IOException {
        Random random = new Random(seed);
        QueuePair pair =
                pairWith(
                        (queue, command) -> {
                            for (int i = random.nextInt(24); i >= 0; i--) {
                                chaos(queue, random, id(command));
                            }
                        });
        NvmeNamespace namespace = lab.namespace();
        int accepted = 0;
        for (int round = 0; round < 400; round++) {
            if (pair.flush(accepted, namespace) == 0) {
                accepted++;
            }
            lab.poll(pair, 1);
        }
        lab.model.lie = LyingController::complete;
        lab.openController().reset();
        lab.poll(pair, 5);

        assertThat(lab.told).hasSize(accepted);
        assertThat(lab.toldAgain).isZero();
        assertThat(pair.outstanding()).isZero();
        flush(pair, accepted, 4);
        assertThat(lab.told).hasSize(accepted + 4).containsEntry((long) accepted, 0);
    }

    private static void chaos(ModelQueue queue, Random random, int id) {
        long word = random.nextLong();
        if (random.nextInt(4) == 0) {
            word =
                    CompletionEntry.lastWord(
                            random.nextInt(), queue.id(), id, random.nextInt(), random.nextInt());
        }
        queue.post(random.nextLong(), word);
    }

    @Test
    void aStatusThatNoSpecificationKnowsIsPassedOn() throws IOException {
        QueuePair pair = pairWith((queue, command) -> queue.complete(0, id(command), 0x7fff));

        flush(pair, 1, 1);

        assertThat(lab.told).containsEntry(1L, 0x7fff);
        assertThat(NvmeStatus.isOwn(0x7fff)).isFalse();
    }

    private void assertNotOpened(String... sentence) {
        assertThatThrownBy(() -> lab.open())
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(sentence);
        assertThat(lab.device.device().isClosed()).isTrue();
        assertThat(lab.device.device().isBusMaster()).isFalse();
    }

    @Test
    void capabilitiesOfAllOnesAreThoseOfNoController() {
        lab.model.register(ControllerRegister.CAP, -1);
        assertNotOpened("all ones", "Remedy");
    }

    @Test
    void queuesOfOneEntryAreNoQueues() {
        lab.model.register(ControllerRegister.CAP, InstantController.CAPABILITIES & ~0xffffL);
        assertNotOpened("one entry");
    }

    @Test
    void pagesThatNobodyHasAreRefused() {
        lab.model.register(ControllerRegister.CAP, InstantController.CAPABILITIES | 0xfL << 48);
        assertNotOpened("pages of 2^27");
    }

    @Test
    void aControllerWithoutTheNvmCommandSetIsRefused() {
        lab.model.register(ControllerRegister.CAP, InstantController.CAPABILITIES & ~(0xffL << 37));
        assertNotOpened("no NVM command set");
    }

    @Test
    void doorbellsBehindTheRegistersAreRefused() {
        lab.model.register(ControllerRegister.CAP, InstantController.CAPABILITIES | 0xfL << 32);
        assertNotOpened("doorbells behind the end");
    }

    @Test
    void aControllerThatNeverGetsReadyIsGivenUp() {
        lab.model.becomesReady = false;
        assertNotOpened("did not become ready within 5000 ms", "Remedy");
    }

    @Test
    void aControllerThatFailsAsItIsEnabledIsGivenUp() {
        lab.model.becomesFatal = true;
        assertNotOpened("fatal");
    }

    @Test
    void aControllerThatComesUpOnlyAfterItsFunctionWasResetIsOpened() throws IOException {
        lab.model.becomesReady = false;
        lab.device.functionReset(lab.model::powerOn);
        assertThat(lab.open().functionResets()).isOne();
    }

    @Test
    void aControllerThatFailedBeforeItWasOpenedIsOpenedAfterItsFunctionWasReset()
            throws IOException {
        lab.model.becomesFatal = true;
        lab.device.functionReset(lab.model::powerOn);
        assertThat(lab.open().functionResets()).isOne();
    }

    @Test
    void aControllerThatAnswersOnlyAfterItsFunctionWasResetIsOpened() throws IOException {
        lab.model.answersAdmin = false;
        lab.device.functionReset(lab.model::powerOn);
        assertThat(lab.open().functionResets()).isOne();
    }

    @Test
    void aFunctionWhoseResetFailsIsNamedWithTheReason() {
        lab.model.becomesReady = false;
        assertNotOpened(
                "did not become ready within 5000 ms",
                "its function cannot be reset (The model knows no reset of its function)");
    }

    @Test
    void aControllerThatDoesNotAnswerAdminCommandsIsGivenUp() {
        lab.model.answersAdmin = false;
        assertNotOpened("does not answer admin commands");
    }

    @Test
    void aControllerThatGrantsNoQueuesIsGivenUp() {
        lab.model.refused = AdminOpcode.SET_FEATURES;
        assertNotOpened("number of queues failed");
    }

    @Test
    void moreQueuesThanWereAskedForAreNotBelieved() throws IOException {
        lab.model.ofResult = result -> -1;
        lab.config.queuePairsWanted(4);

        assertThat(lab.open().queuePairsMax()).isEqualTo(4);
    }

    @Test
    void anEndlessTransferIsNotBelieved() throws IOException {
        lab.model.ofController = identity -> identity.transferShift(255);

        assertThat(lab.open().transferBytesMax()).isEqualTo(2 << 20);
    }

    @Test
    void identifyDataFullOfNonsenseOpensAndNamesNothing() throws IOException {
        lab.model.ofController = identity -> identity.bytes().fill((byte) 0xff);

        NvmeController controller = lab.open();

        assertThat(controller.identity().serialNumber()).isEqualTo("?".repeat(20));
        assertThat(controller.transferBytesMax()).isEqualTo(2 << 20);
        assertThat(lab.pair(controller, 4).id()).isOne();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 17, 31, 63, 255})
    void blocksOfImpossibleSizeAreRefused(int shift) throws IOException {
        lab.model.ofNamespace = identity -> identity.format(0, shift, 0);
        NvmeController controller = lab.open();

        assertThatThrownBy(() -> controller.namespace(1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("blocks of 2^" + shift);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 55})
    void moreBlocksThanCanBeAddressedAreRefused(long blocks) throws IOException {
        lab.model.ofNamespace = identity -> identity.blocks(blocks);
        NvmeController controller = lab.open();

        assertThatThrownBy(() -> controller.namespace(1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("blocks");
    }

    @Test
    void aFormatThatIsNotThereIsRefused() throws IOException {
        lab.model.ofNamespace = identity -> identity.format(0x6f);
        NvmeController controller = lab.open();

        assertThatThrownBy(() -> controller.namespace(1)).hasMessageContaining("format 63 of 1");
    }

    @Test
    void anInactiveNamespaceIsRefused() throws IOException {
        lab.model.ofNamespace = identity -> identity.bytes().fill((byte) 0);
        NvmeController controller = lab.open();

        assertThatThrownBy(() -> controller.namespace(1)).hasMessageContaining("not active");
    }

    @Test
    void aListOfNamespacesThatDoesNotAscendIsRefused() throws IOException {
        lab.model.ofList = list -> list.id(0, 5).id(1, 5);
        NvmeController controller = lab.open();

        assertThatThrownBy(controller::namespaceIds).hasMessageContaining("do not ascend");
    }

    @Test
    void aListOfNamespacesWithoutEndEnds() throws IOException {
        lab.model.ofList = list -> list.bytes().fill((byte) 1);
        NvmeController controller = lab.open();

        assertThatThrownBy(controller::namespaceIds).isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {AdminOpcode.CREATE_COMPLETION_QUEUE, AdminOpcode.CREATE_SUBMISSION_QUEUE})
    void aRefusedQueueIsAnErrorAndItsNumberIsFreeAgain(int opcode) throws IOException {
        NvmeController controller = lab.open();
        lab.model.refused = opcode;
        lab.model.refusal = NvmeStatus.INVALID_QUEUE_SIZE;

        assertThatThrownBy(() -> lab.pair(controller, 4))
                .isInstanceOfSatisfying(
                        NvmeException.class,
                        e ->
                                assertThat(NvmeStatus.code(e.status()))
                                        .isEqualTo(NvmeStatus.INVALID_QUEUE_SIZE));

        lab.model.refused = -1;
        assertThat(lab.pair(controller, 4).id()).isOne();
    }

    @Test
    void aQueueThatCannotBeDeletedEndsWithAReset() throws IOException {
        NvmeController controller = lab.open();
        QueuePair pair = controller.createQueuePair(QueuePairConfig.polled(4), lab::completed);
        QueuePair other = lab.pair(controller, 4);
        lab.model.refused = AdminOpcode.DELETE_SUBMISSION_QUEUE;

        pair.close();
        lab.model.refused = -1;
        lab.poll(other, 5);

        assertThat(other.counters().resets()).isOne();
        flush(other, 1, 1);
        assertThat(lab.told).containsEntry(1L, 0);
    }

    @Test
    void anAdminCommandThatIsNotAnsweredResetsTheController() throws IOException {
        NvmeController controller = lab.open();
        DmaMemory data = lab.memory(4096);
        QueuePair pair = lab.pair(controller, 4);
        lab.model.answersAdmin = false;

        assertThatThrownBy(() -> controller.namespace(1))
                .isInstanceOfSatisfying(
                        NvmeException.class,
                        e -> assertThat(e.status()).isEqualTo(NvmeStatus.FAILED));

        lab.poll(pair, 3);
        assertThat(pair.free()).isZero();
        assertThat(data.byteSize()).isEqualTo(4096);
    }

    @ParameterizedTest
    @ValueSource(ints = {AdminOpcode.CREATE_COMPLETION_QUEUE, AdminOpcode.CREATE_SUBMISSION_QUEUE})
    void aControllerThatDoesNotMakeItsQueuesAgainHasFailed(int opcode) throws IOException {
        NvmeController controller = lab.open();
        QueuePair pair = lab.pair(controller, 4);
        NvmeNamespace namespace = lab.namespace();
        lab.model.refused = opcode;
        lab.model.refusal = NvmeStatus.INVALID_QUEUE_SIZE;

        controller.reset();
        lab.poll(pair, 6);

        assertThat(controller.state()).isEqualTo(ControllerState.FAILED);
        assertThat(pair.flush(1, namespace)).isEqualTo(Refusal.STOPPED);
        assertThatThrownBy(() -> controller.namespace(1))
                .hasMessageContaining("does not make queue pair 1 again");
        lab.model.refused = -1;
        controller.reset();
        lab.poll(pair, 6);
        flush(pair, 2, 1);
        assertThat(lab.told).containsOnly(java.util.Map.entry(2L, 0));
    }

    @Test
    void anHourOfShuttingDownIsNotBelieved() throws IOException {
        lab.model.ofController = identity -> identity.shutdownMicros(-1);
        NvmeController controller = lab.open();
        lab.model.answersAdmin = false;
        long begin = lab.nowNanos;

        controller.close();

        assertThat(lab.nowNanos - begin).isBetween(50_000_000_000L, 70_000_000_000L);
        assertThat(lab.device.device().isBusMaster()).isFalse();
    }

    @Test
    void memoryOfTheControllerBehindAWindowThatCannotBeIsNone() throws IOException {
        lab.model.register(ControllerRegister.CAP, InstantController.CAPABILITIES | 1L << 57);
        // In window 7, 4096 bytes for submission queues.
        lab.model.register(ControllerRegister.CMBLOC, 7 | 0x1001L << 32);

        assertThat(lab.open().hasControllerMemory()).isFalse();
    }

    @Test
    void aDriveSaysWhetherAllNamespacesAreLostWithOne() throws IOException {
        lab.model.ofController = identity -> identity.io().formatAttributes(2);
        NamespaceFormat format = new NamespaceFormat(lab.open());

        assertThat(format.concernsAll(NamespaceFormat.Erase.NONE)).isFalse();
        assertThat(format.concernsAll(NamespaceFormat.Erase.USER_DATA)).isTrue();
        assertThat(format.concernsAll(NamespaceFormat.Erase.KEY)).isTrue();
    }
}
