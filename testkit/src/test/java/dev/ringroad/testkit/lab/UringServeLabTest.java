package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ringroad uring serve} as a process: asked by curl, ended by its user, refused a port. */
final class UringServeLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int INTERRUPTED = 130;
    private static final Pattern PORT = Pattern.compile("port ([0-9]+); Ctrl-C ends it");

    @TempDir private Path folder;

    private static List<String> serve(String... arguments) {
        List<String> line = new ArrayList<>(List.of("uring", "serve"));
        line.addAll(List.of(arguments));
        return Ringroad.command(line);
    }

    @Test
    void filesAreServedUntilItIsInterruptedAndThenSummedUp() throws Exception {
        Requirement.programs("curl", "curl");
        Files.writeString(folder.resolve("a.txt"), "what is asked for");
        try (Child server =
                Child.start(serve("files", "--root", folder.toString(), "--threads", "2"))) {
            server.awaitOutput("Ctrl-C ends it", SOON);
            Matcher port = PORT.matcher(server.output());
            assertThat(port.find()).as(server.report()).isTrue();
            String url = "http://127.0.0.1:" + port.group(1) + "/a.txt";
            assertThat(Child.run(SOON, "curl", "-s", url)).contains("what is asked for");
            Child.run(SOON, "kill", "-INT", String.valueOf(server.pid()));
            assertThat(server.awaitExit(SOON)).as(server.report()).isEqualTo(INTERRUPTED);
            assertThat(server.output())
                    .contains("1 connections, ", "0 connections were reset")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aPortInUseIsRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = String.valueOf(taken.getLocalPort());
            try (Child server = Child.start(serve("echo", "--port", port))) {
                assertRefused(server, "EADDRINUSE");
            }
        }
    }

    @Test
    void aPortOfTheSystemsIsRefusedToUsersWithoutRights() throws Exception {
        Requirement.root();
        Requirement.programs("util-linux", "setpriv", "unshare");
        // A network of its own: there, ports below 1024 are the system's, whatever the machine has.
        List<String> line =
                new ArrayList<>(
                        List.of("unshare", "--net", "setpriv", "--bounding-set=-net_bind_service"));
        line.addAll(serve("echo", "--listen", "0.0.0.0", "--port", "80"));
        try (Child server = Child.start(line)) {
            assertRefused(server, "EACCES");
        }
    }

    private static void assertRefused(Child server, String errno)
            throws IOException, InterruptedException {
        assertThat(server.awaitExit(SOON)).as(server.report()).isOne();
        assertThat(server.report())
                .contains("ringroad: Cannot serve: ")
                .contains(errno)
                .doesNotContain("\tat ");
    }
}
