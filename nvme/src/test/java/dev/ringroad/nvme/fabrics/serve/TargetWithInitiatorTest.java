package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.fabrics.initiator.Discovery;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;

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
}
