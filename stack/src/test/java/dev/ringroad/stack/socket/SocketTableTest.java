package dev.ringroad.stack.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Lab;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpListener;
import dev.ringroad.stack.tcp.TcpState;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;

class SocketTableTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir Path folder;

    @Test
    void showsWhatTheStackHas() throws IOException {
        Path file = folder.resolve("sockets");
        try (Lab lab = Lab.seed(7).open();
                SocketTable table = SocketTable.create(file, 16, lab.b(), lab.now())) {
            TcpListener listener = lab.b().tcp().listener();
            assertThat(listener.bind(IpAddress.ANY_V4, 80, false)).isZero();
            assertThat(listener.listen(5)).isZero();
            TcpConnection client = lab.a().tcp().open();
            client.connect(Lab.ADDRESS_B, 80, lab.now());
            lab.runUntil(() -> (listener.ready() & Endpoint.ACCEPT) != 0, 5 * SECOND);
            TcpConnection server = Objects.requireNonNull(listener.accept());
            assertThat(client.write(ByteBuffer.allocate(100), lab.now())).isEqualTo(100);
            UdpEndpoint udp = Objects.requireNonNull(lab.b().udp().open());
            assertThat(udp.bind(Lab.ADDRESS_B, 53)).isZero();
            // The table hangs in the stack's timers: nobody writes it here.
            lab.run(SECOND);
            assertThat(table).isNotNull();

            SocketTableReader.Snapshot snapshot = SocketTableReader.read(file);

            assertThat(snapshot.pid()).isEqualTo(ProcessHandle.current().pid());
            assertThat(snapshot.missing()).isZero();
            assertThat(snapshot.rows()).hasSize(3);
            SocketTableReader.Row listening = snapshot.rows().get(0);
            assertThat(listening.state()).isEqualTo(TcpState.LISTEN);
            assertThat(listening.localPort()).isEqualTo(80);
            SocketTableReader.Row connected = snapshot.rows().get(1);
            assertThat(connected.state()).isEqualTo(TcpState.ESTABLISHED);
            assertThat(connected.local()).isEqualTo(Lab.ADDRESS_B);
            assertThat(connected.remote()).isEqualTo(Lab.ADDRESS_A);
            assertThat(connected.remotePort()).isEqualTo(client.localPort());
            assertThat(connected.receiveQueue()).isEqualTo(100);
            assertThat(connected.bytesReceived()).isEqualTo(100);
            SocketTableReader.Row datagrams = snapshot.rows().get(2);
            assertThat(datagrams.protocol()).isEqualTo("udp");
            assertThat(datagrams.localPort()).isEqualTo(53);
            assertThat(server.state()).isEqualTo(TcpState.ESTABLISHED);
        }
    }

    @Test
    void countsWhatHasNoRoom() throws IOException {
        Path file = folder.resolve("sockets");
        try (Lab lab = Lab.seed(8).open();
                SocketTable table = SocketTable.create(file, 2, lab.a(), lab.now())) {
            for (int i = 0; i < 5; i++) {
                Objects.requireNonNull(lab.a().udp().open());
            }
            table.write();
            assertThat(SocketTableReader.read(file).rows()).hasSize(2);
            assertThat(SocketTableReader.read(file).missing()).isEqualTo(3);
        }
    }

    @Test
    void refusesFilesThatLie() throws IOException {
        Path file = folder.resolve("sockets");
        byte[] good;
        try (Lab lab = Lab.seed(9).open();
                SocketTable table = SocketTable.create(file, 4, lab.a(), lab.now())) {
            Objects.requireNonNull(lab.a().udp().open());
            table.write();
            good = Files.readAllBytes(file);
        }
        Random random = new Random(1);
        Path bad = folder.resolve("bad");
        for (int i = 0; i < 500; i++) {
            byte[] damaged = good.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                damaged[random.nextInt(128)] = (byte) random.nextInt();
            }
            Files.write(bad, damaged);
            try {
                SocketTableReader.read(bad);
            } catch (IOException expected) {
                assertThat(expected).hasMessageContaining(bad.toString());
            }
        }
        Files.write(bad, Arrays.copyOf(good, 100));
        assertThatThrownBy(() -> SocketTableReader.read(bad)).hasMessageContaining("is cut");
    }
}
