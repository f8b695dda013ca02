package dev.ringroad.net.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.UdpHeader;

import org.junit.jupiter.api.Test;

import java.util.Objects;

class OffloadTest {

    @Test
    void completesAChecksumOverPseudoHeaderAndData() {
        try (PacketPool pool = PacketPool.create("pool", 1, 512, Placement.ordinary())) {
            Packet packet = Objects.requireNonNull(pool.acquire());
            packet.append(8 + 5);
            packet.copyIn(8, new byte[] {1, 2, 3, 4, 5}, 0, 5);
            UdpHeader.write(packet.segment(), packet.offset(), 1000, 2000, 13);
            long pseudo = Checksum.pseudoHeader4(0x0a090001, 0x0a090002, 17, 13);
            UdpHeader.checksum(packet.segment(), packet.offset(), Checksum.fold(pseudo));
            packet.requestChecksum(0, UdpHeader.CHECKSUM);
            packet.prepend(34);

            Offload.completeChecksum(packet);

            assertThat(packet.has(Packet.CHECKSUM_REQUESTED)).isFalse();
            long udp = packet.offset() + 34;
            assertThat(Checksum.isRight(Checksum.partial(packet.segment(), udp, 13, pseudo)))
                    .isTrue();
            int before = UdpHeader.checksum(packet.segment(), udp);
            Offload.completeChecksum(packet);
            assertThat(UdpHeader.checksum(packet.segment(), udp)).isEqualTo(before);
            packet.release();
        }
    }
}
