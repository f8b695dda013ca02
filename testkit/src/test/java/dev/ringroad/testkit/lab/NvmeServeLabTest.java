package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.BlockClient;
import dev.ringroad.nvme.fabrics.initiator.HostConfig;
import dev.ringroad.nvme.fabrics.initiator.RemoteController;
import dev.ringroad.nvme.fabrics.initiator.RemoteNamespace;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ringroad nvme serve} as a process: written to over NVMe/TCP, ended, refused a port. */
final class NvmeServeLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int TERMINATED = 143;
    private static final String NAME = "nqn.2024-01.dev.ringroad:lab";
    private static final Pattern PORT = Pattern.compile("port ([0-9]+); Ctrl-C ends it");

    @TempDir private Path folder;

    @Test
    void whatIsWrittenIsInTheFileWhenItHasEnded() throws Exception {
        Path file = folder.resolve("disk.img");
        Path json = folder.resolve("counters.json");
        List<String> line =
                Ringroad.command(
                        List.of(
                                "nvme",
                                "serve",
                                "file:" + file + ",size=8m",
                                "--nqn",
                                NAME,
                                "--listen",
                                "127.0.0.1:0",
                                "--json",
                                json.toString()));
        byte[] content = new byte[64 * 1024];
        Arrays.fill(content, (byte) 'r');
        try (Child server = Child.start(line)) {
            server.awaitOutput("Ctrl-C ends it", SOON);
            Matcher port = PORT.matcher(server.output());
            assertThat(port.find()).as(server.report()).isTrue();
            InetSocketAddress where =
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(port.group(1)));
            try (RemoteController controller =
                            RemoteController.connect(where, NAME, HostConfig.usual());
                    RemoteNamespace remote = controller.open(1);
                    BlockClient client = BlockClient.open(remote)) {
                client.write(8, 128, MemorySegment.ofArray(content), 0);
                client.flush();
            }
            Child.run(SOON, "kill", "-TERM", String.valueOf(server.pid()));
            assertThat(server.awaitExit(SOON)).as(server.report()).isEqualTo(TERMINATED);
            assertThat(server.output()).contains("0 protocol violations").doesNotContain("\tat ");
        }
        byte[] stored = Files.readAllBytes(file);
        assertThat(Arrays.copyOfRange(stored, 4096, 4096 + content.length)).isEqualTo(content);
        assertThat(Files.readString(json)).contains("\"protocolViolations\": 0");
    }

    @Test
    void aPortInUseIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String where = "127.0.0.1:" + taken.getLocalPort();
            List<String> line =
                    Ringroad.command(List.of("nvme", "serve", "memory:1m", "--listen", where));
            try (Child server = Child.start(line)) {
                assertThat(server.awaitExit(SOON)).as(server.report()).isOne();
                assertThat(server.report())
                        .contains("ringroad: Cannot serve: ", "Choose another port")
                        .doesNotContain("\tat ");
            }
        }
    }
}
