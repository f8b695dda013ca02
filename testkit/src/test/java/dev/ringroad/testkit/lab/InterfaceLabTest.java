package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import unmodified.Iperf3Server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Unmodified servers on one end of a veth pair, the kernel's own clients on the other. */
final class InterfaceLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SERVER = "10.9.2.2";

    private VethPair cable;

    @TempDir private Path folder;

    @BeforeEach
    void plugIn() throws InterruptedException {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        Requirement.programs("ethtool", "ethtool");
        cable = VethPair.create();
        cable.inLeft("ip address add 10.9.2.1/24 dev left");
    }

    @AfterEach
    void unplug() {
        if (cable != null) {
            cable.close();
        }
    }

    /**
     * Each device, and what the kernel's end of the wire has to leave off for it: AF_XDP sees
     * frames before their checksums are made up for, and who takes no joined segments cannot have
     * any.
     */
    private static Stream<Arguments> devices() {
        return Stream.of(
                Arguments.of("afpacket:right", "tso off gso off"),
                Arguments.of("afpacket:right,ring=blocks", "tso off gso off"),
                Arguments.of("afpacket:right,ring=blocks,offload=yes", ""),
                Arguments.of("afxdp:right,mode=generic", "tx off"),
                Arguments.of("afxdp:right,mode=native", "tx off"));
    }

    private Child start(String device, String leftOff, List<String> program)
            throws IOException, InterruptedException {
        if (!leftOff.isEmpty()) {
            cable.inLeft("ethtool -K left " + leftOff);
        }
        String spec = device + ",ip=" + SERVER + "/24";
        return Child.start(cable.right().command(Ringroad.run(spec, program)));
    }

    @ParameterizedTest
    @MethodSource("devices")
    void pingIsAnsweredAndCurlFetchesAHundredMebibytesFromJwebserverIntact(
            String device, String leftOff) throws Exception {
        Requirement.programs("iputils-ping", "ping");
        Requirement.programs("curl", "curl");
        Path served = Files.createDirectory(folder.resolve("served"));
        Path original = writeRandom(served.resolve("file"), 100 << 20);
        List<String> jwebserver =
                List.of("jwebserver", "-b", SERVER, "-p", "8000", "-d", served.toString());
        try (Child server = start(device, leftOff, jwebserver)) {
            server.awaitOutput("URL http://" + SERVER, SOON);
            assertThat(cable.inLeft("ping -c 5 -i 0.2 " + SERVER)).contains("5 received");

            Path fetched = folder.resolve("fetched");
            Child.run(
                    SOON,
                    cable.left()
                            .command(
                                    "curl",
                                    "-sS",
                                    "-o",
                                    fetched.toString(),
                                    "http://" + SERVER + ":8000/file"));
            assertThat(Files.mismatch(original, fetched)).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void iperf3SendsAndReceives(String device, String leftOff) throws Exception {
        Requirement.programs("iperf3", "iperf3");
        List<String> program = Ringroad.program(Iperf3Server.class, SERVER, "5201");
        try (Child server = start(device, leftOff, program)) {
            server.awaitOutput("READY", SOON);
            for (String direction : List.of("", " -R -P 2")) {
                String report = cable.inLeft("iperf3 -J -t 2 -c " + SERVER + direction);
                String received = report.substring(report.indexOf("\"sum_received\""));
                assertThat(number(received, "\"bytes\":\\s*(\\d+)")).isGreaterThan(1 << 20);
            }
            assertThat(server.output()).doesNotContain("test lost");
        }
    }

    private static long number(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return Long.parseLong(matcher.group(1));
    }

    private static Path writeRandom(Path file, int bytes) throws IOException {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return Files.write(file, content);
    }
}
