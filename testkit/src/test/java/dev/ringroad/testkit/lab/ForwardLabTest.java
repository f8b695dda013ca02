package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.net.driver.memif.MemifRole;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** {@code ringroad forward} between real peers: the kernel, testpmd, and other people's files. */
final class ForwardLabTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int CONTROL_C = 3;
    private static final int INTERRUPTED = 130;
    private static final int WRONG_USE = 2;
    private static final int PACKETS_MIN = 100_000;

    /** The rings of a memif have far fewer slots. */
    private static final int UNDER_WAY_MAX = 16_384;

    @TempDir private Path folder;

    private static List<String> forward(String... arguments) {
        List<String> line = new ArrayList<>(List.of("forward"));
        line.addAll(List.of(arguments));
        return Ringroad.command(line);
    }

    @Test
    void controlCAtATerminalPrintsTheTotalsAndRemovesTheSocket() throws Exception {
        Requirement.programs("bsdutils", "script");
        Path socket = folder.resolve("memif.sock");
        String line =
                forward("--port", "memif:" + socket + ",role=server", "--port", "nil:a,rx=no")
                        .stream()
                        .map(word -> "'" + word + "'")
                        .collect(Collectors.joining(" "));
        try (Child terminal =
                Child.startTyping(List.of("script", "-qec", "exec " + line, "/dev/null"))) {
            terminal.awaitOutput("port 0", SOON);
            assertThat(socket).exists();
            terminal.input().write(CONTROL_C);
            terminal.input().flush();
            assertThat(terminal.awaitExit(SOON)).as(terminal.report()).isEqualTo(INTERRUPTED);
            assertThat(terminal.output()).containsPattern("In [0-9.]+ s:");
        }
        assertThat(socket).doesNotExist();
    }

    @Test
    void pingPassesBetweenTwoTaps() throws Exception {
        Requirement.root();
        Requirement.tap();
        Requirement.programs("iproute2", "ip");
        Requirement.programs("iputils-ping", "ping");
        try (Namespace left = Namespace.create();
                Namespace right = Namespace.create();
                Child forward =
                        Child.start(
                                left.command(
                                        forward("--port", "tap:one", "--port", "tap:other")))) {
            forward.awaitOutput("port 1", SOON);
            inside(left, "ip link set dev other netns " + right.name());
            inside(left, "ip address add 10.9.7.1/24 dev one; ip link set dev one up");
            inside(right, "ip address add 10.9.7.2/24 dev other; ip link set dev other up");
            assertThat(inside(left, "ping -c 5 -i 0.2 -w 20 10.9.7.2")).contains(" 0% packet loss");
            assertThat(forward.isAlive()).as(forward.report()).isTrue();
        }
    }

    private static String inside(Namespace namespace, String script) throws InterruptedException {
        return Child.run(SOON, namespace.command("sh", "-c", script));
    }

    @Test
    void whatTestpmdSendsOverMemifIsTakenAndCounted() throws Exception {
        String missing = TestPmd.missing();
        assumeTrue(missing == null, missing);
        Path socket = folder.resolve("memif.sock");
        Path json = folder.resolve("counted.json");
        String memif = "memif:" + socket + ",role=server";
        List<String> command =
                forward(
                        "--port",
                        memif,
                        "--port",
                        "nil:sink,rx=no",
                        "--mode",
                        "macswap",
                        "--json",
                        json.toString());
        try (Child forward = Child.start(command)) {
            forward.awaitOutput("port 0", SOON);
            try (TestPmd peer =
                    TestPmd.start(
                            MemifRole.CLIENT, socket.toString(), false, TestPmd.Mode.TX_ONLY, 0)) {
                long transmitted = awaitTransmitted(peer);
                Child.run(SOON, "kill", "-INT", String.valueOf(forward.pid()));
                assertThat(forward.awaitExit(SOON)).as(forward.report()).isEqualTo(INTERRUPTED);
                List<Long> received = numbers(json, "\"received_packets\": (\\d+)");
                List<Long> sent = numbers(json, "\"sent_packets\": (\\d+)");
                assertThat(received.get(0)).isGreaterThan(transmitted - UNDER_WAY_MAX);
                assertThat(sent.get(1)).isEqualTo(received.get(0));
            }
        }
    }

    /** The peer forgets what it has counted when the connection ends. */
    private static long awaitTransmitted(TestPmd peer) throws Exception {
        long transmitted = 0;
        for (int i = 0; transmitted < PACKETS_MIN; i++) {
            assertThat(i).as("looks at the peer's statistics").isLessThan(600);
            Thread.sleep(50);
            transmitted = peer.statistics().transmitted();
        }
        return transmitted;
    }

    private static List<Long> numbers(Path json, String pattern) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(json));
        return matcher.results().map(result -> Long.valueOf(result.group(1))).toList();
    }

    @Test
    void aSecondProgramOnTheSameQueueIsRefusedAndTheFirstGoesOn() throws Exception {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        try (VethPair cable = VethPair.create()) {
            List<String> line =
                    cable.right().command(forward("--port", "afxdp:right", "--mode", "icmpecho"));
            cable.inLeft("ip address add 10.9.8.1/24 dev left; ethtool -K left tx off");
            try (Child first = Child.start(line)) {
                first.awaitOutput("port 0", SOON);
                try (Child second = Child.start(line)) {
                    assertThat(second.awaitExit(SOON)).as(second.report()).isEqualTo(WRONG_USE);
                    assertThat(second.output().strip().lines()).hasSize(1);
                    assertThat(second.output()).contains("end the program that has");
                }
                assertThat(cable.inLeft("ping -c 3 -i 0.2 -w 20 10.9.8.2"))
                        .contains(" 0% packet loss");
            }
        }
    }

    /** Frames as tshark takes them down from an interface, and as it writes them. */
    @ParameterizedTest
    @ValueSource(strings = {"pcap", "nsecpcap", "pcapng"})
    void aFileMadeByTsharkComesOutByteForByte(String format) throws Exception {
        Requirement.root();
        Requirement.programs("tshark", "tshark");
        Requirement.programs("iputils-ping", "ping");
        Path in = folder.resolve("in");
        Path out = folder.resolve("out.pcapng");
        try (VethPair cable = VethPair.create()) {
            cable.inLeft("ip address add 10.9.6.1/24 dev left");
            cable.inRight("ip address add 10.9.6.2/24 dev right");
            // Where the temporary folder is, tshark may have given up the right to write.
            String file = folder.resolve("taken.pcapng").toString();
            cable.inLeft(
                    "(sleep 1; for i in 1 2 3 4 5 6 7 8 9; do ping -c 2 -i 0.2 -s $((i * 150))"
                            + " 10.9.6.2; done > /dev/null) & tshark -q -i left -c 12 -w - > "
                            + file
                            + " 2> /dev/null; kill $! || true");
            Child.run(SOON, "tshark", "-r", file, "-F", format, "-w", in.toString());
        }
        Child.run(SOON, forward("--port", "pcap:" + in, "--port", "pcap:-,out=" + out));
        String frames = Child.run(SOON, "tshark", "-r", in.toString(), "-x");
        assertThat(frames.lines().filter(line -> line.startsWith("0000 "))).hasSize(12);
        assertThat(Child.run(SOON, "tshark", "-r", out.toString(), "-x")).isEqualTo(frames);
    }
}
