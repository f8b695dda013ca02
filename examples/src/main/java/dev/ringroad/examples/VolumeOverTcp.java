package dev.ringroad.examples;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;
import dev.ringroad.nvme.fabrics.serve.ExportedNamespace;
import dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget;
import dev.ringroad.nvme.fabrics.serve.TargetConfig;
import dev.ringroad.nvme.fabrics.serve.TargetSubsystem;
import dev.ringroad.nvme.volume.Volume;
import dev.ringroad.nvme.volume.VolumeStore;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A thin volume that a host writes over NVMe/TCP, and a snapshot of it that stays as it was.
 *
 * <p>Everything here is a block device: the memory below, the volume in its store, and the
 * namespace that the host sees at the other end of the connection. With a JDK 25:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.VolumeOverTcp
 * </pre>
 */
public final class VolumeOverTcp {
    private static final String SUBSYSTEM = "nqn.2024-01.dev.ringroad:example";
    private static final int BLOCK_BYTES = 4096;
    private static final long DRIVE_BLOCKS = 4096;
    private static final long VOLUME_BYTES = 1L << 30;

    /** What a host reads of the volume, and what of its snapshot. */
    record Seen(String volume, String snapshot) {}

    private VolumeOverTcp() {}

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        Seen seen = run();
        System.out.printf("volume: %s, snapshot: %s%n", seen.volume(), seen.snapshot());
    }

    /** Writes, takes a snapshot, writes again, and reads both. */
    static Seen run() throws IOException {
        try (BlockDevice drive = MemoryDevice.create("drive", BLOCK_BYTES, DRIVE_BLOCKS)) {
            VolumeStore.format(drive, VolumeStore.CLUSTER_BYTES);
            try (VolumeStore store = VolumeStore.open(drive)) {
                // Larger than the drive: it takes room as it is written.
                store.create("data", VOLUME_BYTES);
                overTcp(store, "data", client -> write(client, "before"));
                store.snapshot("data", "monday");
                overTcp(store, "data", client -> write(client, "after"));
                return new Seen(
                        overTcp(store, "data", VolumeOverTcp::read),
                        overTcp(store, "monday", VolumeOverTcp::read));
            }
        }
    }

    private interface Work {
        String with(BlockClient client) throws IOException;
    }

    /** Serves a volume on a port of the loopback that is free, and works with it as its host. */
    private static String overTcp(VolumeStore store, String name, Work work) throws IOException {
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (Volume volume = store.openVolume(name)) {
            TargetSubsystem subsystem = new TargetSubsystem(SUBSYSTEM, "EXAMPLE");
            subsystem.add(ExportedNamespace.of(SUBSYSTEM, 1, volume));
            try (NvmeTcpTarget target =
                            NvmeTcpTarget.open(
                                    TargetConfig.defaults(), List.of(subsystem), List.of(anyPort));
                    RemoteNamespace remote =
                            RemoteNamespace.connect(
                                    target.ports().getFirst(), SUBSYSTEM, 1, HostConfig.usual());
                    BlockClient client = BlockClient.open(remote)) {
                return work.with(client);
            }
        }
    }

    private static String write(BlockClient client, String text) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(BLOCK_BYTES, BLOCK_BYTES);
            block.setString(0, text, StandardCharsets.UTF_8);
            client.write(7, 1, block, 0);
            client.flush();
            return text;
        }
    }

    private static String read(BlockClient client) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(BLOCK_BYTES, BLOCK_BYTES);
            client.read(7, 1, block, 0);
            return block.getString(0, StandardCharsets.UTF_8);
        }
    }
}
