package dev.ringroad.cli.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.cli.common.Refusal;
import dev.ringroad.core.counter.CounterFile.Reading;
import dev.ringroad.core.counter.RuntimeFiles;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.socket.SocketTableReader.Row;
import dev.ringroad.stack.socket.SocketTableReader.Snapshot;
import dev.ringroad.stack.tcp.TcpState;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

final class InspectTest {
    @Test
    void aTargetIsAPidOrAll() {
        assertThat(Targets.pid("4711")).isEqualTo(4711);
        assertThatThrownBy(() -> Targets.pid("java"))
                .isInstanceOf(Refusal.class)
                .hasMessageContaining("a pid, or all");
        assertThatThrownBy(() -> Targets.pid("-1")).isInstanceOf(Refusal.class);
        assertThatThrownBy(() -> Targets.pid("99999999999")).isInstanceOf(Refusal.class);
    }

    @Test
    void oneOfAllThatCannotBeShownLeavesTheOthersIn() throws IOException {
        // The file of this JVM makes it one of all; the show refuses whatever it is asked for.
        Path ours = RuntimeFiles.counters(ProcessHandle.current().pid());
        boolean made = !Files.exists(ours);
        if (made) {
            Files.createFile(ours);
        }
        try {
            List<Long> asked = new ArrayList<>();
            Targets.each(
                    "all",
                    RuntimeFiles::counters,
                    (pid, file) -> {
                        asked.add(pid);
                        throw Refusal.wrongUse("not to be read");
                    });
            assertThat(asked).contains(ProcessHandle.current().pid());
        } finally {
            if (made) {
                Files.delete(ours);
            }
        }
    }

    @Test
    void aProcessThatIsNotThereIsASentence() {
        assertThat(Targets.unknown(999_999_999))
                .hasMessageContaining("There is no process 999999999");
        assertThat(Targets.unknown(ProcessHandle.current().pid()))
                .hasMessageContaining("does not run over Ringroad");
    }

    @Test
    void aCommandLineIsShortenedToWhatTellsProgramsApart() {
        assertThat(Targets.mainPart("/usr/lib/jvm/bin/java -Xmx1g -jar /srv/app.jar 80"))
                .isEqualTo("java /srv/app.jar 80");
        assertThat(Targets.mainPart("a\u001b[31m")).doesNotContain("\u001b");
        assertThat(
                        Targets.mainPart(
                                "/opt/bin/java -XX:+UseSerialGC --module-path /opt/lib --module"
                                        + " dev.ringroad.cli/dev.ringroad.cli.Main forward"
                                        + " --port nil:a --mode rxonly"))
                .isEqualTo("ringroad forward --port nil:a --mode rxonly");
    }

    @Test
    void countersThatCountedNothingAreShownOnRequest() {
        List<Reading> readings =
                List.of(
                        new Reading("ip.in", "IP packets that came in.", 12_345),
                        new Reading("drop.bad-checksum", "Packets whose checksum was wrong.", 0));

        assertThat(CountersCommand.table(readings, false))
                .isEqualTo("  12345  ip.in  IP packets that came in.\n");
        assertThat(CountersCommand.table(readings, true).lines())
                .hasSize(2)
                .last()
                .asString()
                .startsWith("      0  drop");
        assertThat(CountersCommand.table(List.of(), true)).contains("nothing counted yet");
    }

    @Test
    void socketsAreShownAsSsShowsThem() {
        Row listener = row("tcp", TcpState.LISTEN, "0.0.0.0", 8080, "0.0.0.0", 0);
        Row connection = row("tcp", TcpState.ESTABLISHED, "10.9.0.1", 8080, "10.9.0.2", 40_000);
        Row datagrams = row("udp", TcpState.CLOSED, "10.9.0.1", 53, "0.0.0.0", 0);

        String table =
                SocketsTable.of(
                        new Snapshot(1, 0, List.of(listener, connection, datagrams), 0, 2), false);

        assertThat(table)
                .isEqualTo(
                        """
                        Netid  State   Recv-Q  Send-Q  Local Address:Port  Peer Address:Port
                        tcp    LISTEN       1       2  *:8080              *:*
                        tcp    ESTAB        1       2  10.9.0.1:8080       10.9.0.2:40000
                        udp    UNCONN       1       2  10.9.0.1:53         *:*
                        2 connections in TIME-WAIT are not listed.
                        """);
    }

    @Test
    void informationFollowsEachSocketOnRequest() {
        Row connection = row("tcp", TcpState.ESTABLISHED, "10.9.0.1", 8080, "10.9.0.2", 40_000);

        assertThat(SocketsTable.of(new Snapshot(1, 0, List.of(connection), 3, 0), true))
                .contains(
                        "bytes_received:3 bytes_sent:4 retrans:5 rtt:1.500ms rto:200.000ms mss:1460 cwnd_bytes:14600")
                .endsWith("3 more sockets had no room in the table.\n");
    }

    private static Row row(
            String protocol,
            TcpState state,
            String local,
            int localPort,
            String remote,
            int remotePort) {
        return new Row(
                protocol,
                state,
                IpAddress.parse(local),
                localPort,
                IpAddress.parse(remote),
                remotePort,
                1,
                2,
                3,
                4,
                5,
                1_500_000,
                1460,
                14_600,
                200_000_000);
    }
}
