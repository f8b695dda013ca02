package dev.ringroad.stack.route;

import static dev.ringroad.stack.route.RouterBed.LEFT;
import static dev.ringroad.stack.route.RouterBed.RIGHT;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.lab.Frames;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A joined TCP segment leaves by a device that cannot cut it. */
class SegmentCutterTest {

    private static final int TCP = 6;
    private static final int HEADERS = Ipv4Header.BYTES + TcpHeader.BYTES;

    private static byte[] segment(byte[] payload, int fragment) {
        int flags = TcpHeader.ACK | TcpHeader.PSH | TcpHeader.FIN | TcpHeader.CWR;
        byte[] tcp = Frames.tcp(LEFT, RIGHT, 1000, 2000, flags, payload);
        return Frames.ipv4(LEFT, RIGHT, TCP, 7, fragment, tcp);
    }

    private static void ask(Packet packet, int pieceBytes) {
        packet.requestSegmentation(Packet.SEGMENT_TCP4, pieceBytes);
        packet.requestChecksum(EthernetHeader.BYTES + Ipv4Header.BYTES, TcpHeader.CHECKSUM);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 99, 100, 536, 1399, 1400, 1440})
    void itsPiecesAreThoseThatTheSenderWouldHaveSent(int pieceBytes) {
        byte[] payload = new byte[1400];
        new Random(1).nextBytes(payload);
        try (RouterBed bed = new RouterBed()) {
            bed.introduce();
            bed.receive(
                    0,
                    segment(payload, Ipv4Header.DONT_FRAGMENT),
                    packet -> ask(packet, pieceBytes));
            // More than the cable takes at once has to be sent in turns.
            List<byte[]> pieces = new ArrayList<>(bed.datagrams(1));
            for (int i = 0; i < 20; i++) {
                bed.poll();
                pieces.addAll(bed.datagrams(1));
            }
            int expected = (payload.length + pieceBytes - 1) / pieceBytes;
            long dropped =
                    bed.dropped(1, DropReason.PACKET_POOL_DRY)
                            + bed.dropped(1, DropReason.LINK_QUEUE_FULL);
            if (dropped == 0) {
                assertThat(pieces).hasSize(expected);
            }
            for (int i = 0; i < pieces.size(); i++) {
                int at = i * pieceBytes;
                int end = Math.min(payload.length, at + pieceBytes);
                assertPiece(pieces.get(i), i, Arrays.copyOfRange(payload, at, end), at);
                int flags = TcpHeader.flags(Frames.segment(pieces.get(i)), Ipv4Header.BYTES);
                boolean last = end == payload.length;
                assertThat((flags & TcpHeader.FIN) != 0).isEqualTo(last);
                assertThat((flags & TcpHeader.PSH) != 0).isEqualTo(last);
                assertThat((flags & TcpHeader.CWR) != 0).isEqualTo(i == 0);
            }
        }
    }

    private static void assertPiece(byte[] piece, int index, byte[] payload, int at) {
        MemorySegment s = Frames.segment(piece);
        assertThat(Ipv4Header.totalBytes(s, 0)).isEqualTo(piece.length);
        assertThat(Ipv4Header.checksumIsRight(s, 0)).isTrue();
        assertThat(Ipv4Header.ttl(s, 0)).isEqualTo(63);
        assertThat(Ipv4Header.identification(s, 0)).isEqualTo(7 + index);
        assertThat(Arrays.copyOfRange(piece, HEADERS, piece.length)).isEqualTo(payload);
        int tcp = Ipv4Header.BYTES;
        assertThat(TcpHeader.sequence(s, tcp)).isEqualTo(0x1234_5678 + at);
        int bytes = piece.length - tcp;
        long pseudo = Checksum.pseudoHeader4(LEFT, RIGHT, TCP, bytes);
        assertThat(Checksum.isRight(Checksum.partial(s, tcp, bytes, pseudo))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void piecesThatAreStillTooLongAreFragmentedOrRefused(boolean mayNot) {
        try (RouterBed bed = new RouterBed(1500, 600)) {
            bed.introduce();
            bed.receive(
                    0,
                    segment(new byte[1400], mayNot ? Ipv4Header.DONT_FRAGMENT : 0),
                    packet -> ask(packet, 700));
            List<byte[]> out = bed.datagrams(1);
            if (mayNot) {
                assertThat(out).isEmpty();
                assertThat(bed.dropped(0, DropReason.IP_TOO_BIG)).isEqualTo(1);
                assertThat(bed.datagrams(0)).hasSize(1);
            } else {
                assertThat(out).hasSize(4);
                assertThat(out).allMatch(piece -> piece.length <= 600);
            }
        }
    }
}
