package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import unmodified.Iperf3Server;
import unmodified.NettyServer;
import unmodified.VirtualThreadServer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Unmodified servers over a TAP device, and the kernel's own clients at its other end, all in a
 * network namespace of the test's.
 */
final class TapLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String SPEC = "tap:rr0,ip=10.9.1.2/24,host=10.9.1.1/24";
    private static final String SERVER = "10.9.1.2";

    private Namespace namespace;

    @TempDir private Path folder;

    @BeforeEach
    void makeNamespace() throws InterruptedException {
        Requirement.root();
        Requirement.tap();
        Requirement.programs("iproute2", "ip");
        namespace = Namespace.create();
    }

    @AfterEach
    void deleteNamespace() {
        if (namespace != null) {
            namespace.close();
        }
    }

    /** The second device takes and gives TCP segments of up to 64 KiB. */
    @ParameterizedTest
    @ValueSource(strings = {SPEC, SPEC + ",offload=yes"})
    void pingIsAnsweredAndCurlFetchesAHundredMebibytesFromJwebserverIntact(String spec)
            throws Exception {
        Requirement.programs("iputils-ping", "ping");
        Requirement.programs("curl", "curl");
        Path served = Files.createDirectory(folder.resolve("served"));
        Path original = writeRandom(served.resolve("file"), 100 << 20);
        List<String> jwebserver =
                List.of("jwebserver", "-b", SERVER, "-p", "8000", "-d", served.toString());
        try (Child server = start(spec, jwebserver)) {
            server.awaitOutput("URL http://" + SERVER, SOON);
            String ping =
                    Child.run(SOON, namespace.command("ping", "-c", "5", "-i", "0.2", SERVER));
            assertThat(ping).contains("5 received");

            Path fetched = folder.resolve("fetched");
            Child.run(
                    SOON,
                    namespace.command(
                            "curl", "-sS", "-o", fetched.toString(), "http://10.9.1.2:8000/file"));
            assertThat(Files.mismatch(original, fetched)).isEqualTo(-1);
        }
    }

    @Test
    void ncatGetsBackWhatItSends() throws Exception {
        Requirement.programs("ncat", "ncat");
        Path sent = writeRandom(folder.resolve("sent"), 3 << 20);
        Path received = folder.resolve("received");
        try (Child server = start(Ringroad.program(VirtualThreadServer.class, SERVER, "7000"))) {
            server.awaitOutput("READY", SOON);
            Child.run(
                    SOON,
                    namespace.command(
                            "sh", "-c", "ncat 10.9.1.2 7000 < " + sent + " > " + received));
            assertThat(Files.mismatch(sent, received)).isEqualTo(-1);
        }
    }

    @Test
    void wrkLoadsNettyWithoutASocketError() throws Exception {
        Requirement.programs("wrk", "wrk");
        try (Child server = start(Ringroad.program(NettyServer.class, "http", SERVER, "8080"))) {
            server.awaitOutput("READY", SOON);
            String report =
                    Child.run(
                            SOON,
                            namespace.command(
                                    "wrk", "-t1", "-c16", "-d3s", "http://10.9.1.2:8080/"));
            assertThat(report).doesNotContain("Socket errors").doesNotContain("Non-2xx");
            assertThat(number(report, "(\\d+) requests in")).isGreaterThan(100);
        }
    }

    @Test
    void iperf3SendsAndReceivesOverSeveralStreams() throws Exception {
        Requirement.programs("iperf3", "iperf3");
        try (Child server = start(Ringroad.program(Iperf3Server.class, SERVER, "5201"))) {
            server.awaitOutput("READY", SOON);
            for (List<String> options : List.of(List.of("-P", "1"), List.of("-P", "2", "-R"))) {
                List<String> client =
                        new ArrayList<>(List.of("iperf3", "-J", "-t", "2", "-c", SERVER));
                client.addAll(options);
                String report = Child.run(SOON, namespace.command(client));
                String received = report.substring(report.indexOf("\"sum_received\""));
                assertThat(number(received, "\"bytes\":\\s*(\\d+)")).isGreaterThan(1 << 20);
            }
            assertThat(server.output()).doesNotContain("test lost");
        }
    }

    private Child start(List<String> program) throws IOException {
        return start(SPEC, program);
    }

    private Child start(String spec, List<String> program) throws IOException {
        return Child.start(namespace.command(Ringroad.run(spec, program)));
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
