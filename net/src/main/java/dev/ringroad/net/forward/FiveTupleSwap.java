package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.Ipv6Header;
import dev.ringroad.net.wire.UdpHeader;

import java.lang.foreign.MemorySegment;

/**
 * Sends each packet back to where it came from: Ethernet addresses, IP addresses, and the ports of
 * TCP and UDP are exchanged. All checksums stay right, as none minds the order of what it sums.
 */
final class FiveTupleSwap implements Engine {

    /** Of TCP and UDP alike. */
    private static final int PORTS_BYTES = 4;

    private static final int OK = 0;

    @Override
    public int run(Lane lane) {
        int n = lane.receive();
        Burst burst = lane.burst();
        Packet[] packets = burst.array();
        int kept = 0;
        for (int i = 0; i < n; i++) {
            Packet packet = packets[i];
            if (!packet.linearize()) {
                lane.drop(packet, ForwardDrop.IN_PIECES);
                continue;
            }
            MemorySegment s = packet.segment();
            long at = packet.offset();
            int bytes = packet.length();
            if (EthernetHeader.check(s, at, bytes) < OK) {
                lane.drop(packet, ForwardDrop.RUNT);
            } else if (!swap(s, at, bytes)) {
                lane.drop(packet, ForwardDrop.HEADER_BROKEN);
            } else {
                packets[kept++] = packet;
            }
        }
        burst.size(kept);
        lane.send();
        return n;
    }

    /** False, and nothing is changed, when a header is broken. */
    private static boolean swap(MemorySegment s, long at, int frameBytes) {
        int ethernetBytes = EthernetHeader.bytes(s, at);
        long ip = at + ethernetBytes;
        int bytes = frameBytes - ethernetBytes;
        boolean whole =
                switch (EthernetHeader.payloadType(s, at)) {
                    case EthernetHeader.TYPE_IPV4 -> swapIpv4(s, ip, bytes);
                    case EthernetHeader.TYPE_IPV6 -> swapIpv6(s, ip, bytes);
                    default -> true;
                };
        if (whole) {
            MacSwap.swap(s, at);
        }
        return whole;
    }

    private static boolean swapIpv4(MemorySegment s, long ip, int bytes) {
        if (Ipv4Header.check(s, ip, bytes) < OK) {
            return false;
        }
        int headerBytes = Ipv4Header.headerBytes(s, ip);
        // Only the first fragment has ports.
        boolean first = (Ipv4Header.fragment(s, ip) & Ipv4Header.FRAGMENT_OFFSET_MASK) == 0;
        if (first && hasPorts(Ipv4Header.protocol(s, ip))) {
            if (Ipv4Header.totalBytes(s, ip) - headerBytes < PORTS_BYTES) {
                return false;
            }
            swapPorts(s, ip + headerBytes);
        }
        int source = Ipv4Header.source(s, ip);
        BigEndian.u32(s, ip + Ipv4Header.SOURCE, Ipv4Header.destination(s, ip));
        BigEndian.u32(s, ip + Ipv4Header.DESTINATION, source);
        return true;
    }

    private static boolean swapIpv6(MemorySegment s, long ip, int bytes) {
        if (Ipv6Header.check(s, ip, bytes) < OK) {
            return false;
        }
        if (hasPorts(Ipv6Header.nextHeader(s, ip))) {
            if (Ipv6Header.payloadBytes(s, ip) < PORTS_BYTES) {
                return false;
            }
            swapPorts(s, ip + Ipv6Header.BYTES);
        }
        long high = Ipv6Header.sourceHigh(s, ip);
        long low = Ipv6Header.sourceLow(s, ip);
        BigEndian.u64(s, ip + Ipv6Header.SOURCE, Ipv6Header.destinationHigh(s, ip));
        BigEndian.u64(s, ip + Ipv6Header.SOURCE + 8, Ipv6Header.destinationLow(s, ip));
        BigEndian.u64(s, ip + Ipv6Header.DESTINATION, high);
        BigEndian.u64(s, ip + Ipv6Header.DESTINATION + 8, low);
        return true;
    }

    private static boolean hasPorts(int protocol) {
        return protocol == Ipv4Header.PROTOCOL_TCP || protocol == Ipv4Header.PROTOCOL_UDP;
    }

    private static void swapPorts(MemorySegment s, long transport) {
        int ports = BigEndian.u32(s, transport + UdpHeader.SOURCE_PORT);
        BigEndian.u32(s, transport + UdpHeader.SOURCE_PORT, Integer.rotateLeft(ports, 16));
    }
}
