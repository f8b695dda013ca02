package dev.ringroad.nvme.fabrics.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.transport.ChannelStreams;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** The initiator against a target that does as it is told. */
@Timeout(120)
final class RemoteNamespaceTest {
    private static final int BLOCK = ScriptedTarget.BLOCK_BYTES;

    private final HostConfig config =
            HostConfig.usual()
                    .withQueues(4, 32)
                    .withReconnect(
                            Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofSeconds(60));
    private final List<BlockStatus> statuses = new ArrayList<>();
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 20, 8);
    private ScriptedTarget target;

    @BeforeEach
    void listen() throws IOException {
        target = new ScriptedTarget(4096);
    }

    @AfterEach
    void close() throws IOException {
        target.close();
    }

    /** A controller, its namespace and a channel. */
    private final class Host implements AutoCloseable {
        final RemoteController controller;
        final RemoteNamespace namespace;
        final BlockChannel channel;

        Host(HostConfig chosen) throws IOException {
            controller =
                    RemoteController.connect(target.address(), ScriptedTarget.SUBSYSTEM, chosen);
            namespace = controller.open(1);
            channel = namespace.openChannel(32);
        }

        BlockRequest submit(BlockOperation operation, long block, int count, long offset) {
            BlockRequest request = new BlockRequest((_, status) -> statuses.add(status));
            boolean data =
                    switch (operation) {
                        case READ, WRITE, COMPARE, COMPARE_AND_WRITE -> true;
                        default -> false;
                    };
            request.fill(operation, block, count, data ? memory : MemorySegment.NULL, offset);
            channel.submit(request);
            return request;
        }

        void finish() {
            while (channel.outstanding() > 0) {
                if (channel.poll(System.nanoTime()) == 0) {
                    Thread.onSpinWait();
                }
            }
        }

        BlockStatus run(BlockOperation operation, long block, int count) {
            statuses.clear();
            submit(operation, block, count, 0);
            finish();
            assertThat(statuses).hasSize(1);
            return statuses.getFirst();
        }

        @Override
        public void close() {
            finish();
            channel.close();
            controller.close();
        }
    }

    private void pattern(int seed, int bytes) {
        for (int i = 0; i < bytes; i++) {
            memory.set(JAVA_BYTE, i, (byte) (i * 31 + seed));
        }
    }

    private void expectPattern(int seed, int bytes) {
        byte[] all = memory.asSlice(0, bytes).toArray(JAVA_BYTE);
        for (int i = 0; i < bytes; i++) {
            if (all[i] != (byte) (i * 31 + seed)) {
                throw new AssertionError("byte " + i + " is " + all[i]);
            }
        }
    }

    private void writeAndReadBack(Host host, int blocks) {
        pattern(blocks, blocks * BLOCK);
        assertThat(host.run(BlockOperation.WRITE, 5, blocks)).isEqualTo(BlockStatus.OK);
        assertThat(host.run(BlockOperation.COMPARE, 5, blocks)).isEqualTo(BlockStatus.OK);
        memory.fill((byte) 0);
        assertThat(host.run(BlockOperation.READ, 5, blocks)).isEqualTo(BlockStatus.OK);
        expectPattern(blocks, blocks * BLOCK);
        assertThat(memory.get(JAVA_BYTE, (long) blocks * BLOCK)).isZero();
        assertThat(host.run(BlockOperation.FLUSH, 0, 0)).isEqualTo(BlockStatus.OK);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 8, 9, 64, 300, 1024})
    void whatIsWrittenIsReadBack(int blocks) throws IOException {
        try (Host host = new Host(config)) {
            writeAndReadBack(host, blocks);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 9, 256})
    void digestsAlignmentAndChannelsOfJavaChangeNothing(int blocks) throws IOException {
        target.headerDigest = true;
        target.dataDigest = true;
        target.alignmentBytes = 128;
        target.successFlag = true;
        HostConfig chosen = config.withDigests(true, true).withStreams(ChannelStreams.INSTANCE);
        try (Host host = new Host(chosen)) {
            writeAndReadBack(host, blocks);
        }
    }

    @Test
    void aControllerThatTakesNoDataInCapsulesIsGivenThemWhenItAsks() throws IOException {
        target.capsuleDataBytes = 0;
        target.dataDigest = true;
        try (Host host = new Host(config.withDigests(false, true))) {
            writeAndReadBack(host, 3);
            assertThat(host.run(BlockOperation.UNMAP, 5, 3)).isEqualTo(BlockStatus.OK);
            assertThat(host.run(BlockOperation.WRITE_ZEROES, 5, 3)).isEqualTo(BlockStatus.OK);
            assertThat(host.run(BlockOperation.READ, 5, 3)).isEqualTo(BlockStatus.OK);
            assertThat(memory.get(JAVA_BYTE, 3L * BLOCK - 1)).isZero();
        }
    }

    @Test
    void manyRequestsAtOnceAreEachCompletedOnce() throws IOException {
        try (Host host = new Host(config)) {
            for (int i = 0; i < 500; i++) {
                host.submit(
                        i % 2 == 0 ? BlockOperation.READ : BlockOperation.WRITE, i, 1 + i % 20, 0);
            }
            host.finish();
            assertThat(statuses).hasSize(500).containsOnly(BlockStatus.OK);
        }
    }

    @Test
    void dataWithADigestAreNotDividedForWantOfRoom() throws IOException {
        target.dataDigest = true;
        target.hostDataBytesMax = 4 << 20;
        try (Host host = new Host(config.withDigests(false, true))) {
            assertThat(host.namespace.geometry().requestBlocksMax()).isEqualTo(2048);
            for (int i = 0; i < 200; i++) {
                host.submit(BlockOperation.WRITE, i, i % 4 == 0 ? 256 + 7 * i : 8, 0);
            }
            host.finish();
            assertThat(statuses).hasSize(200).containsOnly(BlockStatus.OK);
            writeAndReadBack(host, 2000);
            writeAndReadBack(host, 1023);
            assertThat(host.controller.reconnects()).isZero();
        }
    }

    @Test
    void aRequestBeyondTheEndIsNeverSent() throws IOException {
        try (Host host = new Host(config)) {
            assertThat(host.run(BlockOperation.READ, 4096, 1)).isEqualTo(BlockStatus.INVALID);
            assertThat(host.run(BlockOperation.READ, -1, 1)).isEqualTo(BlockStatus.INVALID);
        }
    }

    @Test
    void aStatusOfTheControllerIsTold() throws IOException {
        target.mischief =
                (connection, command) -> {
                    connection.complete(command, 0, NvmeStatus.UNRECOVERED_READ);
                    return true;
                };
        try (Host host = new Host(config)) {
            statuses.clear();
            BlockRequest request = host.submit(BlockOperation.READ, 0, 1, 0);
            host.finish();
            assertThat(statuses).containsExactly(BlockStatus.MEDIA_ERROR);
            assertThat(request.detail()).isEqualTo(-NvmeStatus.UNRECOVERED_READ);
        }
    }

    @Test
    void aReadIsSentAgainOverANewConnectionWithAQueueNobodyHasUsed() throws IOException {
        AtomicInteger met = new AtomicInteger();
        target.mischief =
                (_, _) -> {
                    if (met.incrementAndGet() == 1) {
                        target.cutConnections();
                        return true;
                    }
                    return false;
                };
        try (Host host = new Host(config)) {
            assertThat(host.run(BlockOperation.READ, 0, 8)).isEqualTo(BlockStatus.OK);
            assertThat(met).hasValue(2);
            assertThat(host.controller.reconnects()).isEqualTo(1);
            assertThat(host.controller.controllerId()).isEqualTo(2);
        }
    }

    @Test
    void aWriteThatMayHaveHappenedIsGoneUnlessPolicySaysOtherwise() throws IOException {
        AtomicInteger met = new AtomicInteger();
        target.mischief =
                (_, _) -> {
                    if (met.incrementAndGet() % 2 == 1) {
                        target.cutConnections();
                        return true;
                    }
                    return false;
                };
        try (Host host = new Host(config)) {
            statuses.clear();
            BlockRequest request = host.submit(BlockOperation.WRITE, 0, 1, 0);
            host.finish();
            assertThat(statuses).containsExactly(BlockStatus.GONE);
            assertThat(request.detail()).isEqualTo(-NvmeStatus.RESET);
        }
        met.set(0);
        try (Host host = new Host(config.withRetries(RetryPolicy.EVERYTHING, 3))) {
            assertThat(host.run(BlockOperation.WRITE, 0, 1)).isEqualTo(BlockStatus.OK);
        }
        met.set(0);
        try (Host host = new Host(config.withRetries(RetryPolicy.NEVER, 3))) {
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.GONE);
        }
    }

    @Test
    void aReadThatCostsEveryConnectionIsGivenUp() throws IOException {
        target.mischief =
                (_, _) -> {
                    target.cutConnections();
                    return true;
                };
        try (Host host = new Host(config)) {
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.GONE);
        }
    }

    @Test
    void silenceIsTimedOutAndOthersGoOn() throws IOException {
        AtomicInteger met = new AtomicInteger();
        target.mischief = (_, _) -> met.incrementAndGet() == 1;
        HostConfig hasty = config.withTimeouts(Duration.ofSeconds(10), Duration.ofMillis(300));
        try (Host host = new Host(hasty)) {
            statuses.clear();
            host.submit(BlockOperation.WRITE, 0, 1, 0);
            host.finish();
            assertThat(statuses).containsExactly(BlockStatus.TIMED_OUT);
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.OK);
        }
    }

    @Test
    void aControllerThatStaysAwayIsLostForGood() throws IOException {
        HostConfig short_ =
                config.withReconnect(
                        Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(100));
        try (Host host = new Host(short_)) {
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.OK);
            target.refusesConnections = true;
            target.cutConnections();
            assertThat(host.run(BlockOperation.WRITE, 0, 1)).isEqualTo(BlockStatus.GONE);
            while (!host.controller.isOver()) {
                Thread.onSpinWait();
            }
            assertThat(host.controller.trouble()).contains("of no use for");
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.GONE);
        }
    }

    @Test
    void requestsThatWaitAreSentOnceTheControllerIsBack() throws IOException {
        try (Host host = new Host(config)) {
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.OK);
            target.refusesConnections = true;
            target.cutConnections();
            while (host.controller.isLive()) {
                host.channel.poll(System.nanoTime());
            }
            statuses.clear();
            host.submit(BlockOperation.WRITE, 3, 1, 0);
            for (int i = 0; i < 100; i++) {
                host.channel.poll(System.nanoTime());
            }
            assertThat(statuses).isEmpty();
            target.refusesConnections = false;
            host.finish();
            assertThat(statuses).containsExactly(BlockStatus.OK);
            assertThat(target.writes).hasValue(1);
        }
    }

    @Test
    void aChannelThatIsClosedLeavesItsConnectionToTheNext() throws IOException {
        try (Host host = new Host(config)) {
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.OK);
            for (int i = 0; i < 10; i++) {
                try (BlockChannel other = host.namespace.openChannel(1)) {
                    AtomicInteger done = new AtomicInteger();
                    BlockRequest request = new BlockRequest((_, _) -> done.incrementAndGet());
                    other.submit(request.fill(BlockOperation.READ, 0, 1, memory, 0));
                    while (done.get() == 0) {
                        other.poll(System.nanoTime());
                    }
                }
            }
            assertThat(target.ioQueueIds).containsExactly(1, 2);
            assertThat(host.controller.reconnects()).isZero();
        }
    }

    @Test
    void moreChannelsThanQueuesAreRefusedWithASentence() throws IOException {
        try (Host host = new Host(config.withQueues(2, 8));
                BlockChannel second = host.namespace.openChannel(1)) {
            assertThat(second.outstanding()).isZero();
            assertThatThrownBy(() -> host.namespace.openChannel(1))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("allows 2 queues");
        }
    }

    @Test
    void dataThatAreCorruptAreReadAgainAndThenTold() throws IOException {
        target.dataDigest = true;
        AtomicInteger met = new AtomicInteger();
        target.mischief =
                (connection, command) -> {
                    if (met.incrementAndGet() > 1 && met.get() < 4) {
                        return false;
                    }
                    int id = SubmissionEntry.commandId(command, 0);
                    MemorySegment wrong = MemorySegment.ofArray(new byte[BLOCK]);
                    var limits = connection.limits;
                    MemorySegment pdu = MemorySegment.ofArray(new byte[64 + BLOCK]);
                    int size =
                            dev.ringroad.nvme.fabrics.pdu.DataPdu.writeControllerData(
                                    pdu, 0, limits, PduHeader.LAST, id, 0, BLOCK);
                    MemorySegment.copy(wrong, 0, pdu, PduHeader.dataOffset(pdu, 0), BLOCK);
                    connection.send(pdu.asSlice(0, size));
                    connection.complete(command, 0, 0);
                    return true;
                };
        try (Host host = new Host(config.withDigests(false, true))) {
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.OK);
            met.set(10);
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.CORRUPT);
            assertThat(host.controller.reconnects()).isZero();
        }
    }

    @Test
    void whereNobodyListensConnectSaysSo() throws IOException {
        // A port that is taken, and not listened at: nobody else gets it meanwhile.
        try (Socket taken = new Socket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            InetSocketAddress silent = (InetSocketAddress) taken.getLocalSocketAddress();
            assertThatThrownBy(
                            () ->
                                    RemoteController.connect(
                                            silent, ScriptedTarget.SUBSYSTEM, config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("refused");
        }
    }

    private BlockStatus compareAndWrite(Host host, int block, int count, int old, int now) {
        long bytes = (long) count * BLOCK;
        memory.asSlice(0, bytes).fill((byte) old);
        memory.asSlice(bytes, bytes).fill((byte) now);
        return host.run(BlockOperation.COMPARE_AND_WRITE, block, count);
    }

    @ParameterizedTest
    @ValueSource(ints = {4096, 0})
    void whatIsComparedIsWrittenOnlyIfItIsEqual(int capsuleDataBytes) throws IOException {
        target.capsuleDataBytes = capsuleDataBytes;
        try (Host host = new Host(config)) {
            assertThat(host.namespace.operations()).contains(BlockOperation.COMPARE_AND_WRITE);
            assertThat(compareAndWrite(host, 3, 2, 0, 5)).isEqualTo(BlockStatus.OK);
            assertThat(compareAndWrite(host, 3, 2, 0, 6)).isEqualTo(BlockStatus.MISCOMPARE);
            assertThat(target.blocks[4 * BLOCK]).isEqualTo((byte) 5);
            assertThat(compareAndWrite(host, 3, 2, 5, 7)).isEqualTo(BlockStatus.OK);
            assertThat(target.blocks[4 * BLOCK]).isEqualTo((byte) 7);
            int tooMany = ScriptedTarget.ATOMIC_BLOCKS + 1;
            assertThat(compareAndWrite(host, 3, tooMany, 0, 1)).isEqualTo(BlockStatus.INVALID);
        }
    }

    @Test
    void aQueueOfOneCommandHasNoCompareAndWrite() throws IOException {
        try (Host host = new Host(config.withQueues(1, 1))) {
            assertThat(host.namespace.operations())
                    .doesNotContain(BlockOperation.COMPARE_AND_WRITE);
        }
    }

    @Test
    void compareAndWritesBesideOthersWaitForTwoPlaces() throws IOException {
        try (Host host = new Host(config.withQueues(1, 3))) {
            for (int i = 0; i < 30; i++) {
                host.submit(BlockOperation.COMPARE_AND_WRITE, 2 * i, 1, 0);
                host.submit(BlockOperation.READ, 2 * i, 1, 4096);
            }
            host.finish();
            assertThat(statuses).hasSize(60).containsOnly(BlockStatus.OK);
        }
    }

    @Test
    void aCompareAndWriteThatIsCutOffIsToldOnceAndNotSentAgain() throws IOException {
        AtomicInteger seen = new AtomicInteger();
        target.mischief =
                (connection, entry) -> {
                    if (SubmissionEntry.fused(entry, 0) == SubmissionEntry.FUSED_SECOND) {
                        seen.incrementAndGet();
                        connection.socket.close();
                        return true;
                    }
                    return SubmissionEntry.fused(entry, 0) != 0;
                };
        try (Host host = new Host(config.withRetries(RetryPolicy.EVERYTHING, 3))) {
            assertThat(compareAndWrite(host, 1, 1, 0, 1)).isEqualTo(BlockStatus.GONE);
            assertThat(seen).hasValue(1);
            assertThat(host.run(BlockOperation.READ, 0, 1)).isEqualTo(BlockStatus.OK);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCommandThatEndsBeforeItsDataAreOutLeavesTheStreamWhole(boolean digests)
            throws IOException {
        target.dataDigest = digests;
        target.hostDataBytesMax = 4 << 20;
        int bytes = 1800 * BLOCK;
        AtomicInteger met = new AtomicInteger();
        target.mischief =
                (connection, entry) -> {
                    if (met.getAndIncrement() > 0) {
                        return false;
                    }
                    connection.ready(SubmissionEntry.commandId(entry, 0), 77, 0, bytes);
                    while (connection.in.available() == 0) {
                        Thread.onSpinWait();
                    }
                    connection.complete(entry, 0, NvmeStatus.WRITE_FAULT);
                    connection.receive(new byte[bytes], 0, bytes);
                    return true;
                };
        try (Host host = new Host(config.withDigests(false, digests))) {
            assertThat(host.run(BlockOperation.WRITE, 0, 1800)).isEqualTo(BlockStatus.MEDIA_ERROR);
            writeAndReadBack(host, 100);
            assertThat(host.controller.reconnects()).isZero();
        }
    }

    @Test
    void whoeverIsClosedIsShutDownFirst() throws IOException {
        new Host(config).close();
        assertThat(target.shutdowns).hasValue(1);
    }

    @Test
    void aControllerThatDoesNotShutDownIsLeftAfterAWhile() throws IOException {
        target.shutsDown = false;
        new Host(config.withTimeouts(Duration.ofSeconds(10), Duration.ofMillis(300))).close();
        assertThat(target.shutdowns).hasValue(1);
    }

    @Test
    void aControllerThatIsLostIsLeftAsItIs() throws IOException {
        try (Host host = new Host(config)) {
            target.close();
            while (host.controller.isLive()) {
                Thread.onSpinWait();
            }
        }
        assertThat(target.shutdowns).hasValue(0);
    }

    @Test
    void namespacesShareTheQueuesOfTheirController() throws IOException {
        try (RemoteController controller =
                RemoteController.connect(target.address(), ScriptedTarget.SUBSYSTEM, config)) {
            RemoteNamespace one = controller.open(1);
            RemoteNamespace other = controller.open(1);
            List<BlockChannel> open = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                open.add((i < 2 ? one : other).openChannel(1));
            }
            assertThatThrownBy(() -> one.openChannel(1)).hasMessageContaining("allows 4 queues");
            assertThatThrownBy(() -> other.openChannel(1)).hasMessageContaining("Close a channel");
            open.removeLast().close();
            open.add(one.openChannel(1));
            open.forEach(BlockChannel::close);
        }
    }
}
