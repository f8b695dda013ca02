package dev.ringroad.net.wire;

/**
 * What can be wrong with the bytes of a header.
 *
 * <p>The codecs' checks return {@link #code()}, a negative number, because a hostile frame must not
 * cost an exception; 0 says that nothing is wrong.
 */
public enum WireFault {
    ETHERNET_CUT("a frame ends within its Ethernet header"),
    ETHERNET_TAG_CUT("a frame ends within its VLAN tag"),
    ARP_CUT("an ARP packet is shorter than 28 bytes"),
    ARP_NOT_ETHERNET_IPV4("an ARP packet is not about IPv4 addresses on Ethernet"),
    ARP_OPERATION_UNKNOWN("an ARP packet is neither a request nor a reply"),
    IPV4_CUT("a packet ends within its IPv4 header"),
    IPV4_VERSION_WRONG("a packet sent as IPv4 has another version in its header"),
    IPV4_HEADER_LENGTH_LYING("an IPv4 header claims fewer than 20 bytes or more than there are"),
    IPV4_TOTAL_LENGTH_LYING(
            "an IPv4 header claims a packet shorter than itself or longer than the frame"),
    IPV6_CUT("a packet ends within its IPv6 header"),
    IPV6_VERSION_WRONG("a packet sent as IPv6 has another version in its header"),
    IPV6_PAYLOAD_LENGTH_LYING("an IPv6 header claims more payload than the frame has"),
    ICMP_CUT("an ICMP message is shorter than 8 bytes"),
    UDP_CUT("a packet ends within its UDP header"),
    UDP_LENGTH_LYING("a UDP header claims fewer than 8 bytes or more than the packet has"),
    TCP_CUT("a packet ends within its TCP header"),
    TCP_HEADER_LENGTH_LYING("a TCP header claims fewer than 20 bytes or more than the packet has"),
    TCP_OPTION_LENGTH_LYING(
            "a TCP option claims a length that is wrong for its kind or leaves the header");

    private static final WireFault[] ALL = values();

    private final String sentence;

    WireFault(String sentence) {
        this.sentence = sentence;
    }

    /** The fault as the checks return it, below 0. */
    public int code() {
        return -1 - ordinal();
    }

    /** What is wrong, in words. */
    public String sentence() {
        return sentence;
    }

    /** The fault that a check returned; the code must be below 0. */
    public static WireFault of(int code) {
        return ALL[-1 - code];
    }
}
