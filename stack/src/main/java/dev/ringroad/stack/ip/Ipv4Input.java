package dev.ringroad.stack.ip;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.net.wire.WireFault;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Examines IPv4 datagrams (RFC 791, RFC 1122 section 3.2). Nearly all are for the interface's first
 * address, have no options and are whole: one pass over the twenty bytes decides that. Whatever is
 * different in any way goes to {@link #unusual}, which finds out how and names it.
 */
final class Ipv4Input {
    /** Ethernet destination: this interface alone. */
    static final int LINK_UNICAST = 0;

    /** Ethernet destination: more than this interface. */
    static final int LINK_GROUP = 1;

    /** No link at all: from the stack itself. */
    static final int LINK_NONE = 2;

    private static final int FRAGMENTED =
            Ipv4Header.MORE_FRAGMENTS | Ipv4Header.FRAGMENT_OFFSET_MASK;
    private static final int WORD = 0xffff;

    private final LocalAddresses local;
    private final Reassembly reassembly;
    private final StackCounters counters;

    Ipv4Input(LocalAddresses local, Reassembly reassembly, StackCounters counters) {
        this.local = local;
        this.reassembly = reassembly;
        this.counters = counters;
    }

    /**
     * Takes a frame whose type is IPv4.
     *
     * @param packet begins with the link's header; ownership moves
     * @param linkBytes how long that header is
     * @param linkCast whom the frame was for
     * @param datagram is filled
     * @return the payload of a whole datagram for this host, or null when there is nothing to hand
     *     up
     */
    @Nullable Packet accept(
            NetInterface in,
            Packet packet,
            int linkBytes,
            int linkCast,
            IpDatagram datagram,
            long nowNanos) {
        int available = packet.length() - linkBytes;
        if (available < Ipv4Header.BYTES) {
            counters.drop(DropReason.IP_TOO_SHORT, packet);
            return null;
        }
        MemorySegment s = packet.segment();
        long at = packet.offset() + linkBytes;
        int first = BigEndian.u32(s, at);
        int second = BigEndian.u32(s, at + 4);
        int third = BigEndian.u32(s, at + 8);
        int source = BigEndian.u32(s, at + Ipv4Header.SOURCE);
        int destination = BigEndian.u32(s, at + Ipv4Header.DESTINATION);
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
        if (first >>> 24 != 0x45
                || totalBytes < Ipv4Header.BYTES
                || totalBytes > available
                || (second & FRAGMENTED) != 0
                || sum != WORD
                || linkCast != LINK_UNICAST
                || destination != in.primaryV4
                || source == destination
                || isNoHost(source)) {
            return unusual(in, packet, linkBytes, linkCast, datagram, nowNanos);
        }
        packet.trimTo(linkBytes + totalBytes);
        packet.trimFront(linkBytes + Ipv4Header.BYTES);
        datagram.setV4(
                source,
                destination,
                third >>> 16 & 0xff,
                third >>> 24,
                first >>> 16 & 0xff,
                Ipv4Header.BYTES);
        datagram.cast = IpDatagram.TO_US;
        datagram.netInterface = in;
        return packet;
    }

    /**
     * This network (0/8), loopback (127/8), multicast and reserved addresses: RFC 1122 section
     * 3.2.1.3.
     */
    static boolean isNoHost(int address) {
        int top = address >>> 24;
        return top == 0 || top == 127 || top >= 224;
    }

    private @Nullable Packet unusual(
            NetInterface in,
            Packet packet,
            int linkBytes,
            int linkCast,
            IpDatagram datagram,
            long nowNanos) {
        MemorySegment s = packet.segment();
        long at = packet.offset() + linkBytes;
        DropReason objection = objectionToHeader(s, at, packet.length() - linkBytes);
        if (objection == null) {
            objection = objectionToSource(in, Ipv4Header.source(s, at), linkCast);
        }
        int destination = 0;
        int cast = IpDatagram.TO_US;
        if (objection == null) {
            destination = Ipv4Header.destination(s, at);
            cast = castOf(in, destination);
            objection = objectionToDestination(in, destination, cast, linkCast);
        }
        if (objection != null) {
            counters.drop(objection, packet);
            return null;
        }
        int headerBytes = Ipv4Header.headerBytes(s, at);
        packet.trimTo(linkBytes + Ipv4Header.totalBytes(s, at));
        packet.trimFront(linkBytes + headerBytes);
        datagram.setV4(
                Ipv4Header.source(s, at),
                destination,
                Ipv4Header.protocol(s, at),
                Ipv4Header.ttl(s, at),
                Ipv4Header.trafficClass(s, at),
                headerBytes);
        datagram.cast = cast;
        datagram.netInterface = in;
        if (!Ipv4Header.isFragment(s, at)) {
            return packet;
        }
        return reassembly.add(
                packet,
                datagram,
                Ipv4Header.identification(s, at),
                Ipv4Header.fragmentOffsetBytes(s, at),
                Ipv4Header.moreFragments(s, at),
                nowNanos);
    }

    private static @Nullable DropReason objectionToHeader(MemorySegment s, long at, int available) {
        int fault = Ipv4Header.check(s, at, available);
        if (fault != 0) {
            return switch (WireFault.of(fault)) {
                case IPV4_VERSION_WRONG -> DropReason.IP_VERSION;
                case IPV4_HEADER_LENGTH_LYING -> DropReason.IP_HEADER_LENGTH;
                default -> DropReason.IP_TOO_SHORT;
            };
        }
        if (!Ipv4Header.checksumIsRight(s, at)) {
            return DropReason.IP_CHECKSUM;
        }
        if (Ipv4Header.headerBytes(s, at) > Ipv4Header.BYTES && Ipv4Header.isSourceRouted(s, at)) {
            return DropReason.IP_OPTIONS;
        }
        return null;
    }

    private @Nullable DropReason objectionToSource(NetInterface in, int source, int linkCast) {
        if (linkCast == LINK_NONE) {
            return null;
        }
        if (isNoHost(source) || in.isBroadcastV4(source)) {
            return DropReason.IP_SOURCE_INVALID;
        }
        return local.find(0, IpAddress.mapped(source)) == null ? null : DropReason.IP_SOURCE_IS_US;
    }

    /** TO_US, TO_ALL, TO_GROUP, or -1 for an address that is nothing to this host. */
    private int castOf(NetInterface in, int destination) {
        if (local.find(0, IpAddress.mapped(destination)) != null) {
            return IpDatagram.TO_US;
        }
        if (in.isBroadcastV4(destination)) {
            return IpDatagram.TO_ALL;
        }
        return destination >>> 28 == 0xe ? IpDatagram.TO_GROUP : -1;
    }

    private static @Nullable DropReason objectionToDestination(
            NetInterface in, int destination, int cast, int linkCast) {
        if (cast < 0) {
            return DropReason.IP_NOT_FOR_US;
        }
        if (cast == IpDatagram.TO_GROUP
                && !in.groups().contains(0, IpAddress.mapped(destination))) {
            return DropReason.IP_GROUP_NOT_JOINED;
        }
        // RFC 1122 section 3.3.6: what the link delivered to all must be for all in IP's sense too.
        if (cast == IpDatagram.TO_US && linkCast == LINK_GROUP) {
            return DropReason.IP_UNICAST_IN_BROADCAST;
        }
        return null;
    }
}
