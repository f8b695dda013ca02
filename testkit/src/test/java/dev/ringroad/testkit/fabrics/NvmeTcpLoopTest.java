package dev.ringroad.testkit.fabrics;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.fabrics.initiator.AnaState;
import dev.ringroad.nvme.fabrics.initiator.Discovery;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.MultipathDevice;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.transport.ChannelStreams;
import dev.ringroad.nvme.fabrics.transport.KernelStreams;
import dev.ringroad.nvme.fabrics.transport.StreamProvider;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Our initiator and our target, over the loopback. */
@Timeout(120)
final class NvmeTcpLoopTest {
    private static final int BLOCK_BYTES = 512;

    private final HostConfig config =
            HostConfig.usual()
                    .withReconnect(
                            Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofSeconds(60));
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 20, 4096);
    private final List<BlockStatus> statuses = new ArrayList<>();
    private LoopTarget target;

    static List<StreamProvider> providers() {
        return List.of(KernelStreams.INSTANCE, ChannelStreams.INSTANCE);
    }

    @BeforeEach
    void serve() throws IOException {
        target = new LoopTarget(BLOCK_BYTES, 8192);
    }

    @AfterEach
    void close() {
        target.close();
    }

    private void submit(BlockChannel channel, BlockOperation operation, long block, int count) {
        BlockRequest request = new BlockRequest((_, status) -> statuses.add(status));
        channel.submit(request.fill(operation, block, count, memory, 0));
    }

    private BlockStatus run(BlockChannel channel, BlockOperation operation, long block, int count) {
        statuses.clear();
        submit(channel, operation, block, count);
        while (channel.outstanding() > 0) {
            channel.poll(System.nanoTime());
        }
        assertThat(statuses).hasSize(1);
        return statuses.getFirst();
    }

    @Test
    void discoveryTellsOfTheSubsystemAtBothPorts() throws IOException {
        List<Discovery.Entry> found = Discovery.discover(target.port(0), config);
        assertThat(found)
                .filteredOn(entry -> entry.subsystem().equals(LoopTarget.NAME))
                .extracting(Discovery.Entry::service)
                .contains(
                        String.valueOf(target.port(0).getPort()),
                        String.valueOf(target.port(1).getPort()));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void longReadsAndWritesArriveWhole(StreamProvider streams) throws IOException {
        try (RemoteController controller =
                        RemoteController.connect(
                                target.port(0), LoopTarget.NAME, config.withStreams(streams));
                BlockChannel channel = controller.open(1).openChannel(8)) {
            int most = controller.open(1).geometry().requestBlocksMax();
            for (int count : new int[] {1, 16, 17, most}) {
                long bytes = (long) count * BLOCK_BYTES;
                for (int i = 0; i < bytes; i++) {
                    memory.set(JAVA_BYTE, i, (byte) (i * 7 + count));
                }
                byte[] written = memory.asSlice(0, bytes).toArray(JAVA_BYTE);
                assertThat(run(channel, BlockOperation.WRITE, 11, count)).isEqualTo(BlockStatus.OK);
                memory.fill((byte) 0);
                assertThat(run(channel, BlockOperation.READ, 11, count)).isEqualTo(BlockStatus.OK);
                assertThat(memory.asSlice(0, bytes).toArray(JAVA_BYTE)).isEqualTo(written);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aChannelSleepsUntilItsAnswerComes(StreamProvider streams) throws IOException {
        try (RemoteController controller =
                        RemoteController.connect(
                                target.port(0), LoopTarget.NAME, config.withStreams(streams));
                BlockChannel channel = controller.open(1).openChannel(8);
                PollSet wake = new PollSet(4)) {
            for (int i = 0; i < 20; i++) {
                statuses.clear();
                submit(channel, BlockOperation.READ, i, 8);
                while (channel.outstanding() > 0) {
                    channel.poll(System.nanoTime());
                    wake.clear();
                    if (channel.outstanding() > 0 && channel.prepareSleep(wake)) {
                        // Ends by what comes, or not at all.
                        wake.poll(-1);
                    }
                    channel.wakeUp();
                }
                assertThat(statuses).containsExactly(BlockStatus.OK);
            }
        }
    }

    @Test
    void aTargetThatIsStartedAgainIsUsedAgain() throws IOException {
        try (RemoteController controller =
                        RemoteController.connect(target.port(0), LoopTarget.NAME, config);
                BlockChannel channel = controller.open(1).openChannel(32)) {
            assertThat(run(channel, BlockOperation.WRITE, 1, 8)).isEqualTo(BlockStatus.OK);
            statuses.clear();
            for (int i = 0; i < 100; i++) {
                submit(channel, BlockOperation.READ, i, 8);
            }
            channel.poll(System.nanoTime());
            target.restart();
            while (channel.outstanding() > 0) {
                channel.poll(System.nanoTime());
            }
            assertThat(statuses).hasSize(100).containsOnly(BlockStatus.OK);
            assertThat(run(channel, BlockOperation.WRITE, 1, 8)).isEqualTo(BlockStatus.OK);
            assertThat(controller.reconnects()).isPositive();
        }
    }

    @Test
    void accessThatChangesMovesRequestsToTheOtherPort() throws IOException {
        target.subsystem.anaState(1, 1, AnaLogPage.NON_OPTIMIZED);
        try (MultipathDevice device =
                        MultipathDevice.connect(
                                List.of(target.port(0), target.port(1)),
                                LoopTarget.NAME,
                                1,
                                config);
                BlockChannel channel = device.openChannel(8)) {
            assertThat(device.paths()).hasSize(2);
            assertThat(device.paths().getLast().anaState()).isEqualTo(AnaState.NON_OPTIMIZED);
            assertThat(run(channel, BlockOperation.WRITE, 5, 1)).isEqualTo(BlockStatus.OK);
            target.subsystem.anaState(0, 1, AnaLogPage.INACCESSIBLE);
            for (int i = 0; i < 50; i++) {
                assertThat(run(channel, BlockOperation.WRITE, i, 1)).isEqualTo(BlockStatus.OK);
            }
            while (device.paths().getFirst().anaState() != AnaState.INACCESSIBLE) {
                Thread.onSpinWait();
            }
            target.subsystem.anaState(0, 1, AnaLogPage.OPTIMIZED);
            assertThat(run(channel, BlockOperation.READ, 5, 1)).isEqualTo(BlockStatus.OK);
            assertThat(device.paths().getFirst().controller().reconnects()).isZero();
        }
    }
}
