package dev.ringroad.nvme.fabrics.initiator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.NvmeStatus;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two paths to one namespace, one or both of which misbehave. */
@Timeout(120)
final class MultipathDeviceTest {
    private final HostConfig config =
            HostConfig.usual()
                    .withQueues(2, 32)
                    .withReconnect(
                            Duration.ofMillis(5), Duration.ofMillis(50), Duration.ofSeconds(60));
    private final MemorySegment memory = Arena.ofAuto().allocate(1 << 16, 8);
    private final List<BlockStatus> statuses = new ArrayList<>();
    private final AtomicInteger nearCommands = new AtomicInteger();
    private final AtomicInteger farCommands = new AtomicInteger();
    private ScriptedTarget near;
    private ScriptedTarget far;

    @BeforeEach
    void listen() throws IOException {
        near = new ScriptedTarget(128);
        far = new ScriptedTarget(near.blocks);
        near.globalId = 7;
        far.globalId = 7;
        near.anaState = AnaLogPage.OPTIMIZED;
        far.anaState = AnaLogPage.NON_OPTIMIZED;
        near.mischief = (_, _) -> count(nearCommands);
        far.mischief = (_, _) -> count(farCommands);
    }

    private static boolean count(AtomicInteger commands) {
        commands.incrementAndGet();
        return false;
    }

    @AfterEach
    void close() throws IOException {
        near.close();
        far.close();
    }

    private MultipathDevice connect(HostConfig chosen) throws IOException {
        List<InetSocketAddress> addresses = List.of(near.address(), far.address());
        return MultipathDevice.connect(addresses, ScriptedTarget.SUBSYSTEM, 1, chosen);
    }

    private BlockStatus run(BlockChannel channel, BlockOperation operation) {
        statuses.clear();
        BlockRequest request = new BlockRequest((_, status) -> statuses.add(status));
        channel.submit(request.fill(operation, 3, 2, memory, 0));
        while (channel.outstanding() > 0) {
            channel.poll(System.nanoTime());
        }
        assertThat(statuses).hasSize(1);
        return statuses.getFirst();
    }

    private static RemoteController controller(MultipathDevice device, int path) {
        return device.paths().get(path).controller();
    }

    @Test
    void theOptimizedPathIsUsedAndTheOtherOnlyWithoutIt() throws IOException {
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            for (int i = 0; i < 20; i++) {
                assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
            }
            assertThat(nearCommands).hasValue(20);
            assertThat(farCommands).hasValue(0);
            near.changeAna(AnaLogPage.INACCESSIBLE);
            while (device.paths().getFirst().anaState() != AnaState.INACCESSIBLE) {
                Thread.onSpinWait();
            }
            assertThat(run(channel, BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
            assertThat(farCommands).hasValue(1);
            assertThat(controller(device, 0).reconnects()).isZero();
        }
    }

    @Test
    void twoOptimizedPathsTakeTurns() throws IOException {
        far.anaState = AnaLogPage.OPTIMIZED;
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            for (int i = 0; i < 20; i++) {
                assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
            }
            assertThat(nearCommands).hasValue(10);
            assertThat(farCommands).hasValue(10);
        }
    }

    @Test
    void aCommandThatAPathRefusesGoesToAnotherWhateverItIs() throws IOException {
        near.mischief =
                (connection, command) -> {
                    connection.complete(command, 0, NvmeStatus.ANA_TRANSITION);
                    return true;
                };
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            assertThat(run(channel, BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
            assertThat(farCommands).hasValue(1);
        }
    }

    @Test
    void aLostPathResetsNoOtherAndItsReadsGoOn() throws IOException {
        AtomicInteger met = new AtomicInteger();
        near.mischief =
                (_, _) -> {
                    if (met.incrementAndGet() == 1) {
                        near.refusesConnections = true;
                        near.cutConnections();
                    }
                    return true;
                };
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
            assertThat(run(channel, BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
            assertThat(controller(device, 1).reconnects()).isZero();
            assertThat(controller(device, 1).isLive()).isTrue();
            near.mischief = (_, _) -> count(nearCommands);
            near.refusesConnections = false;
            // Until the channel's own connection is back, too, the other path is taken.
            while (nearCommands.get() == 0) {
                assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
            }
        }
    }

    @Test
    void aWriteThatMayHaveHappenedIsNotSentOverAnotherPathUnlessAllowed() throws IOException {
        near.mischief =
                (_, _) -> {
                    near.cutConnections();
                    return true;
                };
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            assertThat(run(channel, BlockOperation.WRITE)).isEqualTo(BlockStatus.GONE);
            assertThat(farCommands).hasValue(0);
        }
        HostConfig every = config.withRetries(RetryPolicy.EVERYTHING, 3);
        try (MultipathDevice device = connect(every);
                BlockChannel channel = device.openChannel(8)) {
            assertThat(run(channel, BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
            assertThat(farCommands).hasValue(1);
        }
    }

    @Test
    void withoutAnyPathRequestsWaitForOneAndAreGivenUpInTheEnd() throws IOException {
        HostConfig hasty =
                config.withReconnect(
                        Duration.ofMillis(5), Duration.ofMillis(20), Duration.ofMillis(200));
        try (MultipathDevice device = connect(hasty);
                BlockChannel channel = device.openChannel(8)) {
            near.changeAna(AnaLogPage.INACCESSIBLE);
            far.changeAna(AnaLogPage.PERSISTENT_LOSS);
            while (device.paths().getFirst().anaState() != AnaState.INACCESSIBLE
                    || device.paths().getLast().anaState() != AnaState.PERSISTENT_LOSS) {
                Thread.onSpinWait();
            }
            assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.GONE);
            far.changeAna(AnaLogPage.OPTIMIZED);
            while (device.paths().getLast().anaState() != AnaState.OPTIMIZED) {
                Thread.onSpinWait();
            }
            assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
        }
    }

    @Test
    void namespacesThatAreNotOneAreRefused() throws IOException {
        far.globalId = 8;
        assertThatThrownBy(() -> connect(config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is not the namespace of");
    }

    @Test
    void aPathThatIsNotThereAtFirstIsUsedOnceItIs() throws IOException {
        int port = far.address().getPort();
        far.close();
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            assertThat(device.paths()).hasSize(2);
            assertThat(device.troubles()).hasSize(1);
            assertThat(run(channel, BlockOperation.WRITE)).isEqualTo(BlockStatus.OK);
            far = new ScriptedTarget(near.blocks, port);
            far.globalId = 7;
            far.mischief = (_, _) -> count(farCommands);
            while (!device.paths().getLast().controller().isLive()) {
                Thread.onSpinWait();
            }
            near.close();
            assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
            assertThat(farCommands).hasPositiveValue();
        }
    }

    @Test
    void aPathThatLeadsElsewhereOnceItIsThereIsNotUsed() throws IOException {
        int port = far.address().getPort();
        far.close();
        try (MultipathDevice device = connect(config);
                BlockChannel channel = device.openChannel(8)) {
            far = new ScriptedTarget(near.blocks, port);
            far.globalId = 8;
            far.mischief = (_, _) -> count(farCommands);
            while (!device.paths().getLast().controller().isLive()) {
                Thread.onSpinWait();
            }
            for (int i = 0; i < 20; i++) {
                assertThat(run(channel, BlockOperation.READ)).isEqualTo(BlockStatus.OK);
            }
            assertThat(farCommands).hasValue(0);
        }
    }

    @Test
    void aPathOfANamespaceWithoutANameIsLeftOut() throws IOException {
        near.globalId = 0;
        far.close();
        try (MultipathDevice device = connect(config)) {
            assertThat(device.paths()).hasSize(1);
            assertThat(device.troubles()).hasSize(1);
        }
    }
}
