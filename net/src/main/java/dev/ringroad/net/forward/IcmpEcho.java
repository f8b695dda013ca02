package dev.ringroad.net.forward;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.ArpPacket;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.IcmpHeader;
import dev.ringroad.net.wire.Ipv4Header;

import java.lang.foreign.MemorySegment;

/**
 * Answers, for whatever address was asked, ARP requests and pings, and drops all else. An answer
 * takes the place of its request in the packet.
 */
final class IcmpEcho implements Engine {

    private static final int OK = 0;

    /** Type and code are the two bytes of one word of the checksum. */
    private static final int REQUEST_WORD = IcmpHeader.ECHO_REQUEST << 8;

    private static final int REPLY_WORD = IcmpHeader.ECHO_REPLY << 8;

    @Override
    public int run(Lane lane) {
        int n = lane.receive();
        Burst burst = lane.burst();
        Packet[] packets = burst.array();
        long address = lane.to().device().macAddress().bits();
        int kept = 0;
        for (int i = 0; i < n; i++) {
            Packet packet = packets[i];
            if (answer(lane, packet, address)) {
                packets[kept++] = packet;
            }
        }
        burst.size(kept);
        lane.send();
        return n;
    }

    private static boolean answer(Lane lane, Packet packet, long address) {
        if (!packet.linearize()) {
            return drop(lane, packet, ForwardDrop.IN_PIECES);
        }
        MemorySegment s = packet.segment();
        long at = packet.offset();
        if (EthernetHeader.check(s, at, packet.length()) < OK) {
            lane.drop(packet, ForwardDrop.RUNT);
            return false;
        }
        int headerBytes = EthernetHeader.bytes(s, at);
        int bytes = packet.length() - headerBytes;
        boolean answered =
                switch (EthernetHeader.payloadType(s, at)) {
                    case EthernetHeader.TYPE_ARP ->
                            answerArp(lane, packet, at + headerBytes, bytes, address);
                    case EthernetHeader.TYPE_IPV4 ->
                            answerPing(lane, packet, at + headerBytes, bytes);
                    default -> drop(lane, packet, ForwardDrop.NOT_A_REQUEST);
                };
        if (answered) {
            EthernetHeader.destination(s, at, EthernetHeader.source(s, at));
            EthernetHeader.source(s, at, address);
        }
        return answered;
    }

    private static boolean answerArp(Lane lane, Packet packet, long arp, int bytes, long address) {
        MemorySegment s = packet.segment();
        if (ArpPacket.check(s, arp, bytes) < OK) {
            return drop(lane, packet, ForwardDrop.HEADER_BROKEN);
        }
        if (ArpPacket.operation(s, arp) != ArpPacket.REQUEST) {
            return drop(lane, packet, ForwardDrop.NOT_A_REQUEST);
        }
        ArpPacket.write(
                s,
                arp,
                ArpPacket.REPLY,
                address,
                ArpPacket.targetProtocol(s, arp),
                ArpPacket.senderHardware(s, arp),
                ArpPacket.senderProtocol(s, arp));
        return true;
    }

    private static boolean answerPing(Lane lane, Packet packet, long ip, int bytes) {
        MemorySegment s = packet.segment();
        if (Ipv4Header.check(s, ip, bytes) < OK) {
            return drop(lane, packet, ForwardDrop.HEADER_BROKEN);
        }
        int headerBytes = Ipv4Header.headerBytes(s, ip);
        long icmp = ip + headerBytes;
        if (Ipv4Header.protocol(s, ip) != Ipv4Header.PROTOCOL_ICMP
                || Ipv4Header.isFragment(s, ip)) {
            return drop(lane, packet, ForwardDrop.NOT_A_REQUEST);
        }
        if (IcmpHeader.check(s, icmp, Ipv4Header.totalBytes(s, ip) - headerBytes) < OK) {
            return drop(lane, packet, ForwardDrop.HEADER_BROKEN);
        }
        int word = BigEndian.u16(s, icmp + IcmpHeader.TYPE);
        if (word != REQUEST_WORD || !isStation(Ipv4Header.destination(s, ip))) {
            return drop(lane, packet, ForwardDrop.NOT_A_REQUEST);
        }
        int source = Ipv4Header.source(s, ip);
        BigEndian.u32(s, ip + Ipv4Header.SOURCE, Ipv4Header.destination(s, ip));
        BigEndian.u32(s, ip + Ipv4Header.DESTINATION, source);
        int checksum = IcmpHeader.checksum(s, icmp);
        BigEndian.u16(s, icmp + IcmpHeader.TYPE, REPLY_WORD);
        IcmpHeader.checksum(s, icmp, Checksum.update16(checksum, REQUEST_WORD, REPLY_WORD));
        return true;
    }

    /** Multicast and broadcast would be wrong as the source of an answer. */
    private static boolean isStation(int address) {
        return address >>> 28 < 0xE;
    }

    private static boolean drop(Lane lane, Packet packet, ForwardDrop reason) {
        lane.drop(packet, reason);
        return false;
    }
}
