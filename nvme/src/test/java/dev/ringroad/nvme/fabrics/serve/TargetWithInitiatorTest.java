package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.fabrics.initiator.Discovery;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The house's own initiator at the house's own target. */
class TargetWithInitiatorTest {
    private static final String NAME = "nqn.2024-01.dev.ringroad:both";
    private static final int BLOCK_BYTES = 512;
    private static final int BLOCKS = 8192;

    private MemoryDevice device;

    @BeforeEach
    void open() throws IOException {
        device = MemoryDevice.create("memory", BLOCK_BYTES, BLOCKS);
    }

    @AfterEach
    void close() {
        device.close();
    }

    private NvmeTcpTarget serve(TargetConfig config) throws IOException {
        TargetSubsystem subsystem = new TargetSubsystem(NAME, "R1");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return NvmeTcpTarget.open(config, List.of(subsystem), List.of(any));
    }

    @ParameterizedTest
    @CsvSource({"false, false, 4096, 4", "true, true, 131072, 64", "true, false, 8192, 128"})
    void blocksGoThereAndComeBack(boolean headers, boolean data, int hostBytes, int alignment)
            throws IOException {
        TargetConfig config = TargetConfig.defaults().withTransfers(hostBytes, 65536, alignment);
        HostConfig host = HostConfig.usual().withDigests(headers, data);
        byte[] content = new byte[4096 * BLOCK_BYTES];
        new Random(1).nextBytes(content);
        try (NvmeTcpTarget target = serve(config)) {
            InetSocketAddress where = target.ports().getFirst();
            assertThat(Discovery.discover(where, host)).hasSize(1);
            try (RemoteController controller = RemoteController.connect(where, NAME, host);
                    RemoteNamespace remote = controller.open(1);
                    BlockClient client = BlockClient.open(remote)) {
                assertThat(remote.geometry().blocks()).isEqualTo(BLOCKS);
                client.write(7, 4096, MemorySegment.ofArray(content), 0);
                client.flush();
                client.writeZeroes(0, 7);
                client.compare(7, 16, MemorySegment.ofArray(content), 0);
                MemorySegment back = MemorySegment.ofArray(new byte[content.length]);
                client.read(7, 4096, back, 0);
                assertThat(back.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);
            }
            assertThat(target.statistics().faults()).isZero();
            assertThat(target.statistics().failedCommands()).isZero();
            assertThat(target.failure()).isNull();
        }
        MemorySegment stored = device.content().asSlice(7 * BLOCK_BYTES, content.length);
        assertThat(stored.mismatch(MemorySegment.ofArray(content))).isEqualTo(-1);
    }

    @Test
    void aNameThatIsNotServedIsToldAsThat() throws Exception {
        try (NvmeTcpTarget target = serve(TargetConfig.defaults())) {
            assertThatThrownBy(
                            () ->
                                    RemoteNamespace.connect(
                                            target.ports().getFirst(),
                                            NAME + "2",
                                            1,
                                            HostConfig.usual()))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("does not serve " + NAME + "2");
        }
    }

    /** Several hosts count in one block; each step is a compare-and-write, and none is lost. */
    @Test
    void compareAndWritesOfSeveralQueuesAreAtomic() throws Exception {
        int hosts = 3;
        int steps = 40;
        try (NvmeTcpTarget target = serve(TargetConfig.defaults().withThreads(2));
                RemoteController controller =
                        RemoteController.connect(
                                target.ports().getFirst(), NAME, HostConfig.usual());
                RemoteNamespace remote = controller.open(1)) {
            assertThat(remote.operations()).contains(BlockOperation.COMPARE_AND_WRITE);
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < hosts; i++) {
                all.add(
                        CompletableFuture.runAsync(
                                () -> count(remote, steps), run -> Thread.ofPlatform().start(run)));
            }
            for (CompletableFuture<Void> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
        assertThat(device.content().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(hosts * steps);
    }

    private static void count(RemoteNamespace remote, int steps) {
        try (BlockChannel channel = remote.openChannel(1);
                Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(2L * BLOCK_BYTES, 8);
            BlockStatus[] became = {BlockStatus.OK};
            BlockRequest request = new BlockRequest((_, status) -> became[0] = status);
            for (int done = 0; done < steps; ) {
                MemorySegment.copy(memory, BLOCK_BYTES, memory, 0, BLOCK_BYTES);
                long seen = memory.get(ValueLayout.JAVA_LONG, 0);
                memory.set(ValueLayout.JAVA_LONG, BLOCK_BYTES, seen + 1);
                channel.submit(request.fill(BlockOperation.COMPARE_AND_WRITE, 0, 1, memory, 0));
                finish(channel);
                if (became[0] == BlockStatus.OK) {
                    done++;
                } else {
                    assertThat(became[0]).isEqualTo(BlockStatus.MISCOMPARE);
                    channel.submit(request.fill(BlockOperation.READ, 0, 1, memory, BLOCK_BYTES));
                    finish(channel);
                    assertThat(became[0]).isEqualTo(BlockStatus.OK);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void finish(BlockChannel channel) {
        while (channel.outstanding() > 0) {
            if (channel.poll(System.nanoTime()) == 0) {
                Thread.yield();
            }
        }
    }
}
