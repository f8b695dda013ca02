package dev.ringroad.testkit.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A program without any rights on queues that somebody else has opened. */
final class AfXdpUnprivilegedLabTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    private VethPair cable;

    @TempDir private Path folder;

    @BeforeEach
    void plugIn() throws InterruptedException {
        Requirement.root();
        Requirement.programs("iproute2", "ip");
        Requirement.programs("iputils-ping", "ping");
        Requirement.programs("util-linux", "unshare");
        cable = VethPair.create();
        cable.inLeft("ip address add 10.9.6.1/24 dev left");
    }

    @AfterEach
    void unplug() {
        if (cable != null) {
            cable.close();
        }
    }

    /** In a user namespace that maps nobody, root has no capability outside. */
    private static List<String> withoutRights(List<String> command) {
        List<String> line = new ArrayList<>(List.of("unshare", "--user"));
        line.addAll(command);
        return line;
    }

    private static List<String> echo(String port) {
        return withoutRights(
                Ringroad.command(List.of("forward", "--mode", "icmpecho", "--port", port)));
    }

    @Test
    void answersPingsOneProgramAfterTheOther() throws Exception {
        String socket = folder.resolve("right.sock").toString();
        List<String> opener =
                Ringroad.command(List.of("afxdp-open", "afxdp:right", "--socket", socket));
        try (Child helper = Child.start(cable.right().command(opener))) {
            helper.awaitOutput("right waits at", SOON);
            for (int i = 0; i < 2; i++) {
                try (Child program = Child.start(echo("afxdp:right,from=" + socket))) {
                    program.awaitOutput("port 0", SOON);
                    assertThat(cable.inLeft("ping -c 5 -i 0.2 10.9.6.2")).contains("5 received");
                }
            }
            helper.awaitOutput("right was handed to process", SOON);
            assertThat(cable.inRight("ip link show right"))
                    .as("the program goes with whoever has the port")
                    .doesNotContain("xdp");
        }
    }

    @Test
    void tellsWhyThereIsNoPort() throws Exception {
        String socket = folder.resolve("right.sock").toString();
        List<String> opener =
                Ringroad.command(List.of("afxdp-open", "afxdp:right", "--socket", socket));
        try (Child direct = Child.start(cable.right().command(echo("afxdp:right")))) {
            assertThat(direct.awaitExit(SOON)).isEqualTo(2);
            assertThat(direct.output()).contains("CAP_");
        }
        try (Child nobody = Child.start(echo("afxdp:right,from=" + socket))) {
            assertThat(nobody.awaitExit(SOON)).isEqualTo(2);
        }
        try (Child helper = Child.start(cable.right().command(opener))) {
            helper.awaitOutput("right waits at", SOON);
            try (Child other = Child.start(echo("afxdp:left,from=" + socket))) {
                assertThat(other.awaitExit(SOON)).isEqualTo(2);
                assertThat(other.output()).contains("hands over right, not left");
            }
            try (Child first = Child.start(echo("afxdp:right,from=" + socket))) {
                first.awaitOutput("port 0", SOON);
                try (Child second = Child.start(echo("afxdp:right,from=" + socket))) {
                    assertThat(second.awaitExit(SOON)).isEqualTo(2);
                    assertThat(second.output()).contains("end the program that has");
                }
            }
        }
    }
}
