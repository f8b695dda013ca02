package dev.ringroad.stack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.device.fault.FaultPlan;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Lab;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Random;
import java.util.zip.CRC32;

/**
 * Datagrams of all sizes over a wire that loses, duplicates, reorders, delays and corrupts: each
 * one that arrives is one that was sent, whole, however many fragments it had; and no packet stays
 * behind.
 */
class UdpUnderFaultsTest {
    private static final long MILLISECOND = 1_000_000L;
    private static final int DATAGRAMS = 60;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
    void whatArrivesIsWhatWasSent(long seed) {
        FaultPlan plan =
                FaultPlan.none(seed)
                        .withLoss(0.05)
                        .withDuplicate(0.05)
                        .withReorder(0.2, MILLISECOND)
                        .withCorrupt(0.02)
                        .withDelay(0, 2 * MILLISECOND);
        try (Lab lab = Lab.seed(seed).faults(plan).packets(1024).open()) {
            UdpEndpoint server = Objects.requireNonNull(lab.b().udp().open());
            assertThat(server.bind(IpAddress.ANY_V4, 7)).isZero();
            UdpEndpoint client = Objects.requireNonNull(lab.a().udp().open());
            boolean[] sent = new boolean[DATAGRAMS];
            int[] arrivals = new int[1];
            ByteBuffer got = ByteBuffer.allocate(65536);
            lab.application(() -> arrivals[0] += drain(server, got, sent));
            Random random = lab.random();
            for (int i = 0; i < DATAGRAMS; i++) {
                int bytes =
                        12
                                + (random.nextInt(4) == 0
                                        ? random.nextInt(20000)
                                        : random.nextInt(1400));
                sent[i] = true;
                assertThat(client.send(datagram(i, bytes), Lab.ADDRESS_B, 7, lab.now()))
                        .as(lab::describe)
                        .isEqualTo(bytes);
                lab.a().flush();
                lab.run(random.nextInt(5) * MILLISECOND);
            }
            // Long enough for every reassembly to end one way or the other.
            lab.run(40_000 * MILLISECOND);
            assertThat(arrivals[0]).as(lab::describe).isGreaterThan(DATAGRAMS / 4);
            assertThat(lab.b().ip().reassemblies()).isZero();
        }
    }

    private static int drain(UdpEndpoint server, ByteBuffer got, boolean[] sent) {
        int count = 0;
        while (server.receive(got.clear(), null) >= 0) {
            got.flip();
            int number = got.getInt(0);
            assertThat(number).isBetween(0, DATAGRAMS - 1);
            assertThat(sent[number]).isTrue();
            assertThat(got).isEqualTo(datagram(number, got.remaining()));
            count++;
        }
        return count;
    }

    private static ByteBuffer datagram(int number, int bytes) {
        byte[] content = new byte[bytes];
        new Random(number).nextBytes(content);
        ByteBuffer.wrap(content).putInt(0, number).putInt(4, bytes).putInt(8, 0);
        CRC32 crc = new CRC32();
        crc.update(content);
        return ByteBuffer.wrap(content).putInt(8, (int) crc.getValue());
    }
}
