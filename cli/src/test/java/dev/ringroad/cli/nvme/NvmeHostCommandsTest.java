package dev.ringroad.cli.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.fabrics.serve.ExportedNamespace;
import dev.ringroad.nvme.fabrics.serve.NvmeTcpTarget;
import dev.ringroad.nvme.fabrics.serve.TargetConfig;
import dev.ringroad.nvme.fabrics.serve.TargetSubsystem;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import picocli.CommandLine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** {@code nvme discover} and {@code nvme connect}: at a target, at none, and with wrong words. */
@Timeout(60)
final class NvmeHostCommandsTest {
    private static final String NAME = "nqn.2024-01.dev.ringroad:commands";

    private MemoryDevice device;
    private NvmeTcpTarget target;

    @BeforeEach
    void serve() throws IOException {
        device = MemoryDevice.create("memory", 512, 2048);
        TargetSubsystem subsystem = new TargetSubsystem(NAME, "C1");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        target =
                NvmeTcpTarget.open(
                        TargetConfig.defaults(),
                        List.of(subsystem),
                        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
    }

    @AfterEach
    void end() {
        target.close();
        assertThat(target.failure()).isNull();
        device.close();
    }

    private String where() {
        return "127.0.0.1:" + target.ports().getFirst().getPort();
    }

    private static void run(String words) {
        Runnable command =
                words.startsWith("discover") ? new NvmeDiscoverCommand() : new NvmeConnectCommand();
        List<String> arguments = List.of(words.split(" ", -1));
        new CommandLine(command)
                .parseArgs(arguments.subList(1, arguments.size()).toArray(String[]::new));
        command.run();
    }

    private static String said(String words) {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            run(words);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void whatThereIsIsDiscovered() {
        String said = said("discover " + where());
        assertThat(said).startsWith("1 entry at 127.0.0.1:").contains(NAME + "  tcp 127.0.0.1");
        String port = where().substring(where().indexOf(':') + 1);
        assertThat(said("discover --json " + where()))
                .isEqualTo(
                        """
                        [
                          {
                            "subsystem": "%s",
                            "transport": "tcp",
                            "address": "127.0.0.1",
                            "service": "%s",
                            "port_id": 1,
                            "discovery": false
                          }
                        ]
                        """
                                .formatted(NAME, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " --header-digest --data-digest"})
    void namespacesAreShownWithTheirPath(String digests) {
        String said = said("connect --nqn " + NAME + " " + where() + digests);
        assertThat(said)
                .containsPattern("serial number +C1\n")
                .containsPattern("bytes +1048576\n")
                .containsPattern("access +optimized\n")
                .contains("median read us");
        assertThat(said("connect --json --nqn " + NAME + " " + where() + digests))
                .startsWith("[\n")
                .contains("\"address\": \"127.0.0.1\"")
                .contains("\"block_bytes\": 512")
                .contains("\"first_read_us\": ")
                .endsWith("]\n");
    }

    @ParameterizedTest
    @CsvSource({
        "discover 127.0.0.1:0, A path is",
        "discover 127.0.0.1:70000, A path is",
        "discover :4420, A path is",
        "discover 127.0.0.1 --timeout 0, --timeout",
        "discover 127.0.0.1 --hostnqn me, qualified name",
        "connect 127.0.0.1 --nqn disk, --nqn",
        "connect 127.0.0.1:x --nqn nqn.2014-08.org.example:disk, A path is",
        "connect 127.0.0.1 --timeout -1 --nqn nqn.2014-08.org.example:disk, --timeout"
    })
    void wrongWordsAreRefusedWithASentence(String words, String said) {
        assertThatThrownBy(() -> run(words)).isInstanceOf(Refusal.class).hasMessageContaining(said);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "discover",
                "connect 127.0.0.1",
                "connect --nqn nqn.2014-08.org.example:disk",
                "discover 127.0.0.1 --hostid me",
                "discover 127.0.0.1 --cake"
            })
    void missingAndUnknownWordsAreNotUnderstood(String words) {
        assertThatThrownBy(() -> run(words)).isInstanceOf(CommandLine.ParameterException.class);
    }

    @Test
    void nobodyThereIsSaidInASentence() throws IOException {
        String gone;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            gone = "127.0.0.1:" + socket.getLocalPort();
        }
        assertThatThrownBy(() -> run("discover " + gone))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("Discovery failed: ")
                .hasMessageContaining(gone);
        assertThatThrownBy(() -> said("connect --nqn " + NAME + " " + gone + " " + where()))
                .isInstanceOf(Refusal.class)
                .hasMessage("1 of 2 paths could not be used.");
    }

    @Test
    void whoDoesNotAnswerIsLeftInTime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            String words = "discover --timeout 1 127.0.0.1:" + silent.getLocalPort();
            assertThatThrownBy(() -> run(words))
                    .isInstanceOf(Refusal.class)
                    .hasMessageContaining("did not agree to the connection in time");
        }
    }

    @Test
    void aSubsystemThatIsNotThereIsSaidToBeRefused() {
        assertThatThrownBy(() -> said("connect --nqn " + NAME + "x " + where()))
                .isInstanceOf(Refusal.class)
                .hasMessage("1 of 1 paths could not be used.");
    }
}
