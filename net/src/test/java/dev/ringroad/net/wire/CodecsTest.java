package dev.ringroad.net.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Each header written down byte by byte as its specification draws it, read and written back. */
class CodecsTest {

    private static final long A = 0x02_00_5e_10_00_01L;
    private static final long B = 0x02_00_5e_10_00_02L;

    @Test
    void ethernet() {
        MemorySegment s = Bytes.ofHex("02005e100001 02005e100002 0800");
        assertThat(EthernetHeader.check(s, 0, 14)).isZero();
        assertThat(EthernetHeader.destination(s, 0)).isEqualTo(A);
        assertThat(EthernetHeader.source(s, 0)).isEqualTo(B);
        assertThat(EthernetHeader.payloadType(s, 0)).isEqualTo(EthernetHeader.TYPE_IPV4);
        assertThat(EthernetHeader.bytes(s, 0)).isEqualTo(14);
        MemorySegment written = Bytes.of(new byte[14]);
        EthernetHeader.write(written, 0, A, B, EthernetHeader.TYPE_IPV4);
        assertSame(written, s);
        assertThat(EthernetHeader.isGroup(EthernetHeader.BROADCAST)).isTrue();
        assertThat(EthernetHeader.isGroup(A)).isFalse();
    }

    @Test
    void ethernetWithTag() {
        MemorySegment s = Bytes.ofHex("02005e100001 02005e100002 8100 a07b 86dd");
        assertThat(EthernetHeader.check(s, 0, 18)).isZero();
        assertThat(EthernetHeader.vlanId(s, 0)).isEqualTo(123);
        assertThat(EthernetHeader.priority(s, 0)).isEqualTo(5);
        assertThat(EthernetHeader.payloadType(s, 0)).isEqualTo(EthernetHeader.TYPE_IPV6);
        assertThat(EthernetHeader.bytes(s, 0)).isEqualTo(18);
        MemorySegment written = Bytes.of(new byte[18]);
        EthernetHeader.writeTagged(written, 0, A, B, 5, 123, EthernetHeader.TYPE_IPV6);
        assertSame(written, s);
        assertThat(WireFault.of(EthernetHeader.check(s, 0, 17)))
                .isEqualTo(WireFault.ETHERNET_TAG_CUT);
    }

    @Test
    void arp() {
        MemorySegment s =
                Bytes.ofHex("0001 0800 06 04 0001 02005e100001 0a090001 000000000000 0a090002");
        assertThat(ArpPacket.check(s, 0, 28)).isZero();
        assertThat(ArpPacket.operation(s, 0)).isEqualTo(ArpPacket.REQUEST);
        assertThat(ArpPacket.senderHardware(s, 0)).isEqualTo(A);
        assertThat(ArpPacket.senderProtocol(s, 0)).isEqualTo(0x0a090001);
        assertThat(ArpPacket.targetHardware(s, 0)).isZero();
        assertThat(ArpPacket.targetProtocol(s, 0)).isEqualTo(0x0a090002);
        MemorySegment written = Bytes.of(new byte[28]);
        ArpPacket.write(written, 0, ArpPacket.REQUEST, A, 0x0a090001, 0, 0x0a090002);
        assertSame(written, s);
    }

    @Test
    void arpOfOtherKindsIsNamed() {
        MemorySegment s =
                Bytes.ofHex("0001 0800 06 04 0003 02005e100001 0a090001 000000000000 0a090002");
        assertThat(WireFault.of(ArpPacket.check(s, 0, 28)))
                .isEqualTo(WireFault.ARP_OPERATION_UNKNOWN);
        BigEndian.u8(s, ArpPacket.PROTOCOL_LENGTH, 16);
        assertThat(WireFault.of(ArpPacket.check(s, 0, 28)))
                .isEqualTo(WireFault.ARP_NOT_ETHERNET_IPV4);
        assertThat(WireFault.of(ArpPacket.check(s, 0, 27))).isEqualTo(WireFault.ARP_CUT);
    }

    @Test
    void ipv4() {
        // A header whose checksum is worked out in many textbooks.
        MemorySegment s = Bytes.ofHex("45000073 00004000 4011b861 c0a80001 c0a800c7");
        MemorySegment padded = Bytes.of(new byte[115]);
        padded.copyFrom(s);
        assertThat(Ipv4Header.check(padded, 0, 115)).isZero();
        assertThat(Ipv4Header.headerBytes(s, 0)).isEqualTo(20);
        assertThat(Ipv4Header.totalBytes(s, 0)).isEqualTo(115);
        assertThat(Ipv4Header.dontFragment(s, 0)).isTrue();
        assertThat(Ipv4Header.isFragment(s, 0)).isFalse();
        assertThat(Ipv4Header.ttl(s, 0)).isEqualTo(64);
        assertThat(Ipv4Header.protocol(s, 0)).isEqualTo(Ipv4Header.PROTOCOL_UDP);
        assertThat(Ipv4Header.checksumIsRight(s, 0)).isTrue();
        assertThat(Ipv4Header.source(s, 0)).isEqualTo(0xc0a80001);
        assertThat(Ipv4Header.destination(s, 0)).isEqualTo(0xc0a800c7);
        MemorySegment written = Bytes.of(new byte[20]);
        Ipv4Header.write(
                written, 0, 0, 115, 0, Ipv4Header.DONT_FRAGMENT, 64, 17, 0xc0a80001, 0xc0a800c7);
        assertSame(written, s);
    }

    @Test
    void ipv4LiesAreNamed() {
        MemorySegment s = Bytes.ofHex("45000014 00002001 40010000 0a090001 0a090002");
        assertThat(Ipv4Header.check(s, 0, 20)).isZero();
        assertThat(Ipv4Header.isFragment(s, 0)).isTrue();
        assertThat(Ipv4Header.moreFragments(s, 0)).isTrue();
        assertThat(Ipv4Header.fragmentOffsetBytes(s, 0)).isEqualTo(8);
        assertThat(WireFault.of(Ipv4Header.check(s, 0, 19))).isEqualTo(WireFault.IPV4_CUT);
        BigEndian.u16(s, Ipv4Header.TOTAL_LENGTH, 21);
        assertThat(WireFault.of(Ipv4Header.check(s, 0, 20)))
                .isEqualTo(WireFault.IPV4_TOTAL_LENGTH_LYING);
        BigEndian.u16(s, Ipv4Header.TOTAL_LENGTH, 19);
        assertThat(WireFault.of(Ipv4Header.check(s, 0, 20)))
                .isEqualTo(WireFault.IPV4_TOTAL_LENGTH_LYING);
        BigEndian.u8(s, 0, 0x46);
        assertThat(WireFault.of(Ipv4Header.check(s, 0, 20)))
                .isEqualTo(WireFault.IPV4_HEADER_LENGTH_LYING);
        BigEndian.u8(s, 0, 0x44);
        assertThat(WireFault.of(Ipv4Header.check(s, 0, 20)))
                .isEqualTo(WireFault.IPV4_HEADER_LENGTH_LYING);
        BigEndian.u8(s, 0, 0x65);
        assertThat(WireFault.of(Ipv4Header.check(s, 0, 20)))
                .isEqualTo(WireFault.IPV4_VERSION_WRONG);
    }

    @Test
    void ipv4SourceRouteIsSeen() {
        MemorySegment plain =
                Bytes.ofHex(
                        "47000020 00000000 40010000 0a090001 0a090002 01 0707 04 0000000000000000");
        assertThat(Ipv4Header.isSourceRouted(plain, 0)).isFalse();
        BigEndian.u32(plain, 20, 0x94040000);
        BigEndian.u64(plain, 24, 0);
        assertThat(Ipv4Header.isSourceRouted(plain, 0)).isFalse();
        BigEndian.u32(plain, 24, 0x01830704);
        assertThat(Ipv4Header.isSourceRouted(plain, 0)).isTrue();
        BigEndian.u32(plain, 24, 0x01890704);
        assertThat(Ipv4Header.isSourceRouted(plain, 0)).isTrue();
    }

    @Test
    void ipv6() {
        MemorySegment s =
                Bytes.ofHex(
                        "6a512345 0000 06 40 20010db8000000000000000000000001"
                                + " 20010db8000000000000000000000002");
        assertThat(Ipv6Header.check(s, 0, 40)).isZero();
        assertThat(Ipv6Header.trafficClass(s, 0)).isEqualTo(0xa5);
        assertThat(Ipv6Header.flowLabel(s, 0)).isEqualTo(0x12345);
        assertThat(Ipv6Header.payloadBytes(s, 0)).isZero();
        assertThat(Ipv6Header.nextHeader(s, 0)).isEqualTo(6);
        assertThat(Ipv6Header.hopLimit(s, 0)).isEqualTo(64);
        assertThat(Ipv6Header.sourceHigh(s, 0)).isEqualTo(0x20010db8_00000000L);
        assertThat(Ipv6Header.sourceLow(s, 0)).isEqualTo(1);
        assertThat(Ipv6Header.destinationHigh(s, 0)).isEqualTo(0x20010db8_00000000L);
        assertThat(Ipv6Header.destinationLow(s, 0)).isEqualTo(2);
        MemorySegment written = Bytes.of(new byte[40]);
        long high = 0x20010db8_00000000L;
        Ipv6Header.write(written, 0, 0xa5, 0x12345, 0, 6, 64, high, 1, high, 2);
        assertSame(written, s);
        BigEndian.u16(s, Ipv6Header.PAYLOAD_LENGTH, 1);
        assertThat(WireFault.of(Ipv6Header.check(s, 0, 40)))
                .isEqualTo(WireFault.IPV6_PAYLOAD_LENGTH_LYING);
        BigEndian.u8(s, 0, 0x45);
        assertThat(WireFault.of(Ipv6Header.check(s, 0, 40)))
                .isEqualTo(WireFault.IPV6_VERSION_WRONG);
    }

    @Test
    void icmp() {
        MemorySegment s = Bytes.ofHex("08 00 0000 1234 0007");
        assertThat(IcmpHeader.check(s, 0, 8)).isZero();
        assertThat(IcmpHeader.type(s, 0)).isEqualTo(IcmpHeader.ECHO_REQUEST);
        assertThat(IcmpHeader.code(s, 0)).isZero();
        assertThat(IcmpHeader.identifier(s, 0)).isEqualTo(0x1234);
        assertThat(IcmpHeader.sequence(s, 0)).isEqualTo(7);
        MemorySegment written = Bytes.of(new byte[8]);
        IcmpHeader.write(written, 0, IcmpHeader.ECHO_REQUEST, 0, 0x1234_0007);
        assertSame(written, s);
        IcmpHeader.checksum(s, 0, Checksum.of(s, 0, 8));
        assertThat(IcmpHeader.checksumIsRight(s, 0, 8)).isTrue();
        IcmpHeader.write(s, 0, IcmpHeader.UNREACHABLE, 4, 1400);
        assertThat(IcmpHeader.nextHopMtu(s, 0)).isEqualTo(1400);
        assertThat(IcmpHeader.nextHopMtuV6(s, 0)).isEqualTo(1400);
    }

    @Test
    void udp() {
        MemorySegment s = Bytes.ofHex("c350 0035 000a 0000 abcd");
        assertThat(UdpHeader.check(s, 0, 10)).isZero();
        assertThat(UdpHeader.sourcePort(s, 0)).isEqualTo(50000);
        assertThat(UdpHeader.destinationPort(s, 0)).isEqualTo(53);
        assertThat(UdpHeader.length(s, 0)).isEqualTo(10);
        assertThat(UdpHeader.checksum(s, 0)).isZero();
        MemorySegment written = Bytes.of(HexFormat.of().parseHex("0000000000000000abcd"));
        UdpHeader.write(written, 0, 50000, 53, 10);
        assertSame(written, s);
        assertThat(WireFault.of(UdpHeader.check(s, 0, 9))).isEqualTo(WireFault.UDP_LENGTH_LYING);
        assertThat(UdpHeader.finish(0xFFFF)).isEqualTo(0xFFFF);
    }

    @Test
    void tcp() {
        MemorySegment s = Bytes.ofHex("c350 0050 01020304 f0000001 5012 faf0 1234 0005");
        assertThat(TcpHeader.check(s, 0, 20)).isZero();
        assertThat(TcpHeader.sourcePort(s, 0)).isEqualTo(50000);
        assertThat(TcpHeader.destinationPort(s, 0)).isEqualTo(80);
        assertThat(TcpHeader.sequence(s, 0)).isEqualTo(0x01020304);
        assertThat(TcpHeader.acknowledgment(s, 0)).isEqualTo(0xf0000001);
        assertThat(TcpHeader.headerBytes(s, 0)).isEqualTo(20);
        assertThat(TcpHeader.flags(s, 0)).isEqualTo(TcpHeader.SYN | TcpHeader.ACK);
        assertThat(TcpHeader.window(s, 0)).isEqualTo(0xfaf0);
        assertThat(TcpHeader.checksum(s, 0)).isEqualTo(0x1234);
        assertThat(TcpHeader.urgentPointer(s, 0)).isEqualTo(5);
        BigEndian.u32(s, TcpHeader.CHECKSUM, 0);
        MemorySegment written = Bytes.of(new byte[20]);
        TcpHeader.write(written, 0, 50000, 80, 0x01020304, 0xf0000001, 20, 0x12, 0xfaf0);
        assertSame(written, s);
        BigEndian.u8(s, TcpHeader.DATA_OFFSET, 0x40);
        assertThat(WireFault.of(TcpHeader.check(s, 0, 20)))
                .isEqualTo(WireFault.TCP_HEADER_LENGTH_LYING);
        BigEndian.u8(s, TcpHeader.DATA_OFFSET, 0x60);
        assertThat(WireFault.of(TcpHeader.check(s, 0, 20)))
                .isEqualTo(WireFault.TCP_HEADER_LENGTH_LYING);
    }

    @Test
    void codesAndFaultsBelongTogether() {
        for (WireFault fault : WireFault.values()) {
            assertThat(fault.code()).isNegative();
            assertThat(WireFault.of(fault.code())).isSameAs(fault);
            assertThat(fault.sentence()).isNotBlank();
        }
    }

    private static void assertSame(MemorySegment actual, MemorySegment expected) {
        assertThat(actual.toArray(ValueLayout.JAVA_BYTE))
                .isEqualTo(expected.toArray(ValueLayout.JAVA_BYTE));
    }
}
