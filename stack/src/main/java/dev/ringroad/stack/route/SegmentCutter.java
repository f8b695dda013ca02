package dev.ringroad.stack.route;

import dev.ringroad.net.device.Offload;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.TcpHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Cuts a joined TCP segment, as a device gives it that may, into those that its sender would have
 * sent: for a device that cannot do that itself. Made once; {@link #begin} takes up the next.
 */
final class SegmentCutter {

    /** Only the last piece has them. */
    private static final int AT_THE_END = TcpHeader.FIN | TcpHeader.PSH;

    private @Nullable Packet whole;
    private int ipBytes;
    private int tcpBytes;
    private int payloadBytes;
    private int pieceBytes;
    private int at;
    private int index;

    /**
     * Takes up a complete frame, which stays the caller's.
     *
     * @return false when it does not add up
     */
    boolean begin(Packet frame) {
        MemorySegment s = frame.segment();
        long ip = frame.offset() + EthernetHeader.BYTES;
        whole = frame;
        ipBytes = Ipv4Header.headerBytes(s, ip);
        int transportBytes = frame.length() - EthernetHeader.BYTES - ipBytes;
        boolean plain =
                frame.segmentation() == Packet.SEGMENT_TCP4
                        && frame.segmentBytes() > 0
                        && Ipv4Header.protocol(s, ip) == Ipv4Header.PROTOCOL_TCP
                        && !Ipv4Header.isFragment(s, ip)
                        && TcpHeader.check(s, ip + ipBytes, transportBytes) == 0;
        if (!plain) {
            return false;
        }
        tcpBytes = TcpHeader.headerBytes(s, ip + ipBytes);
        payloadBytes = transportBytes - tcpBytes;
        pieceBytes = frame.segmentBytes();
        at = 0;
        index = 0;
        return payloadBytes > 0;
    }

    /** Bytes of the longest piece's datagram. */
    int datagramBytesMax() {
        return ipBytes + tcpBytes + Math.min(pieceBytes, payloadBytes);
    }

    /** Whether there is more of the segment. */
    boolean hasNext() {
        return at < payloadBytes;
    }

    /** The next segment, complete, in a packet of the port's; null when there is no room for it. */
    @Nullable Packet next(RouterPort out) {
        int headersBytes = EthernetHeader.BYTES + ipBytes + tcpBytes;
        int bytes = Math.min(pieceBytes, payloadBytes - at);
        Packet piece = out.acquire();
        if (piece == null || headersBytes + bytes > piece.tailroom()) {
            if (piece != null) {
                piece.release();
            }
            return null;
        }
        Packet from = Objects.requireNonNull(whole);
        piece.append(headersBytes + bytes);
        piece.copyIn(0, from.segment(), from.offset(), headersBytes);
        piece.copyIn(headersBytes, from.segment(), from.offset() + headersBytes + at, bytes);
        writeHeaders(piece, bytes);
        at += bytes;
        index++;
        if (!out.transmitChecksum) {
            Offload.completeChecksum(piece);
        }
        return piece;
    }

    private void writeHeaders(Packet piece, int bytes) {
        MemorySegment s = piece.segment();
        long ip = piece.offset() + EthernetHeader.BYTES;
        long tcp = ip + ipBytes;
        BigEndian.u16(s, ip + Ipv4Header.TOTAL_LENGTH, ipBytes + tcpBytes + bytes);
        BigEndian.u16(s, ip + Ipv4Header.IDENTIFICATION, Ipv4Header.identification(s, ip) + index);
        Ipv4Header.checksum(s, ip, 0);
        Ipv4Header.checksum(s, ip, Checksum.of(s, ip, ipBytes));
        BigEndian.u32(s, tcp + TcpHeader.SEQUENCE, TcpHeader.sequence(s, tcp) + at);
        int flags = TcpHeader.flags(s, tcp);
        if (at + bytes < payloadBytes) {
            flags &= ~AT_THE_END;
        }
        if (at > 0) {
            flags &= ~TcpHeader.CWR;
        }
        BigEndian.u8(s, tcp + TcpHeader.FLAGS, flags);
        long pseudo =
                Checksum.pseudoHeader4(
                        Ipv4Header.source(s, ip),
                        Ipv4Header.destination(s, ip),
                        Ipv4Header.PROTOCOL_TCP,
                        tcpBytes + bytes);
        TcpHeader.checksum(s, tcp, Checksum.fold(pseudo));
        piece.requestChecksum(EthernetHeader.BYTES + ipBytes, TcpHeader.CHECKSUM);
    }
}
