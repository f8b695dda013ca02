package dev.ringroad.testkit.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.fabrics.initiator.Discovery;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;
import dev.ringroad.nvme.fabrics.serve.ExportedNamespace;
import dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget;
import dev.ringroad.nvme.fabrics.serve.TargetConfig;
import dev.ringroad.nvme.fabrics.serve.TargetSubsystem;
import dev.ringroad.testkit.lab.Child;
import dev.ringroad.testkit.lab.Requirement;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * NVMe/TCP with the kernel at the other end: its initiator and nvme-cli against our target, and our
 * initiator against its target. The tests share a guest, in order; to it this machine is 10.0.2.2.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class NvmeTcpGuestTest {
    private static final Duration SOON = Duration.ofMinutes(3);
    private static final String OURS = "nqn.2026-11.dev.ringroad:ours";
    private static final String KERNELS = "nqn.2026-11.dev.ringroad:kernels";
    private static final int BLOCK_BYTES = 512;
    private static final int BLOCKS = 32 << 11;
    private static final int RAM_DISK_BYTES = 16 << 20;
    private static final int PIECE_BYTES = 1 << 20;

    private final List<AutoCloseable> resources = new ArrayList<>();
    private MemoryDevice disk;
    private NvmeTcpTarget target;
    private Guest guest;
    private InetSocketAddress kernelTarget;

    @BeforeAll
    void boot(@TempDir Path folder) throws Exception {
        Guest.require();
        Requirement.programs("nvme-cli", "nvme");
        Requirement.programs("e2fsprogs", "mkfs.ext4", "e2fsck", "debugfs");
        disk = MemoryDevice.create("disk", BLOCK_BYTES, BLOCKS);
        resources.add(disk);
        TargetSubsystem subsystem = new TargetSubsystem(OURS, "ringroad-1");
        subsystem.add(ExportedNamespace.of(OURS, 1, disk));
        target =
                NvmeTcpTarget.open(
                        TargetConfig.defaults(),
                        List.of(subsystem),
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        resources.add(target);
        kernelTarget = new InetSocketAddress(InetAddress.getLoopbackAddress(), freePort());
        String network = "user,id=net,hostfwd=tcp:127.0.0.1:" + kernelTarget.getPort() + "-:4420";
        GuestImage image =
                new GuestImage()
                        .withoutIommu()
                        .modules("virtio-pci", "virtio-net", "crc32c_generic", "ext4", "brd")
                        .modules("nvme-tcp", "nvmet-tcp")
                        .programs("nvme", "mkfs.ext4", "e2fsck")
                        .scripts("kernel-initiator", "kernel-target");
        guest =
                Guest.boot(
                        image,
                        folder,
                        List.of(
                                "-netdev",
                                network,
                                "-device",
                                "virtio-net-pci,netdev=net,romfile="));
        resources.add(guest);
        guest.run("kernel-target export " + KERNELS + " /dev/ram0", SOON);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @AfterAll
    void end() throws Exception {
        for (AutoCloseable resource : resources.reversed()) {
            resource.close();
        }
    }

    private String atOurs() {
        return "10.0.2.2 " + target.ports().getFirst().getPort() + " " + OURS;
    }

    @Test
    @Order(1)
    void nvmeCliDiscoversOurSubsystem() throws Exception {
        int port = target.ports().getFirst().getPort();
        assertThat(guest.run("nvme discover -t tcp -a 10.0.2.2 -s " + port, SOON))
                .contains("subtype: nvme subsystem")
                .contains("subnqn:  " + OURS)
                .contains("trsvcid: " + port);
    }

    @Test
    @Order(2)
    void theKernelMakesAFileSystemOnOurTarget(@TempDir Path folder) throws Exception {
        String drive = connect("--nr-io-queues 2");
        assertThat(guest.run("nvme list", SOON)).contains(drive, "ringroad-1");
        guest.run("mkfs.ext4 -q " + drive + " && mount " + drive + " /mnt", SOON);
        guest.run("cd /modules && sha256sum *.ko >/tmp/sums && cp *.ko /tmp/sums /mnt", SOON);
        guest.run("umount /mnt && e2fsck -fn " + drive, SOON);
        guest.run("nvme disconnect -n " + OURS, SOON);
        Path image = saved(folder);
        assertThat(Child.run(SOON, "e2fsck", "-fn", image.toString())).contains("Pass 5");
        Child.run(SOON, "debugfs", "-R", "rdump / " + folder, image.toString());
        Child.run(SOON, "sh", "-c", "cd '" + folder + "' && sha256sum -c sums");
        assertThat(target.failure()).isNull();
    }

    @Test
    @Order(3)
    void theKernelReadsItBackAndWritesMoreWithDigests() throws Exception {
        String drive = connect("--hdr-digest --data-digest --nr-io-queues 2");
        guest.run("mount " + drive + " /mnt && cd /mnt && sha256sum -c sums", SOON);
        guest.run("mkdir /mnt/more && cp /mnt/*.ko /mnt/more && umount /mnt", SOON);
        guest.run("mount " + drive + " /mnt && cd /mnt/more && sha256sum -c ../sums", SOON);
        guest.run("rm -r /mnt/more && umount /mnt && e2fsck -fn " + drive, SOON);
        guest.run("nvme disconnect -n " + OURS, SOON);
        assertThat(target.failure()).isNull();
    }

    private String connect(String options) throws Exception {
        String said = guest.run("kernel-initiator " + atOurs() + " " + options, SOON);
        return said.lines().filter(line -> line.startsWith("/dev/")).findFirst().orElseThrow();
    }

    /** What the disk holds, as a file. */
    private Path saved(Path folder) throws IOException {
        Path image = Files.createFile(folder.resolve("disk.img"));
        MemorySegment content = disk.content();
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
            for (long at = 0; at < content.byteSize(); at += PIECE_BYTES) {
                file.write(content.asSlice(at, PIECE_BYTES).asByteBuffer());
            }
        }
        return image;
    }

    @Test
    @Order(4)
    void theKernelsTargetIsDiscovered() throws Exception {
        assertThat(Discovery.discover(kernelTarget, HostConfig.usual()))
                .anySatisfy(
                        entry -> {
                            assertThat(entry.subsystem()).isEqualTo(KERNELS);
                            assertThat(entry.transport()).isEqualTo("tcp");
                            assertThat(entry.service()).isEqualTo("4420");
                            assertThat(entry.discovery()).isFalse();
                        });
    }

    @Test
    @Order(5)
    void whatWeWriteIsWhatTheGuestHas() throws Exception {
        writeReadAndCompare(HostConfig.usual(), 1);
    }

    @Test
    @Order(6)
    void whatWeWriteWithDigestsIsWhatTheGuestHas() throws Exception {
        writeReadAndCompare(HostConfig.usual().withDigests(true, true), 2);
    }

    private void writeReadAndCompare(HostConfig config, long seed) throws Exception {
        try (RemoteController controller = RemoteController.connect(kernelTarget, KERNELS, config);
                RemoteNamespace drive = controller.open(1);
                BlockClient client = BlockClient.open(drive);
                Arena arena = Arena.ofConfined()) {
            assertThat(drive.geometry().blockBytes()).isEqualTo(BLOCK_BYTES);
            MemorySegment written = random(arena, RAM_DISK_BYTES, seed);
            // Pieces of all kinds: within a capsule, and beyond, so that the target asks for data,
            // up to the longest request, which has one digest for all of its data.
            assertThat(drive.geometry().requestBlocksMax()).isEqualTo(PIECE_BYTES / BLOCK_BYTES);
            int[] sizes = {512, 4096, 8192, 65536, 131072, 262144, PIECE_BYTES};
            long at = 0;
            for (int i = 0; at < RAM_DISK_BYTES; i++) {
                long bytes = Math.min(sizes[i % sizes.length], RAM_DISK_BYTES - at);
                client.write(at / BLOCK_BYTES, bytes / BLOCK_BYTES, written, at);
                at += bytes;
            }
            client.flush();
            MemorySegment read = arena.allocate(RAM_DISK_BYTES, 4096);
            for (at = 0; at < RAM_DISK_BYTES; at += 65536) {
                client.read(at / BLOCK_BYTES, 65536 / BLOCK_BYTES, read, at);
            }
            assertThat(written.mismatch(read)).isEqualTo(-1);
            // Past the guest's page cache, which knows nothing of what its target writes.
            String sum = "dd if=/dev/ram0 bs=64k iflag=direct 2>/dev/null | sha256sum";
            assertThat(guest.run(sum, SOON)).startsWith(sha256(written));
        }
    }

    @Test
    @Order(7)
    void aTargetThatGoesAndComesBackIsFoundAgain() throws Exception {
        try (RemoteController controller =
                        RemoteController.connect(kernelTarget, KERNELS, HostConfig.usual());
                RemoteNamespace drive = controller.open(1);
                BlockClient client = BlockClient.open(drive, SOON.toNanos());
                Arena arena = Arena.ofShared()) {
            MemorySegment written = random(arena, 65536, 3);
            client.write(0, written.byteSize() / BLOCK_BYTES, written, 0);
            guest.run("kernel-target hide " + KERNELS, SOON);
            awaitLoss(controller);
            MemorySegment read = arena.allocate(written.byteSize(), 4096);
            CompletableFuture<Void> reading =
                    CompletableFuture.runAsync(() -> readAll(drive, read));
            guest.run("kernel-target show " + KERNELS, SOON);
            reading.join();
            assertThat(written.mismatch(read)).isEqualTo(-1);
            assertThat(controller.reconnects()).isPositive();
            client.write(128, written.byteSize() / BLOCK_BYTES, written, 0);
            client.read(128, written.byteSize() / BLOCK_BYTES, read.fill((byte) 0), 0);
            assertThat(written.mismatch(read)).isEqualTo(-1);
        }
    }

    private static void awaitLoss(RemoteController controller) throws InterruptedException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (controller.isLive()) {
            assertThat(System.nanoTime()).as("the loss is noticed").isLessThan(deadline);
            Thread.sleep(10);
        }
    }

    private static void readAll(RemoteNamespace drive, MemorySegment into) {
        try (BlockClient client = BlockClient.open(drive, SOON.toNanos())) {
            client.read(0, into.byteSize() / BLOCK_BYTES, into, 0);
        } catch (IOException e) {
            throw new AssertionError("The read did not outlive the loss", e);
        }
    }

    private static MemorySegment random(Arena arena, int bytes, long seed) {
        MemorySegment memory = arena.allocate(bytes, 4096);
        SplittableRandom random = new SplittableRandom(seed);
        for (long at = 0; at < bytes; at += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG, at, random.nextLong());
        }
        return memory;
    }

    private static String sha256(MemorySegment memory) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(memory.asByteBuffer());
        return HexFormat.of().formatHex(digest.digest());
    }
}
