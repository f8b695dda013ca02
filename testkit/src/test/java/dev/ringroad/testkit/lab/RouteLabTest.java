package dev.ringroad.testkit.lab;

import static dev.ringroad.testkit.lab.RouterSite.RIGHT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.testkit.lab.RouterSite.Kind;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Programs of two namespaces that only {@code ringroad route} joins. */
final class RouteLabTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int SIGNALLED = 128;
    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;

    @TempDir private Path folder;

    @BeforeEach
    void require() {
        Requirement.root();
        Requirement.tap();
        Requirement.programs("iproute2", "ip");
        Requirement.programs("iputils-ping", "ping");
        Requirement.programs("ethtool", "ethtool");
    }

    @ParameterizedTest
    @EnumSource
    void pingsPassAndWhatDoesNotIsTold(Kind kind) throws Exception {
        try (RouterSite site = new RouterSite(kind)) {
            site.start();
            assertThat(site.inLeft("ping -c 3 -i 0.2 " + RIGHT))
                    .contains("3 received")
                    .contains("ttl=63");
            assertThat(site.inRight("ping -c 2 -i 0.2 10.2.0.1; ping -c 2 -i 0.2 10.1.0.1"))
                    .containsPattern("(?s)2 received.*2 received");
            assertThat(site.inLeft("ping -c 1 -t 1 -W 5 " + RIGHT + " || true"))
                    .contains("From 10.1.0.1 icmp_seq=1 Time to live exceeded");
            assertThat(site.inLeft("ping -c 1 -W 5 192.0.2.1 || true"))
                    .contains("From 10.1.0.1 icmp_seq=1 Destination Net Unreachable");
            assertThat(site.inLeft("ping -c 1 -W 9 10.2.0.99 || true"))
                    .contains("From 10.1.0.1 icmp_seq=1 Destination Host Unreachable");
            assertThat(site.inLeft("ping -c 2 -i 0.2 -s 9000 " + RIGHT)).contains("2 received");
            assertThat(site.inLeft("ping -c 2 -i 0.2 -s 9000 10.1.0.1")).contains("2 received");
            assertThat(site.inRight("ping -c 2 -i 0.2 -s 20000 10.1.0.1")).contains("2 received");
        }
    }

    @ParameterizedTest
    @EnumSource
    void curlFetchesTwentyMebibytesIntact(Kind kind) throws Exception {
        Requirement.programs("curl", "curl");
        Path served = Files.createDirectory(folder.resolve("served"));
        Path original = writeRandom(served.resolve("file"), 20 << 20);
        Path fetched = folder.resolve("fetched");
        try (RouterSite site = new RouterSite(kind);
                Child server = startAndServe(site, served)) {
            site.inLeft("curl -sS -o " + fetched + " http://" + RIGHT + ":8000/file");
            assertThat(Files.mismatch(original, fetched)).isEqualTo(-1);
            assertThat(server.isAlive()).isTrue();
        }
    }

    private static Child startAndServe(RouterSite site, Path served) throws Exception {
        site.start();
        return site.serve(served);
    }

    @ParameterizedTest
    @EnumSource
    void iperf3SendsInBothDirections(Kind kind) throws Exception {
        Requirement.programs("iperf3", "iperf3");
        try (RouterSite site = new RouterSite(kind)) {
            site.start();
            try (Child server = Child.start(site.right().command("iperf3", "-s", "--forceflush"))) {
                server.awaitOutput("Server listening", SOON);
                for (String direction : List.of("", " -R")) {
                    String report = site.inLeft("iperf3 -J -t 1 -c " + RIGHT + direction);
                    String received = report.substring(report.indexOf("\"sum_received\""));
                    assertThat(number(received, "\"bytes\":\\s*(\\d+)")).isGreaterThan(1 << 20);
                }
            }
        }
    }

    /** The right link is narrower than the left one. */
    @Test
    void fragmentsWhatMayBeAndTellsTheMtuOfWhatMayNot() throws Exception {
        try (RouterSite site = new RouterSite(Kind.AF_PACKET)) {
            RouterSite.inside(site.middle(), "ip link set dev right mtu 1000");
            site.inRight("ip link set dev right mtu 1000");
            site.start();
            assertThat(site.inLeft("ping -c 1 -W 5 -M dont -s 1400 " + RIGHT))
                    .contains("1 received");
            assertThat(site.inLeft("ping -c 1 -W 5 -M do -s 1400 " + RIGHT + " || true"))
                    .contains("From 10.1.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1000)");
            assertThat(site.inLeft("ip route get " + RIGHT)).contains("mtu 1000");
        }
    }

    @Test
    void bigUdpDatagramsPassInFragments() throws Exception {
        Requirement.programs("ncat", "ncat");
        Path sent = writeRandom(folder.resolve("sent"), 8000);
        Path received = folder.resolve("received");
        try (RouterSite site = new RouterSite(Kind.AF_PACKET)) {
            RouterSite.inside(site.middle(), "ip link set dev right mtu 600");
            site.inRight("ip link set dev right mtu 600");
            site.start();
            try (Child server =
                    Child.start(
                            site.right()
                                    .command(
                                            "sh",
                                            "-c",
                                            "exec ncat -v -u --recv-only -l 9000 > " + received))) {
                server.awaitOutput("Listening", SOON);
                site.inLeft("ncat -u --send-only " + RIGHT + " 9000 < " + sent);
                awaitBytes(received, 8000);
                assertThat(Files.mismatch(sent, received)).isEqualTo(-1);
            }
        }
    }

    private static void awaitBytes(Path file, int bytes) throws Exception {
        for (int i = 0; i < 500 && Files.size(file) < bytes; i++) {
            Thread.sleep(20);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"AF_XDP", "AF_PACKET"})
    void anInterfaceThatGoesIsToldAndTheOtherPortKeepsRunning(Kind kind) throws Exception {
        try (RouterSite site = new RouterSite(kind)) {
            Child router = site.start();
            RouterSite.inside(site.middle(), "ip link set dev right down");
            router.awaitOutput("port 1 right: the link is down", SOON);
            assertThat(site.inLeft("ping -c 2 -i 0.2 10.1.0.1")).contains("2 received");
            RouterSite.inside(site.middle(), "ip link set dev right up");
            router.awaitOutput("port 1 right: the link is up again", SOON);
            assertThat(
                            site.inLeft(
                                    "for i in 1 2 3 4 5; do ping -c 1 -W 2 "
                                            + RIGHT
                                            + " && break; done"))
                    .contains("1 received");
            RouterSite.inside(site.middle(), "ip link delete dev right");
            awaitTwice(router, "port 1 right: the link is down");
            assertThat(site.inLeft("ping -c 2 -i 0.2 10.1.0.1")).contains("2 received");
            site.inLeft("ping -c 1 -W 1 " + RIGHT + " || true");
            assertThat(router.isAlive()).as(router.report()).isTrue();
            interrupt(router);
            assertThat(router.awaitExit(SOON)).as(router.report()).isEqualTo(SIGNALLED + SIGINT);
            assertThat(router.output()).contains("port 1 right  down\n");
        }
    }

    private static void awaitTwice(Child child, String text) throws Exception {
        for (int i = 0; i < 500; i++) {
            String output = child.output();
            if (output.indexOf(text) != output.lastIndexOf(text)) {
                return;
            }
            Thread.sleep(20);
        }
        throw new AssertionError("Not twice '" + text + "': " + child.report());
    }

    private static void interrupt(Child child) throws InterruptedException {
        Child.run(SOON, "kill", "-INT", String.valueOf(child.pid()));
    }

    @ParameterizedTest
    @EnumSource
    void endsInOrderWhenItIsInterruptedOrTerminated(Kind kind) throws Exception {
        try (RouterSite site = new RouterSite(kind)) {
            Path json = folder.resolve("counted.json");
            Child router = site.start("--json", json.toString());
            site.inLeft("ping -c 3 -i 0.2 " + RIGHT);
            interrupt(router);
            assertThat(router.awaitExit(SOON)).as(router.report()).isEqualTo(SIGNALLED + SIGINT);
            assertEnded(site, router, json);
        }
        try (RouterSite site = new RouterSite(kind)) {
            Path json = folder.resolve("counted.json");
            Files.delete(json);
            Child router = site.start("--json", json.toString());
            router.terminate();
            assertThat(router.awaitExit(SOON)).as(router.report()).isEqualTo(SIGNALLED + SIGTERM);
            assertEnded(site, router, json);
        }
    }

    private static void assertEnded(RouterSite site, Child router, Path json) throws Exception {
        assertThat(router.output()).containsPattern("In [0-9.]+ s:").doesNotContain("Exception");
        assertThat(Files.readString(json)).contains("\"mode\": \"route\"").contains("\"drops\"");
        if (site.isTap()) {
            // A TAP lives as long as who made it.
            assertThat(site.inLeft("ip -o link")).doesNotContain("left");
        } else {
            assertThat(RouterSite.inside(site.middle(), "ip -o link"))
                    .contains("left")
                    .doesNotContain("xdp");
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
