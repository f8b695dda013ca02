package dev.ringroad.stack.route;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.WireFault;
import dev.ringroad.stack.drop.DropReason;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Examines received frames (RFC 1812 section 5.2.2, 5.3.4, 5.3.7). Nearly all are for this port,
 * untagged, and carry a datagram without options: one pass over its twenty bytes decides that.
 * Whatever is different goes to {@link #unusual}, which finds out how and names it.
 */
final class RouterInput {

    /** Not a destination: the packet has been dealt with. */
    static final long NONE = -1;

    private static final int WORD = 0xffff;
    private static final int ALL_HOSTS = -1;
    private static final int HEADERS_BYTES = EthernetHeader.BYTES + Ipv4Header.BYTES;

    private final int[] ownAddresses;

    RouterInput(int[] ownAddresses) {
        this.ownAddresses = ownAddresses;
    }

    /**
     * Examines a frame; one that is to be routed has nothing behind its datagram afterwards.
     *
     * @return the destination in the low 32 bits, or {@link #NONE} when the packet is somebody
     *     else's or released
     */
    long admit(RouterPort in, Packet packet, long nowNanos) {
        if (!packet.linearize()) {
            in.counters.drop(DropReason.FRAME_IN_PIECES, packet);
            return NONE;
        }
        int available = packet.length() - EthernetHeader.BYTES;
        if (available < Ipv4Header.BYTES || packet.has(Packet.CHECKSUM_REQUESTED)) {
            return unusual(in, packet, nowNanos);
        }
        MemorySegment s = packet.segment();
        long frame = packet.offset();
        long addresses = BigEndian.u64(s, frame);
        long ip = frame + EthernetHeader.BYTES;
        int first = BigEndian.u32(s, ip);
        int second = BigEndian.u32(s, ip + 4);
        int third = BigEndian.u32(s, ip + 8);
        int source = BigEndian.u32(s, ip + Ipv4Header.SOURCE);
        int destination = BigEndian.u32(s, ip + Ipv4Header.DESTINATION);
        int sum =
                (first >>> 16)
                        + (first & WORD)
                        + (second >>> 16)
                        + (second & WORD)
                        + (third >>> 16)
                        + (third & WORD)
                        + (source >>> 16)
                        + (source & WORD)
                        + (destination >>> 16)
                        + (destination & WORD);
        sum = (sum & WORD) + (sum >>> 16);
        sum = (sum & WORD) + (sum >>> 16);
        int totalBytes = first & WORD;
        if (addresses >>> 16 != in.hardware
                || EthernetHeader.type(s, frame) != EthernetHeader.TYPE_IPV4
                || first >>> 24 != 0x45
                || totalBytes < Ipv4Header.BYTES
                || totalBytes > available
                || sum != WORD
                || isInvalidSource(source)) {
            return unusual(in, packet, nowNanos);
        }
        if (totalBytes != available) {
            packet.trimTo(EthernetHeader.BYTES + totalBytes);
        }
        return destination & 0xffff_ffffL;
    }

    /** No host's address, or one of ours, which nobody else can send from. */
    private boolean isInvalidSource(int source) {
        int top = source >>> 24;
        if (top == 0 || top == 127 || top >= 224) {
            return true;
        }
        for (int own : ownAddresses) {
            if (own == source) {
                return true;
            }
        }
        return false;
    }

    private long unusual(RouterPort in, Packet packet, long nowNanos) {
        MemorySegment s = packet.segment();
        long frame = packet.offset();
        if (packet.length() >= EthernetHeader.BYTES
                && EthernetHeader.type(s, frame) == EthernetHeader.TYPE_ARP
                && isForUsOrAll(in, EthernetHeader.destination(s, frame))) {
            in.arp.input(packet, EthernetHeader.BYTES, nowNanos);
            return NONE;
        }
        DropReason objection = objectionToFrame(in, packet);
        if (objection == null) {
            objection = objectionToDatagram(packet);
        }
        if (objection == null && EthernetHeader.destination(s, frame) != in.hardware) {
            objection = objectionToGroup(packet);
        }
        if (objection != null) {
            in.counters.drop(objection, packet);
            return NONE;
        }
        long ip = frame + EthernetHeader.BYTES;
        packet.trimTo(EthernetHeader.BYTES + Ipv4Header.totalBytes(s, ip));
        if (packet.has(Packet.CHECKSUM_REQUESTED) && !isWithin(packet)) {
            in.counters.drop(DropReason.IP_TOO_SHORT, packet);
            return NONE;
        }
        return Ipv4Header.destination(s, ip) & 0xffff_ffffL;
    }

    private static boolean isForUsOrAll(RouterPort in, long destination) {
        return destination == in.hardware || EthernetHeader.isGroup(destination);
    }

    private static @Nullable DropReason objectionToFrame(RouterPort in, Packet packet) {
        if (packet.length() < EthernetHeader.BYTES) {
            return DropReason.FRAME_TOO_SHORT;
        }
        MemorySegment s = packet.segment();
        long frame = packet.offset();
        long destination = EthernetHeader.destination(s, frame);
        if (!isForUsOrAll(in, destination)) {
            return DropReason.FRAME_NOT_FOR_US;
        }
        return switch (EthernetHeader.type(s, frame)) {
            case EthernetHeader.TYPE_IPV4 -> null;
            case EthernetHeader.TYPE_VLAN -> DropReason.FRAME_VLAN;
            case EthernetHeader.TYPE_IPV6 -> DropReason.FRAME_IPV6;
            default -> DropReason.FRAME_TYPE_UNKNOWN;
        };
    }

    private @Nullable DropReason objectionToDatagram(Packet packet) {
        MemorySegment s = packet.segment();
        long ip = packet.offset() + EthernetHeader.BYTES;
        int fault = Ipv4Header.check(s, ip, packet.length() - EthernetHeader.BYTES);
        if (fault != 0) {
            return switch (WireFault.of(fault)) {
                case IPV4_VERSION_WRONG -> DropReason.IP_VERSION;
                case IPV4_HEADER_LENGTH_LYING -> DropReason.IP_HEADER_LENGTH;
                default -> DropReason.IP_TOO_SHORT;
            };
        }
        if (!Ipv4Header.checksumIsRight(s, ip)) {
            return DropReason.IP_CHECKSUM;
        }
        if (Ipv4Header.headerBytes(s, ip) > Ipv4Header.BYTES && Ipv4Header.isSourceRouted(s, ip)) {
            return DropReason.IP_OPTIONS;
        }
        if (isInvalidSource(Ipv4Header.source(s, ip))) {
            return DropReason.IP_SOURCE_INVALID;
        }
        return null;
    }

    /** RFC 1812 section 5.3.4: what the link delivered to all is not passed on. */
    private static DropReason objectionToGroup(Packet packet) {
        long ip = packet.offset() + EthernetHeader.BYTES;
        int destination = Ipv4Header.destination(packet.segment(), ip);
        if (destination == ALL_HOSTS) {
            return DropReason.ROUTE_BROADCAST;
        }
        return destination >>> 28 == 0xe
                ? DropReason.ROUTE_GROUP
                : DropReason.IP_UNICAST_IN_BROADCAST;
    }

    /** Whether a requested checksum lies behind the IP header and in what is left of the frame. */
    private static boolean isWithin(Packet packet) {
        int start = packet.checksumStart();
        int end = start + packet.checksumOffset() + Short.BYTES;
        return start >= HEADERS_BYTES && end <= packet.length();
    }
}
