package dev.ringroad.stack.route;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;

import java.lang.foreign.MemorySegment;

/**
 * What a router does as a host: it answers pings (RFC 1812 section 4.3.3.6), each in the packet of
 * its request. There is nobody else at its addresses.
 */
final class RouterEcho {

    /** What became of a datagram for the router. */
    enum Outcome {
        /** The packet has the answer now, but for the Ethernet header's addresses. */
        ANSWERED,
        /** UDP, and nobody listens. */
        NO_PORT,
        /** Nobody speaks that protocol here. */
        NO_PROTOCOL,
        /** The message is cut, or its checksum is wrong. */
        BROKEN,
        /** Perhaps a part of a ping. */
        PART,
        /** Not worth a word: a part of something else, or an ICMP message other than a ping. */
        UNWANTED
    }

    Outcome answer(Packet packet) {
        MemorySegment s = packet.segment();
        long ip = packet.offset() + EthernetHeader.BYTES;
        int headerBytes = Ipv4Header.headerBytes(s, ip);
        long icmp = ip + headerBytes;
        int bytes = packet.length() - EthernetHeader.BYTES - headerBytes;
        int protocol = Ipv4Header.protocol(s, ip);
        if (Ipv4Header.isFragment(s, ip)) {
            return protocol == Ipv4Header.PROTOCOL_ICMP ? Outcome.PART : Outcome.UNWANTED;
        }
        if (protocol != Ipv4Header.PROTOCOL_ICMP) {
            return protocol == Ipv4Header.PROTOCOL_UDP ? Outcome.NO_PORT : Outcome.NO_PROTOCOL;
        }
        boolean trusted =
                packet.has(Packet.CHECKSUM_VERIFIED) || packet.has(Packet.CHECKSUM_REQUESTED);
        if (bytes < IcmpHeader.BYTES || (!trusted && !IcmpHeader.checksumIsRight(s, icmp, bytes))) {
            return Outcome.BROKEN;
        }
        if (IcmpHeader.type(s, icmp) != IcmpHeader.ECHO_REQUEST) {
            return Outcome.UNWANTED;
        }
        int question = BigEndian.u16(s, icmp);
        int reply = IcmpHeader.ECHO_REPLY << 8 | IcmpHeader.code(s, icmp);
        BigEndian.u16(s, icmp, reply);
        IcmpHeader.checksum(
                s, icmp, Checksum.update16(IcmpHeader.checksum(s, icmp), question, reply));
        turnRound(s, ip, headerBytes);
        packet.clearFlags(Packet.CHECKSUM_VERIFIED);
        packet.requestSegmentation(Packet.SEGMENT_NONE, 0);
        return Outcome.ANSWERED;
    }

    private static void turnRound(MemorySegment s, long ip, int headerBytes) {
        int asker = Ipv4Header.source(s, ip);
        BigEndian.u32(s, ip + Ipv4Header.SOURCE, Ipv4Header.destination(s, ip));
        BigEndian.u32(s, ip + Ipv4Header.DESTINATION, asker);
        BigEndian.u16(s, ip + Ipv4Header.FRAGMENT, 0);
        BigEndian.u8(s, ip + Ipv4Header.TTL, Router.DEFAULT_TTL);
        Ipv4Header.checksum(s, ip, 0);
        Ipv4Header.checksum(s, ip, Checksum.of(s, ip, headerBytes));
    }
}
