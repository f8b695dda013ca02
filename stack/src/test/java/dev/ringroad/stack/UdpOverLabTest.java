package dev.ringroad.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.endpoint.SocketAddressHolder;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Lab;
import dev.ringroad.stack.udp.UdpEndpoint;
import dev.ringroad.stack.udp.UdpError;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Random;

class UdpOverLabTest {
    private static final long SECOND = 1_000_000_000L;

    private static UdpEndpoint open(NetStack stack) {
        UdpEndpoint endpoint = stack.udp().open();
        assertThat(endpoint).isNotNull();
        return endpoint;
    }

    private static ByteBuffer bytes(int count) {
        byte[] content = new byte[count];
        new Random(count).nextBytes(content);
        return ByteBuffer.wrap(content);
    }

    private static void carries(int count) {
        try (Lab lab = Lab.seed(count).open()) {
            UdpEndpoint server = open(lab.b());
            assertThat(server.bind(IpAddress.ANY_V4, 7)).isZero();
            UdpEndpoint client = open(lab.a());
            ByteBuffer sent = bytes(count);
            assertThat(client.send(sent, Lab.ADDRESS_B, 7, lab.now())).isEqualTo(count);
            assertThat(lab.runUntil(() -> (server.ready() & Endpoint.READ) != 0, 2 * SECOND))
                    .as(lab::describe)
                    .isTrue();
            ByteBuffer got = ByteBuffer.allocate(count + 1);
            SocketAddressHolder from = new SocketAddressHolder();
            assertThat(server.receive(got, from)).isEqualTo(count);
            assertThat(got.flip()).isEqualTo(sent.flip());
            assertThat(from.address()).isEqualTo(Lab.ADDRESS_A);
            assertThat(from.port()).isEqualTo(client.localPort());
        }
    }

    @Test
    void carriesDatagramsOfEverySize() {
        for (int count : new int[] {0, 1, 17, 1472, 1473, 2952, 9000, 65507}) {
            carries(count);
        }
    }

    @Test
    void tellsThatNobodyListens() {
        try (Lab lab = Lab.seed(1).open()) {
            UdpEndpoint client = open(lab.a());
            assertThat(client.connect(Lab.ADDRESS_B, 9, lab.now())).isZero();
            assertThat(client.send(bytes(10), lab.now())).isEqualTo(10);
            assertThat(lab.runUntil(() -> client.error() != 0, 2 * SECOND)).isTrue();
            assertThat(client.receive(ByteBuffer.allocate(1), null)).isEqualTo(UdpError.REFUSED);
            assertThat(client.receive(ByteBuffer.allocate(1), null))
                    .isEqualTo(UdpError.WOULD_BLOCK);
        }
    }
}
