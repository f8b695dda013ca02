package dev.ringroad.stack.drop;

import java.util.Locale;

/**
 * Every reason for which the stack drops a packet, or a part of one. The name becomes the counter's
 * name, so names stay stable from release to release.
 */
public enum DropReason {
    // Ourselves.
    STACK_FAULT(
            "The stack itself failed over the packet, or over a timer; -Dringroad.checked=true shows where."),

    // Link.
    FRAME_TOO_SHORT("The frame is shorter than an Ethernet header."),
    FRAME_IN_PIECES("The frame came in several packets, of which the first has no room for all."),
    FRAME_NOT_FOR_US("The frame's destination is another host's hardware address."),
    FRAME_VLAN("The frame belongs to a VLAN, and the interface is not a member of it."),
    FRAME_TYPE_UNKNOWN("The frame's type is neither ARP nor IPv4."),
    FRAME_IPV6("The frame carries IPv6, which this stack does not dispatch."),
    LINK_DOWN("The link was down, so the frame could not go out."),
    LINK_QUEUE_FULL("The device took no more packets and its burst was full."),
    PACKET_POOL_DRY("No packet was free to send with."),

    // Neighbours.
    ARP_TOO_SHORT("The ARP packet is cut."),
    ARP_NOT_ETHERNET_IPV4("The ARP packet is not about Ethernet and IPv4 addresses."),
    ARP_SENDER_INVALID(
            "The ARP packet's sender address cannot be a host's, or differs from the frame's source."),
    ARP_SENDER_IS_US("The ARP packet claims one of our own addresses for other hardware."),
    ARP_UNSOLICITED("The ARP packet is not for us and about a neighbour that nobody asked for."),
    NEIGHBOUR_QUEUE_FULL("Too many packets were waiting for the neighbour's address."),
    NEIGHBOUR_UNREACHABLE("The neighbour did not answer requests for its address."),
    NEIGHBOUR_CACHE_FULL("The neighbour cache was full of entries in use."),

    // IPv4.
    IP_TOO_SHORT("The datagram is shorter than its header, or cut."),
    IP_VERSION("The datagram's version does not fit the frame's type."),
    IP_HEADER_LENGTH("The IPv4 header's length is below 20 bytes or beyond the datagram."),
    IP_CHECKSUM("The IPv4 header's checksum is wrong."),
    IP_SOURCE_INVALID("The datagram's source cannot be a host's address."),
    IP_SOURCE_IS_US("The datagram from outside claims to come from one of our own addresses."),
    IP_NOT_FOR_US("The datagram is for another host, and this one does not forward."),
    IP_GROUP_NOT_JOINED("The datagram is for a multicast group that nobody here has joined."),
    IP_OPTIONS("The IPv4 options ask for source routing, which is refused, or do not add up."),
    IP_PROTOCOL_UNKNOWN("Nobody here speaks the datagram's protocol."),
    IP_UNICAST_IN_BROADCAST("The datagram for one host came in a frame for all."),
    IP_TOO_BIG("The datagram is larger than the path takes and may not be fragmented."),
    IP_NO_ROUTE("There is no route to the destination."),
    LOOPBACK_QUEUE_FULL("Too many packets to own addresses were waiting."),

    // Routers only.
    ROUTE_TTL_EXCEEDED("The datagram's time to live ran out here."),
    ROUTE_DESTINATION_INVALID(
            "The datagram is for this network, loopback or a reserved address, where nobody is."),
    ROUTE_BROADCAST(
            "The datagram is for all hosts of a network, and a router passes on none such."),
    ROUTE_GROUP("The datagram is for a multicast group, and this router passes on none such."),
    ROUTE_FOR_US("The datagram was for the router itself, which does nothing but answer pings."),
    ROUTE_SEGMENT_INVALID("The joined TCP segment does not add up, so it cannot be cut."),

    // Fragments.
    FRAGMENT_MALFORMED(
            "The fragment is empty, not a multiple of eight bytes, or reaches beyond 65535 bytes."),
    FRAGMENT_TINY("The first fragment is too small to hold the transport header."),
    FRAGMENT_OVERLAP("Fragments overlap, so the whole datagram was given up."),
    FRAGMENT_DUPLICATE("The fragment had come before."),
    FRAGMENT_CONFLICT(
            "Fragments disagree on where the datagram ends, so the whole datagram was given up."),
    FRAGMENT_PIECES("The datagram came in more pieces than are kept, so it was given up."),
    FRAGMENT_SOURCE_LIMIT("The source has too many datagrams in pieces."),
    FRAGMENT_EVICTED("An older datagram in pieces made room for a newer one."),
    FRAGMENT_NO_MEMORY("No big packet was free to put the pieces together."),
    FRAGMENT_TIMED_OUT("The missing fragments did not come in time."),

    // ICMP and IGMP.
    ICMP_TOO_SHORT("The ICMP message is cut."),
    ICMP_CHECKSUM("The ICMP message's checksum is wrong."),
    ICMP_TYPE_UNKNOWN("The ICMP message is of a type that a host has no use for."),
    ICMP_ECHO_BROADCAST(
            "The echo request was not for us alone; answering would help to flood a victim."),
    ICMP_QUOTE_INVALID("The ICMP error quotes nothing that this host can have sent."),
    ICMP_ERROR_SUPPRESSED(
            "An ICMP error was not sent because of the rate limit or what it would have been about."),
    ICMP_REDIRECT("The ICMP redirect was ignored; anybody on the link could send one."),
    ICMP_REPLY_UNASKED("The ICMP reply answers nothing that was asked."),
    IGMP_MALFORMED("The IGMP message is cut or its checksum is wrong."),
    IGMP_IGNORED("The IGMP message needs no action from a host."),

    // UDP.
    UDP_TOO_SHORT("The UDP datagram is cut or its length is lying."),
    UDP_CHECKSUM("The UDP datagram's checksum is wrong."),
    UDP_PORT_ZERO("The UDP datagram's destination port is 0."),
    UDP_NO_LISTENER("Nobody listens at the UDP datagram's port."),
    UDP_QUEUE_FULL("The endpoint's receive queue was full."),
    UDP_POOL_LOW(
            "The device had so few packets left that none could be queued for an application."),
    UDP_READ_SHUT("The endpoint had been closed when its queue was emptied."),

    // TCP: kept by the TCP layer.
    TCP_TOO_SHORT("The TCP segment is shorter than its header."),
    TCP_HEADER_LENGTH("The TCP header's length is below 20 bytes or beyond the segment."),
    TCP_CHECKSUM("The TCP segment's checksum is wrong."),
    TCP_OPTIONS_MALFORMED("The TCP options do not add up."),
    TCP_NOT_UNICAST("The TCP segment was not for this host alone."),
    TCP_NO_LISTENER("Nobody listens at the TCP segment's port."),
    TCP_NO_CONNECTION("The TCP segment belongs to no connection of the listener at its port."),
    TCP_NOT_SYNCHRONIZED("The TCP segment came before a handshake and does not belong to one."),
    TCP_SYN_QUEUE_FULL("Too many handshakes were under way for another."),
    TCP_ACCEPT_QUEUE_FULL("Too many connections were waiting to be accepted."),
    TCP_OUT_OF_WINDOW("No byte of the TCP segment lies in the receive window."),
    TCP_TIMESTAMP_OLD("The TCP timestamp is older than one that had been seen (PAWS)."),
    TCP_TIMESTAMP_MISSING(
            "The TCP segment has no timestamp although both sides had agreed on them."),
    TCP_RESET_UNACCEPTABLE(
            "The TCP reset does not have the expected sequence number, so it may be forged."),
    TCP_RESET_IN_TIME_WAIT(
            "The TCP reset was for a connection in TIME-WAIT, which it must not shorten."),
    TCP_SYN_UNEXPECTED("The TCP SYN was for a live connection."),
    TCP_ACK_MISSING(
            "The TCP segment acknowledges nothing, which only the first of a connection may."),
    TCP_ACK_UNACCEPTABLE(
            "The TCP segment acknowledges what was never sent, or something very old."),
    TCP_OUT_OF_ORDER_FULL("The TCP connection's queue of segments beyond a gap was full."),
    TCP_NO_MEMORY("The pool ran low and the TCP connection's reader was behind."),
    TCP_ICMP_SEQUENCE("The ICMP error quotes a TCP segment that is not in flight.");

    private final String sentence;

    DropReason(String sentence) {
        this.sentence = sentence;
    }

    /** What happened, for people. */
    public String sentence() {
        return sentence;
    }

    /** The counter's name: {@code drop.ip_checksum}. */
    public String counterName() {
        return "drop." + name().toLowerCase(Locale.ROOT);
    }
}
