package dev.ringroad.stack;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Lab;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpListener;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;

/** The stack's parts put together once; TCP's own behaviour is tested beside TCP. */
class TcpOverLabTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void connectsAndCarriesBytesBothWays() {
        try (Lab lab = Lab.seed(3).open()) {
            TcpListener listener = lab.b().tcp().listener();
            assertThat(listener.bind(IpAddress.ANY_V4, 80, false)).isZero();
            assertThat(listener.listen(8)).isZero();
            TcpConnection client = lab.a().tcp().open();
            client.connect(Lab.ADDRESS_B, 80, lab.now());
            assertThat(lab.runUntil(() -> (listener.ready() & Endpoint.ACCEPT) != 0, 5 * SECOND))
                    .as(lab::describe)
                    .isTrue();
            TcpConnection server = listener.accept();
            assertThat(server).isNotNull();
            ByteBuffer hello = ByteBuffer.wrap("hello".getBytes(UTF_8));
            assertThat(client.write(hello, lab.now())).isEqualTo(5);
            assertThat(lab.runUntil(() -> (server.ready() & Endpoint.READ) != 0, 5 * SECOND))
                    .isTrue();
            assertThat(server.write(ByteBuffer.wrap("world".getBytes(UTF_8)), lab.now()))
                    .isEqualTo(5);
            assertThat(lab.runUntil(() -> (client.ready() & Endpoint.READ) != 0, 5 * SECOND))
                    .isTrue();
            ByteBuffer got = ByteBuffer.allocate(10);
            assertThat(client.read(got, lab.now())).isEqualTo(5);
            client.close(lab.now());
            server.close(lab.now());
            lab.run(SECOND);
        }
    }

    @Test
    void connectsToItself() {
        try (Lab lab = Lab.seed(4).open()) {
            TcpListener listener = lab.a().tcp().listener();
            assertThat(listener.bind(IpAddress.ANY_V4, 80, false)).isZero();
            assertThat(listener.listen(8)).isZero();
            TcpConnection client = lab.a().tcp().open();
            client.connect(Lab.ADDRESS_A, 80, lab.now());
            assertThat(lab.runUntil(() -> (listener.ready() & Endpoint.ACCEPT) != 0, 5 * SECOND))
                    .as(lab::describe)
                    .isTrue();
        }
    }

    @Test
    void hearsThatTheNeighbourDoesNotAnswer() {
        try (Lab lab = Lab.seed(5).open()) {
            TcpConnection client = lab.a().tcp().open();
            client.connect(IpAddress.parse("10.0.0.77"), 80, lab.now());
            assertThat(lab.runUntil(() -> client.error() != 0, 200 * SECOND))
                    .as(lab::describe)
                    .isTrue();
        }
    }
}
