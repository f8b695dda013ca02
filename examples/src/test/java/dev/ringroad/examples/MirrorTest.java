package dev.ringroad.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import org.junit.jupiter.api.Test;

final class MirrorTest {

    @Test
    void framesComeBackWithTheirAddressesSwapped() throws Exception {
        PairDevice.Ends ends = PairDevice.create("near", "far", 64, 2048, 1500);
        try (PairDevice near = ends.a();
                PairDevice far = ends.b()) {
            Mirror mirror = new Mirror(far, 0);
            Burst burst = new Burst(8);
            Packet packet = near.pool().acquire();
            packet.append(EthernetHeader.FRAME_BYTES_MIN);
            EthernetHeader.write(
                    packet.segment(), packet.offset(), 0x0A, 0x0B, EthernetHeader.TYPE_IPV4);
            burst.add(packet);
            near.service(0);
            near.txQueue(0).transmit(burst);

            mirror.poll(0);
            int received = near.rxQueue(0).receive(burst);

            assertThat(received).isOne();
            Packet back = burst.get(0);
            assertThat(EthernetHeader.destination(back.segment(), back.offset())).isEqualTo(0x0B);
            assertThat(EthernetHeader.source(back.segment(), back.offset())).isEqualTo(0x0A);
            assertThat(mirror.mirrored()).isOne();
            burst.releaseAll();
        }
    }
}
