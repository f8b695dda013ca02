package dev.ringroad.testkit.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.block.BlockException;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;
import dev.ringroad.testkit.qemu.QemuMachine;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code ringroad nvme serve} of QEMU's drives, and discover, connect and perf against it: a block
 * goes from TCP through the target and the driver into the model's image.
 */
final class NvmeCommandServeTest {
    private static final String NAME = "nqn.2024-01.dev.ringroad:qemu";
    private static final Pattern PORT = Pattern.compile("port ([0-9]+); Ctrl-C ends it");
    private static final long WAIT_NANOS = 60_000_000_000L;

    @TempDir private Path folder;

    private final NvmeCommandLine line = new NvmeCommandLine();
    private final ByteArrayOutputStream served = new ByteArrayOutputStream();
    private final PrintStream before = System.out;
    private @Nullable QemuMachine machine;
    private @Nullable Thread server;
    private volatile int exitCode = -1;
    private int port;

    private QemuMachine machine() {
        return Objects.requireNonNull(machine);
    }

    /** Serves namespaces of the machine's drive, as Ctrl-C would not yet have ended it. */
    private void serve(QemuMachine started, int... namespaces) throws Exception {
        machine = started;
        List<String> words = new ArrayList<>(List.of("serve"));
        for (int id : namespaces) {
            words.add("drive:qemu:" + machine().address(4) + "/" + id);
        }
        words.addAll(List.of("--nqn", NAME, "--listen", "127.0.0.1:0"));
        System.setOut(new PrintStream(served, true, StandardCharsets.UTF_8));
        Thread thread =
                Thread.ofPlatform()
                        .name("serve")
                        .start(
                                () ->
                                        exitCode =
                                                NvmeCommandLine.execute(
                                                        words.toArray(String[]::new)));
        server = thread;
        long begin = System.nanoTime();
        Matcher told = PORT.matcher("");
        while (!told.find() && thread.isAlive() && System.nanoTime() - begin < WAIT_NANOS) {
            Thread.sleep(1);
            told = PORT.matcher(served.toString(StandardCharsets.UTF_8));
        }
        told.reset();
        assertThat(told.find()).as("%s", served).isTrue();
        port = Integer.parseInt(told.group(1));
    }

    /** Ends serving as Ctrl-C does, and finds the drive given back. */
    private String endServing() throws Exception {
        Thread thread = Objects.requireNonNull(server);
        thread.interrupt();
        thread.join();
        System.setOut(before);
        assertThat(exitCode).isZero();
        assertThat(machine().allocatedBytes()).isZero();
        return served.toString(StandardCharsets.UTF_8);
    }

    @AfterEach
    void end() throws Exception {
        if (server != null && server.isAlive()) {
            server.interrupt();
            server.join();
        }
        System.setOut(before);
        machine().close();
    }

    private RemoteController connect() throws IOException {
        InetSocketAddress where = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        return RemoteController.connect(where, NAME, HostConfig.usual());
    }

    /** What connect tells of the subsystem's namespaces. */
    private @Nullable Object connectedNamespaces() {
        assertThat(line.run("connect", "127.0.0.1:" + port, "--nqn", NAME, "--json"))
                .as("%s", line.complained())
                .isZero();
        return NvmeCommandLine.at(line.array(), 0).get("namespace");
    }

    @ParameterizedTest
    @EnumSource(names = {"ORDINARY", "LARGE_BLOCKS", "METADATA_BEHIND", "CONTROLLER_MEMORY"})
    void whatIsWrittenOverTcpIsOnTheDrive(DriveShape shape) throws Exception {
        serve(QemuMachine.start(shape.arguments(folder)), 1);
        assertThat(line.run("discover", "127.0.0.1:" + port)).as("%s", line.complained()).isZero();
        assertThat(line.printed()).contains(NAME);
        Map<?, ?> namespace1 = NvmeCommandLine.at(connectedNamespaces(), 0);
        assertThat(namespace1.get("block_bytes")).isEqualTo((double) shape.blockBytes);
        assertThat(namespace1.containsKey("first_read_us")).isTrue();
        String remote = "tcp:127.0.0.1:" + port + "/" + NAME + "/1";
        String[] perf = {
            "perf", remote, "--rw", "write", "--verify", "--overwrite", "--size", "256k"
        };
        assertThat(line.run(perf)).as("%s", line.complained()).isZero();
        assertThat(line.printed()).contains("64 written blocks were read back");

        byte[] content = new byte[64 * 1024];
        new Random(1).nextBytes(content);
        int blocks = content.length / shape.blockBytes;
        try (RemoteController controller = connect();
                RemoteNamespace namespace = controller.open(1);
                BlockClient client = BlockClient.open(namespace)) {
            assertThat(namespace.geometry().blockBytes()).isEqualTo(shape.blockBytes);
            client.write(blocks, blocks, MemorySegment.ofArray(content), 0);
            client.flush();
            byte[] read = new byte[content.length];
            client.read(blocks, blocks, MemorySegment.ofArray(read), 0);
            assertThat(read).isEqualTo(content);
        }
        assertThat(endServing()).contains("0 of them failed", "0 protocol violations");
        if (shape.metadataBytes == 0) {
            byte[] image = Files.readAllBytes(folder.resolve("d1"));
            int at = content.length;
            assertThat(Arrays.copyOfRange(image, at, at + content.length)).isEqualTo(content);
        }
    }

    @Test
    void namespacesOfOneDriveAreServedTogether() throws Exception {
        serve(QemuMachine.start(DriveShape.SEVERAL.arguments(folder)), 1, 5);
        String subsystem = "tcp:127.0.0.1:" + port + "/" + NAME + "/";
        for (String id : List.of("1", "2")) {
            String[] perf = {
                "perf", subsystem + id, "--rw", "write", "--verify", "--overwrite", "--size", "128k"
            };
            assertThat(line.run(perf)).as("%s", line.complained()).isZero();
        }
        String[] again = {"perf", subsystem + "1", "--rw", "read", "--verify", "--size", "128k"};
        assertThat(line.run(again)).as("%s", line.complained()).isZero();
        Map<?, ?> namespace1 = NvmeCommandLine.at(connectedNamespaces(), 0);
        assertThat(namespace1.get("bytes")).isEqualTo((double) DriveShape.IMAGE_BYTES);
        assertThat(namespace1.get("block_bytes")).isEqualTo(512.0);
        Map<?, ?> namespace2 = NvmeCommandLine.at(connectedNamespaces(), 1);
        assertThat(namespace2.get("bytes")).isEqualTo((double) DriveShape.OTHER_BYTES);
        assertThat(namespace2.get("block_bytes")).isEqualTo(4096.0);
        assertThat(endServing()).contains("0 protocol violations");
        byte[] first = Files.readAllBytes(folder.resolve("d1"));
        byte[] second = Files.readAllBytes(folder.resolve("d5"));
        assertThat(Arrays.copyOf(first, 1 << 17)).isNotEqualTo(Arrays.copyOf(second, 1 << 17));
        assertThat(Arrays.copyOfRange(first, 1 << 17, 1 << 18)).containsOnly(0);
    }

    @Test
    void zonesAreServedToBeRead() throws Exception {
        serve(QemuMachine.start(DriveShape.ZONED.arguments(folder)), 1);
        String remote = "tcp:127.0.0.1:" + port + "/" + NAME + "/1";
        assertThat(line.run("perf", remote, "--rw", "randread", "--size", "128k"))
                .as("%s", line.complained())
                .isZero();
        try (RemoteController controller = connect();
                RemoteNamespace namespace = controller.open(1);
                BlockClient client = BlockClient.open(namespace)) {
            assertThatThrownBy(() -> client.write(5, 1, MemorySegment.ofArray(new byte[4096]), 0))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e ->
                                    assertThat(e.status())
                                            .isIn(BlockStatus.READ_ONLY, BlockStatus.UNSUPPORTED));
        }
        assertThat(endServing()).contains("0 protocol violations");
    }

    @Test
    void errorsOfTheMediumAreToldOverTcpAsTheDriveTellsThem() throws Exception {
        Path image = DriveShape.image(folder, "disk", DriveShape.IMAGE_BYTES);
        String failing = BlockFaults.drive(folder, image, "read", 64);
        serve(QemuMachine.start(DriveShape.ORDINARY.arguments(failing, folder)), 1);
        try (RemoteController controller = connect();
                RemoteNamespace namespace = controller.open(1);
                BlockClient client = BlockClient.open(namespace)) {
            MemorySegment memory = MemorySegment.ofArray(new byte[4096]);
            client.read(0, 8, memory, 0);
            assertThatThrownBy(() -> client.read(64, 8, memory, 0))
                    .hasMessageContaining("the blocks could not be read")
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> {
                                assertThat(e.status()).isEqualTo(BlockStatus.MEDIA_ERROR);
                                assertThat(NvmeStatus.code(-e.detail()))
                                        .isEqualTo(NvmeStatus.UNRECOVERED_READ);
                            });
            client.read(128, 8, memory, 0);
            client.write(64, 8, memory, 0);
        }
        String remote = "tcp:127.0.0.1:" + port + "/" + NAME + "/1";
        assertThat(line.run("perf", remote, "--rw", "read", "--size", "64k")).isOne();
        assertThat(line.complained()).contains("the blocks could not be read");
        assertThat(endServing()).contains("0 protocol violations");
    }
}
