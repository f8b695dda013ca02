package dev.ringroad.stack.route;

import static dev.ringroad.stack.route.RouterBed.GATEWAY;
import static dev.ringroad.stack.route.RouterBed.LEFT;
import static dev.ringroad.stack.route.RouterBed.RIGHT;
import static dev.ringroad.stack.route.RouterBed.ROUTER_LEFT;
import static dev.ringroad.stack.route.RouterBed.ROUTER_RIGHT;
import static dev.ringroad.stack.route.RouterBed.SECOND;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.UdpHeader;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Frames;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

class RouterTest {

    private static final int ICMP = 1;

    private static final int UDP = 17;
    private static final int FAR = IpAddress.parse("10.3.4.5").v4();

    private RouterBed bed = new RouterBed();

    @AfterEach
    void close() {
        bed.close();
    }

    private static byte[] udp(int from, int to, int bytes) {
        return Frames.ipv4(from, to, UDP, Frames.udp(from, to, 1000, 2000, new byte[bytes]));
    }

    private static byte[] withTtl(byte[] datagram, int ttl) {
        MemorySegment s = Frames.segment(datagram);
        datagram[Ipv4Header.TTL] = (byte) ttl;
        repair(s);
        return datagram;
    }

    private static byte[] withFragment(byte[] datagram, int word) {
        datagram[Ipv4Header.FRAGMENT] = (byte) (word >> 8);
        datagram[Ipv4Header.FRAGMENT + 1] = (byte) word;
        repair(Frames.segment(datagram));
        return datagram;
    }

    private static void repair(MemorySegment s) {
        Ipv4Header.checksum(s, 0, 0);
        int sum = Checksum.of(s, 0, Ipv4Header.headerBytes(s, 0));
        Ipv4Header.checksum(s, 0, sum);
    }

    private void restart(int leftMtu, int rightMtu) {
        bed.close();
        bed = new RouterBed(leftMtu, rightMtu);
    }

    @Test
    void asksForTheNeighbourAndThenPassesTheDatagramOnWithOneHopLess() {
        bed.send(0, udp(LEFT, RIGHT, 10));
        bed.poll();
        List<byte[]> asked = bed.received(1);
        assertThat(asked).hasSize(1);
        MemorySegment arp = Frames.segment(Frames.payload(asked.getFirst()));
        assertThat(ArpPacket.targetProtocol(arp, 0)).isEqualTo(RIGHT);
        assertThat(ArpPacket.senderProtocol(arp, 0)).isEqualTo(ROUTER_RIGHT);

        bed.arp(1, ArpPacket.REPLY, RIGHT, ROUTER_RIGHT);
        bed.poll();
        assertPassedOn(bed.received(1));
        bed.send(0, udp(LEFT, RIGHT, 10));
        bed.poll();
        assertPassedOn(bed.received(1));
        assertThat(bed.drops(0) + bed.drops(1)).isZero();
    }

    private void assertPassedOn(List<byte[]> frames) {
        assertThat(frames).hasSize(1);
        MemorySegment s = Frames.segment(frames.getFirst());
        assertThat(EthernetHeader.destination(s, 0)).isEqualTo(bed.hardware(1));
        assertThat(EthernetHeader.source(s, 0)).isEqualTo(bed.routerHardware(1));
        byte[] expected = withTtl(udp(LEFT, RIGHT, 10), 63);
        assertThat(Frames.payload(frames.getFirst())).isEqualTo(expected);
    }

    @Test
    void sendsToTheGatewayWhatAStaticRouteCovers() {
        bed.send(0, udp(LEFT, FAR, 10));
        bed.poll();
        MemorySegment arp = Frames.segment(Frames.payload(bed.received(1).getFirst()));
        assertThat(ArpPacket.targetProtocol(arp, 0)).isEqualTo(GATEWAY);
        bed.arp(1, ArpPacket.REPLY, GATEWAY, ROUTER_RIGHT);
        bed.poll();
        assertThat(bed.datagrams(1)).containsExactly(withTtl(udp(LEFT, FAR, 10), 63));
    }

    @Test
    void tellsTheSenderThatTheTimeToLiveRanOut() {
        bed.introduce();
        byte[] datagram = withTtl(udp(LEFT, RIGHT, 10), 1);
        bed.send(0, datagram);
        bed.poll();
        assertError(IcmpHeader.TIME_EXCEEDED, IcmpHeader.CODE_HOPS, 0, datagram);
        assertThat(bed.dropped(0, DropReason.ROUTE_TTL_EXCEEDED)).isEqualTo(1);
        assertThat(bed.datagrams(1)).isEmpty();
    }

    @Test
    void tellsTheSenderThatThereIsNoRoute() {
        bed.introduce();
        byte[] datagram = udp(LEFT, IpAddress.parse("192.0.2.1").v4(), 10);
        bed.send(0, datagram);
        bed.poll();
        assertError(IcmpHeader.UNREACHABLE, IcmpHeader.CODE_NETWORK, 0, datagram);
        assertThat(bed.dropped(0, DropReason.IP_NO_ROUTE)).isEqualTo(1);
    }

    @Test
    void tellsTheSenderThatTheHostDoesNotAnswer() {
        bed.introduce();
        int nobody = IpAddress.parse("10.2.0.99").v4();
        bed.send(0, udp(LEFT, nobody, 10));
        bed.poll();
        bed.pass(4 * SECOND);
        assertThat(bed.received(1)).as("requests").hasSize(3);
        assertError(
                IcmpHeader.UNREACHABLE,
                IcmpHeader.CODE_HOST,
                0,
                withTtl(udp(LEFT, nobody, 10), 63));
        assertThat(bed.dropped(1, DropReason.NEIGHBOUR_UNREACHABLE)).isEqualTo(1);
    }

    @Test
    void tellsTheNextLinksMtuWhenTheDatagramMayNotBeFragmented() {
        restart(1500, 600);
        bed.introduce();
        byte[] datagram = withFragment(udp(LEFT, RIGHT, 800), Ipv4Header.DONT_FRAGMENT);
        bed.send(0, datagram);
        bed.poll();
        assertError(IcmpHeader.UNREACHABLE, IcmpHeader.CODE_FRAGMENTATION_NEEDED, 600, datagram);
        assertThat(bed.dropped(0, DropReason.IP_TOO_BIG)).isEqualTo(1);
    }

    /** An error came back to the left that quotes a datagram. */
    private void assertError(int type, int code, int rest, byte[] about) {
        List<byte[]> told = bed.datagrams(0);
        assertThat(told).hasSize(1);
        byte[] error = told.getFirst();
        MemorySegment s = Frames.segment(error);
        assertThat(Ipv4Header.check(s, 0, error.length)).isZero();
        assertThat(Ipv4Header.checksumIsRight(s, 0)).isTrue();
        assertThat(Ipv4Header.source(s, 0)).isEqualTo(ROUTER_LEFT);
        assertThat(Ipv4Header.destination(s, 0)).isEqualTo(LEFT);
        int icmp = Ipv4Header.BYTES;
        assertThat(IcmpHeader.checksumIsRight(s, icmp, error.length - icmp)).isTrue();
        assertThat(IcmpHeader.type(s, icmp)).isEqualTo(type);
        assertThat(IcmpHeader.code(s, icmp)).isEqualTo(code);
        assertThat(IcmpHeader.nextHopMtu(s, icmp)).isEqualTo(rest);
        assertThat(error.length).isLessThanOrEqualTo(576);
        int quoted = Math.min(about.length, 576 - icmp - IcmpHeader.BYTES);
        assertThat(Arrays.copyOfRange(error, icmp + IcmpHeader.BYTES, error.length))
                .isEqualTo(Arrays.copyOf(about, quoted));
    }

    @Test
    void saysNothingAboutErrorsLaterFragmentsAndGroups() {
        bed.introduce();
        int nowhere = IpAddress.parse("192.0.2.1").v4();
        byte[] quote = udp(LEFT, nowhere, 10);
        byte[] error = Frames.icmp(IcmpHeader.UNREACHABLE, 1, 0, quote);
        bed.send(0, Frames.ipv4(LEFT, nowhere, 1, error));
        bed.send(0, withFragment(udp(LEFT, nowhere, 64), 8));
        bed.send(0, udp(LEFT, IpAddress.parse("224.0.0.9").v4(), 10));
        bed.send(0, udp(LEFT, IpAddress.parse("10.2.0.255").v4(), 10));
        bed.send(0, udp(LEFT, -1, 10));
        bed.send(0, udp(LEFT, IpAddress.parse("127.0.0.1").v4(), 10));
        bed.poll();
        assertThat(bed.datagrams(0)).isEmpty();
        assertThat(bed.datagrams(1)).isEmpty();
        assertThat(bed.dropped(0, DropReason.ICMP_ERROR_SUPPRESSED)).isEqualTo(2);
        assertThat(bed.dropped(0, DropReason.IP_NO_ROUTE)).isEqualTo(2);
        assertThat(bed.dropped(0, DropReason.ROUTE_GROUP)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.ROUTE_BROADCAST)).isEqualTo(2);
        assertThat(bed.dropped(0, DropReason.ROUTE_DESTINATION_INVALID)).isEqualTo(1);
    }

    @Test
    void limitsTheRateOfErrors() {
        bed.introduce();
        byte[] datagram = udp(LEFT, IpAddress.parse("192.0.2.1").v4(), 10);
        int told = 0;
        for (int i = 0; i < 1200; i++) {
            bed.send(0, datagram);
            bed.poll();
            told += bed.datagrams(0).size();
        }
        assertThat(told).isEqualTo(1000);
        assertThat(bed.dropped(0, DropReason.ICMP_ERROR_SUPPRESSED)).isEqualTo(200);
        bed.pass(SECOND);
        bed.send(0, datagram);
        bed.poll();
        assertThat(bed.datagrams(0)).hasSize(1);
    }

    @Test
    void answersPingsToEachOfItsAddresses() {
        bed.introduce();
        for (int router : new int[] {ROUTER_LEFT, ROUTER_RIGHT}) {
            byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 7, new byte[] {1, 2, 3});
            bed.send(0, Frames.ipv4(LEFT, router, 1, ping));
            bed.poll();
            byte[] pong = Frames.icmp(IcmpHeader.ECHO_REPLY, 0, 7, new byte[] {1, 2, 3});
            assertThat(bed.datagrams(0)).containsExactly(Frames.ipv4(router, LEFT, 1, pong));
        }
        assertThat(bed.drops(0)).isZero();
    }

    /** A ping of that many bytes in parts of so many, in their order. */
    private static List<byte[]> pingInParts(int router, int bytes, int partBytes) {
        byte[] ping = Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 7, numbered(bytes));
        List<byte[]> parts = new ArrayList<>();
        for (int at = 0; at < ping.length; at += partBytes) {
            int end = Math.min(ping.length, at + partBytes);
            int more = end < ping.length ? Ipv4Header.MORE_FRAGMENTS : 0;
            byte[] part = Arrays.copyOfRange(ping, at, end);
            parts.add(Frames.ipv4(LEFT, router, ICMP, 7, more | at / 8, part));
        }
        return parts;
    }

    private static byte[] numbered(int bytes) {
        byte[] data = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            data[i] = (byte) (i * 7 + i / 256);
        }
        return data;
    }

    /** The payload of datagrams that are one datagram's parts, in order and without gaps. */
    private static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (int i = 0; i < parts.size(); i++) {
            byte[] part = parts.get(i);
            MemorySegment s = Frames.segment(part);
            assertThat(Ipv4Header.checksumIsRight(s, 0)).isTrue();
            assertThat(Ipv4Header.fragmentOffsetBytes(s, 0)).isEqualTo(whole.size());
            assertThat(Ipv4Header.moreFragments(s, 0)).isEqualTo(i < parts.size() - 1);
            whole.write(part, Ipv4Header.BYTES, part.length - Ipv4Header.BYTES);
        }
        return whole.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"4000,1480", "65507,1480", "100,8", "1000,512"})
    void answersAPingThatComesInParts(int bytes, int partBytes) {
        bed.introduce();
        for (byte[] part : pingInParts(ROUTER_RIGHT, bytes, partBytes).reversed()) {
            bed.send(0, part);
            bed.poll();
        }
        List<byte[]> answer = bed.datagrams(0);
        assertThat(joined(answer))
                .isEqualTo(Frames.icmp(IcmpHeader.ECHO_REPLY, 0, 7, numbered(bytes)));
        for (byte[] part : answer) {
            assertThat(Ipv4Header.source(Frames.segment(part), 0)).isEqualTo(ROUTER_RIGHT);
            assertThat(Ipv4Header.destination(Frames.segment(part), 0)).isEqualTo(LEFT);
            assertThat(part.length).isLessThanOrEqualTo(1500);
        }
        assertThat(bed.drops(0)).isZero();
        bed.poll();
        assertThat(bed.packetsOut()).isZero();
    }

    @Test
    void tellsThatPartsOfAPingAreMissing() {
        bed.introduce();
        byte[] first = pingInParts(ROUTER_LEFT, 4000, 1480).getFirst();
        bed.send(0, first);
        bed.pass(29 * RouterBed.SECOND);
        assertThat(bed.datagrams(0)).isEmpty();
        bed.pass(2 * RouterBed.SECOND);
        assertError(IcmpHeader.TIME_EXCEEDED, IcmpHeader.CODE_REASSEMBLY, 0, first);
        assertThat(bed.dropped(0, DropReason.FRAGMENT_TIMED_OUT)).isEqualTo(1);
    }

    @Test
    void dropsPartsThatAreNoneOfAPing() {
        bed.introduce();
        byte[] wrong = pingInParts(ROUTER_LEFT, 4000, 1480).getLast();
        wrong[wrong.length - 1]++;
        List<byte[]> parts = new ArrayList<>(pingInParts(ROUTER_LEFT, 4000, 1480));
        parts.set(parts.size() - 1, wrong);
        parts.forEach(part -> bed.send(0, part));
        bed.send(0, withFragment(udp(LEFT, ROUTER_LEFT, 64), Ipv4Header.MORE_FRAGMENTS));
        bed.poll();
        assertThat(bed.datagrams(0)).isEmpty();
        assertThat(bed.dropped(0, DropReason.ICMP_CHECKSUM)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.ROUTE_FOR_US)).isEqualTo(1);
    }

    /** Strangers must not have the memory of those who ping properly, nor the router's all. */
    @Test
    void boundsWhatIsInParts() {
        bed.introduce();
        for (int i = 0; i < 100; i++) {
            byte[] part = new byte[64];
            bed.send(0, Frames.ipv4(LEFT, ROUTER_LEFT, ICMP, i, Ipv4Header.MORE_FRAGMENTS, part));
            bed.poll();
        }
        int perSource = IpLimits.standard().reassemblyPerSource();
        assertThat(bed.dropped(0, DropReason.FRAGMENT_SOURCE_LIMIT)).isEqualTo(100 - perSource);
        bed.received(0);
        assertThat(bed.packetsOut()).isZero();
    }

    @Test
    void passesFragmentsOnAsTheyAre() {
        bed.introduce();
        for (byte[] part : pingInParts(RIGHT, 4000, 1480)) {
            bed.send(0, part);
        }
        bed.poll();
        List<byte[]> passed = bed.datagrams(1);
        assertThat(passed).hasSize(3);
        assertThat(joined(passed))
                .isEqualTo(Frames.icmp(IcmpHeader.ECHO_REQUEST, 0, 7, numbered(4000)));
        assertThat(Ipv4Header.ttl(Frames.segment(passed.getFirst()), 0)).isEqualTo(63);
    }

    @Test
    void tellsThatNobodyListensAtItsOwnAddress() {
        bed.introduce();
        byte[] datagram = udp(LEFT, ROUTER_RIGHT, 10);
        bed.send(0, datagram);
        bed.poll();
        assertError(IcmpHeader.UNREACHABLE, IcmpHeader.CODE_PORT, 0, datagram);
        assertThat(bed.dropped(0, DropReason.ROUTE_FOR_US)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, IP_SOURCE_INVALID",
        "0.0.0.0, IP_SOURCE_INVALID",
        "224.0.0.1, IP_SOURCE_INVALID",
        "255.255.255.255, IP_SOURCE_INVALID",
        "10.2.0.1, IP_SOURCE_INVALID"
    })
    void dropsWhatComesFromNoHost(String source, DropReason reason) {
        bed.introduce();
        bed.send(0, udp(IpAddress.parse(source).v4(), RIGHT, 10));
        bed.poll();
        assertThat(bed.dropped(0, reason)).isEqualTo(1);
        assertThat(bed.datagrams(0)).isEmpty();
        assertThat(bed.datagrams(1)).isEmpty();
    }

    @Test
    void dropsBrokenHeadersUnderTheirReason() {
        bed.introduce();
        byte[] wrong = udp(LEFT, RIGHT, 10);
        wrong[Ipv4Header.CHECKSUM] ^= 1;
        bed.send(0, wrong);
        byte[] version = udp(LEFT, RIGHT, 10);
        version[0] = 0x65;
        bed.send(0, version);
        byte[] header = udp(LEFT, RIGHT, 10);
        header[0] = 0x44;
        bed.send(0, header);
        bed.send(0, Arrays.copyOf(udp(LEFT, RIGHT, 10), 30));
        bed.send(0, new byte[5]);
        bed.poll();
        assertThat(bed.dropped(0, DropReason.IP_CHECKSUM)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.IP_VERSION)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.IP_HEADER_LENGTH)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.IP_TOO_SHORT)).isEqualTo(2);
        assertThat(bed.datagrams(1)).isEmpty();
    }

    @Test
    void dropsFramesThatAreNotItsBusiness() {
        byte[] datagram = udp(LEFT, RIGHT, 10);
        long other = bed.routerHardware(0) ^ 0x10;
        long all = EthernetHeader.BROADCAST;
        int ipv4 = EthernetHeader.TYPE_IPV4;
        bed.sendFrame(0, Frames.ethernet(other, bed.hardware(0), ipv4, datagram));
        bed.sendFrame(0, Frames.ethernet(all, bed.hardware(0), ipv4, datagram));
        long us = bed.routerHardware(0);
        for (int type : new int[] {EthernetHeader.TYPE_VLAN, EthernetHeader.TYPE_IPV6, 0x88cc}) {
            bed.sendFrame(0, Frames.ethernet(us, bed.hardware(0), type, datagram));
        }
        bed.poll();
        assertThat(bed.dropped(0, DropReason.FRAME_NOT_FOR_US)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.IP_UNICAST_IN_BROADCAST)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.FRAME_VLAN)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.FRAME_IPV6)).isEqualTo(1);
        assertThat(bed.dropped(0, DropReason.FRAME_TYPE_UNKNOWN)).isEqualTo(1);
        assertThat(bed.received(1)).isEmpty();
    }

    @Test
    void takesPaddingOffAndCompletesChecksumsThatTheOtherDeviceCannot() {
        bed.introduce();
        byte[] datagram = udp(LEFT, RIGHT, 3);
        byte[] asked = datagram.clone();
        MemorySegment s = Frames.segment(asked);
        long pseudo = Checksum.pseudoHeader4(LEFT, RIGHT, UDP, asked.length - Ipv4Header.BYTES);
        UdpHeader.checksum(s, Ipv4Header.BYTES, Checksum.fold(pseudo));
        bed.receive(
                0,
                Arrays.copyOf(asked, 46),
                packet ->
                        packet.requestChecksum(
                                EthernetHeader.BYTES + Ipv4Header.BYTES, UdpHeader.CHECKSUM));
        assertThat(bed.end(1).capabilities().transmitChecksum())
                .as("a cable that completes nothing")
                .isFalse();
        assertThat(bed.datagrams(1)).containsExactly(withTtl(datagram, 63));
    }

    @Test
    void refusesAJoinedSegmentThatDoesNotAddUp() {
        bed.introduce();
        bed.receive(
                0,
                udp(LEFT, RIGHT, 100),
                packet -> packet.requestSegmentation(Packet.SEGMENT_TCP4, 50));
        bed.poll();
        assertThat(bed.dropped(0, DropReason.ROUTE_SEGMENT_INVALID)).isEqualTo(1);
        assertThat(bed.datagrams(1)).isEmpty();
    }

    @Test
    void keepsNoPacket() {
        bed.send(0, udp(LEFT, RIGHT, 10));
        bed.send(0, udp(LEFT, FAR, 10));
        bed.poll();
        assertThat(bed.packetsOut()).isPositive();
        bed.pass(10 * SECOND);
        bed.received(0);
        bed.received(1);
        bed.poll();
        bed.pass(10 * SECOND);
        bed.received(0);
        bed.received(1);
        bed.pass(SECOND);
        assertThat(bed.packetsOut()).isZero();
    }
}
