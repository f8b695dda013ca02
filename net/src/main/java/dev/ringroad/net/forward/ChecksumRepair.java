package dev.ringroad.net.forward;

import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.Ipv6Header;
import dev.ringroad.net.wire.TcpHeader;
import dev.ringroad.net.wire.UdpHeader;

import java.lang.foreign.MemorySegment;

/**
 * Stores the right checksums in a frame's headers. What has none stays as it is: other protocols,
 * fragments behind their IP header, and UDP over IPv4 whose sender did without.
 */
final class ChecksumRepair {

    private static final int OK = 0;

    private ChecksumRepair() {}

    /**
     * Repairs one frame.
     *
     * @return false when a header is cut or lies
     */
    static boolean repair(MemorySegment s, long at, int frameBytes) {
        int ethernetBytes = EthernetHeader.bytes(s, at);
        long ip = at + ethernetBytes;
        int bytes = frameBytes - ethernetBytes;
        return switch (EthernetHeader.payloadType(s, at)) {
            case EthernetHeader.TYPE_IPV4 -> repairIpv4(s, ip, bytes);
            case EthernetHeader.TYPE_IPV6 -> repairIpv6(s, ip, bytes);
            default -> true;
        };
    }

    private static boolean repairIpv4(MemorySegment s, long ip, int bytes) {
        if (Ipv4Header.check(s, ip, bytes) < OK) {
            return false;
        }
        int headerBytes = Ipv4Header.headerBytes(s, ip);
        Ipv4Header.checksum(s, ip, 0);
        Ipv4Header.checksum(s, ip, Checksum.of(s, ip, headerBytes));
        if (Ipv4Header.isFragment(s, ip)) {
            return true;
        }
        int protocol = Ipv4Header.protocol(s, ip);
        long transport = ip + headerBytes;
        int transportBytes = Ipv4Header.totalBytes(s, ip) - headerBytes;
        if (protocol == Ipv4Header.PROTOCOL_ICMP) {
            return repairIcmp(s, transport, transportBytes, 0);
        }
        boolean bare =
                protocol == Ipv4Header.PROTOCOL_UDP
                        && transportBytes >= UdpHeader.BYTES
                        && UdpHeader.checksum(s, transport) == 0;
        if (bare) {
            return true;
        }
        int source = Ipv4Header.source(s, ip);
        int destination = Ipv4Header.destination(s, ip);
        long pseudo = Checksum.pseudoHeader4(source, destination, protocol, transportBytes);
        return repairTransport(s, transport, transportBytes, protocol, pseudo);
    }

    private static boolean repairIpv6(MemorySegment s, long ip, int bytes) {
        if (Ipv6Header.check(s, ip, bytes) < OK) {
            return false;
        }
        int protocol = Ipv6Header.nextHeader(s, ip);
        long transport = ip + Ipv6Header.BYTES;
        int transportBytes = Ipv6Header.payloadBytes(s, ip);
        long pseudo =
                Checksum.pseudoHeader6(
                        Ipv6Header.sourceHigh(s, ip),
                        Ipv6Header.sourceLow(s, ip),
                        Ipv6Header.destinationHigh(s, ip),
                        Ipv6Header.destinationLow(s, ip),
                        protocol,
                        transportBytes);
        if (protocol == Ipv6Header.NEXT_ICMP) {
            return repairIcmp(s, transport, transportBytes, pseudo);
        }
        return repairTransport(s, transport, transportBytes, protocol, pseudo);
    }

    private static boolean repairTransport(
            MemorySegment s, long at, int bytes, int protocol, long pseudo) {
        return switch (protocol) {
            case Ipv4Header.PROTOCOL_TCP -> repairTcp(s, at, bytes, pseudo);
            case Ipv4Header.PROTOCOL_UDP -> repairUdp(s, at, bytes, pseudo);
            default -> true;
        };
    }

    private static boolean repairIcmp(MemorySegment s, long at, int bytes, long pseudo) {
        if (IcmpHeader.check(s, at, bytes) < OK) {
            return false;
        }
        IcmpHeader.checksum(s, at, 0);
        IcmpHeader.checksum(s, at, Checksum.finish(Checksum.partial(s, at, bytes, pseudo)));
        return true;
    }

    private static boolean repairTcp(MemorySegment s, long at, int bytes, long pseudo) {
        if (TcpHeader.check(s, at, bytes) < OK) {
            return false;
        }
        TcpHeader.checksum(s, at, 0);
        TcpHeader.checksum(s, at, Checksum.finish(Checksum.partial(s, at, bytes, pseudo)));
        return true;
    }

    /** A UDP header that says less than IP does would need two opinions about what is summed. */
    private static boolean repairUdp(MemorySegment s, long at, int bytes, long pseudo) {
        if (UdpHeader.check(s, at, bytes) < OK || UdpHeader.length(s, at) != bytes) {
            return false;
        }
        UdpHeader.checksum(s, at, 0);
        UdpHeader.checksum(s, at, UdpHeader.finish(Checksum.partial(s, at, bytes, pseudo)));
        return true;
    }
}
