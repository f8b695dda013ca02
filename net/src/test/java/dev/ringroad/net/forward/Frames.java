package dev.ringroad.net.forward;

import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.Ipv6Header;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.net.wire.UdpHeader;

import java.lang.foreign.MemorySegment;

/** Frames with right checksums, and whether those of others are. */
final class Frames {

    static final long STATION_A = 0x0200_0000_000AL;
    static final long STATION_B = 0x0200_0000_000BL;
    static final int ADDRESS_A = 0x0A00_0001;
    static final int ADDRESS_B = 0x0A00_0002;
    private static final int IP = EthernetHeader.BYTES;
    private static final int TRANSPORT4 = IP + Ipv4Header.BYTES;
    private static final int TRANSPORT6 = IP + Ipv6Header.BYTES;

    private Frames() {}

    static byte[] udp4(byte[] data) {
        byte[] frame = ipv4(Ipv4Header.PROTOCOL_UDP, UdpHeader.BYTES + data.length);
        System.arraycopy(data, 0, frame, TRANSPORT4 + UdpHeader.BYTES, data.length);
        MemorySegment s = MemorySegment.ofArray(frame);
        UdpHeader.write(s, TRANSPORT4, 4711, 53, UdpHeader.BYTES + data.length);
        UdpHeader.checksum(s, TRANSPORT4, UdpHeader.finish(sum4(s)));
        return frame;
    }

    static byte[] tcp4(byte[] data) {
        byte[] frame = ipv4(Ipv4Header.PROTOCOL_TCP, TcpHeader.BYTES + data.length);
        System.arraycopy(data, 0, frame, TRANSPORT4 + TcpHeader.BYTES, data.length);
        MemorySegment s = MemorySegment.ofArray(frame);
        writeTcp(s, TRANSPORT4);
        TcpHeader.checksum(s, TRANSPORT4, Checksum.finish(sum4(s)));
        return frame;
    }

    static byte[] tcp6(byte[] data) {
        int bytes = TcpHeader.BYTES + data.length;
        byte[] frame = new byte[TRANSPORT6 + bytes];
        System.arraycopy(data, 0, frame, TRANSPORT6 + TcpHeader.BYTES, data.length);
        MemorySegment s = MemorySegment.ofArray(frame);
        EthernetHeader.write(s, 0, STATION_B, STATION_A, EthernetHeader.TYPE_IPV6);
        BigEndian.u32(s, IP, 0x6000_0000);
        BigEndian.u16(s, IP + Ipv6Header.PAYLOAD_LENGTH, bytes);
        BigEndian.u8(s, IP + Ipv6Header.NEXT_HEADER, Ipv4Header.PROTOCOL_TCP);
        BigEndian.u64(s, IP + Ipv6Header.SOURCE, 0x2001_0DB8_0000_0000L);
        BigEndian.u64(s, IP + Ipv6Header.SOURCE + 8, 1);
        BigEndian.u64(s, IP + Ipv6Header.DESTINATION, 0x2001_0DB8_0000_0001L);
        BigEndian.u64(s, IP + Ipv6Header.DESTINATION + 8, 2);
        writeTcp(s, TRANSPORT6);
        TcpHeader.checksum(s, TRANSPORT6, Checksum.finish(sum6(s)));
        return frame;
    }

    static byte[] ping(byte[] data) {
        byte[] frame = ipv4(Ipv4Header.PROTOCOL_ICMP, IcmpHeader.BYTES + data.length);
        System.arraycopy(data, 0, frame, TRANSPORT4 + IcmpHeader.BYTES, data.length);
        MemorySegment s = MemorySegment.ofArray(frame);
        IcmpHeader.write(s, TRANSPORT4, IcmpHeader.ECHO_REQUEST, 0, 0x1234_0007);
        IcmpHeader.checksum(s, TRANSPORT4, Checksum.of(s, TRANSPORT4, frame.length - TRANSPORT4));
        return frame;
    }

    private static byte[] ipv4(int protocol, int bytes) {
        byte[] frame = new byte[TRANSPORT4 + bytes];
        MemorySegment s = MemorySegment.ofArray(frame);
        EthernetHeader.write(s, 0, STATION_B, STATION_A, EthernetHeader.TYPE_IPV4);
        int total = Ipv4Header.BYTES + bytes;
        Ipv4Header.write(s, IP, 0, total, 1, 0, 64, protocol, ADDRESS_A, ADDRESS_B);
        return frame;
    }

    private static void writeTcp(MemorySegment s, int at) {
        BigEndian.u16(s, at + TcpHeader.SOURCE_PORT, 4711);
        BigEndian.u16(s, at + TcpHeader.DESTINATION_PORT, 80);
        BigEndian.u8(s, at + TcpHeader.DATA_OFFSET, 5 << 4);
        BigEndian.u8(s, at + TcpHeader.FLAGS, TcpHeader.ACK);
    }

    private static long sum4(MemorySegment s) {
        int bytes = (int) s.byteSize() - TRANSPORT4;
        long pseudo =
                Checksum.pseudoHeader4(
                        Ipv4Header.source(s, IP),
                        Ipv4Header.destination(s, IP),
                        Ipv4Header.protocol(s, IP),
                        bytes);
        return Checksum.partial(s, TRANSPORT4, bytes, pseudo);
    }

    private static long sum6(MemorySegment s) {
        int bytes = (int) s.byteSize() - TRANSPORT6;
        long pseudo =
                Checksum.pseudoHeader6(
                        Ipv6Header.sourceHigh(s, IP),
                        Ipv6Header.sourceLow(s, IP),
                        Ipv6Header.destinationHigh(s, IP),
                        Ipv6Header.destinationLow(s, IP),
                        Ipv6Header.nextHeader(s, IP),
                        bytes);
        return Checksum.partial(s, TRANSPORT6, bytes, pseudo);
    }

    /** Whether all checksums of a frame made here are right, as whoever receives it sees it. */
    static boolean checksumsAreRight(byte[] frame) {
        MemorySegment s = MemorySegment.ofArray(frame);
        if (EthernetHeader.type(s, 0) == EthernetHeader.TYPE_IPV6) {
            return Checksum.isRight(sum6(s));
        }
        boolean transport =
                Ipv4Header.protocol(s, IP) == Ipv4Header.PROTOCOL_ICMP
                        ? IcmpHeader.checksumIsRight(s, TRANSPORT4, frame.length - TRANSPORT4)
                        : Checksum.isRight(sum4(s));
        return transport && Ipv4Header.checksumIsRight(s, IP);
    }

    /** Where the checksums of a frame made here stand. */
    static int[] checksumFields(byte[] frame) {
        MemorySegment s = MemorySegment.ofArray(frame);
        if (EthernetHeader.type(s, 0) == EthernetHeader.TYPE_IPV6) {
            return new int[] {TRANSPORT6 + TcpHeader.CHECKSUM};
        }
        int field =
                switch (Ipv4Header.protocol(s, IP)) {
                    case Ipv4Header.PROTOCOL_TCP -> TcpHeader.CHECKSUM;
                    case Ipv4Header.PROTOCOL_UDP -> UdpHeader.CHECKSUM;
                    default -> IcmpHeader.CHECKSUM;
                };
        return new int[] {IP + Ipv4Header.CHECKSUM, TRANSPORT4 + field};
    }
}
