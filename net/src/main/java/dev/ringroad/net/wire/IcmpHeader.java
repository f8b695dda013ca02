package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The header of ICMP (RFC 792) and ICMPv6 (RFC 4443) messages.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------+---------------+-------------------------------+
 *  |     type      |     code      |           checksum            |  0
 *  +---------------+---------------+-------------------------------+
 *  |  echo: identifier             |  echo: sequence number        |  4
 *  |  too big, v4: 0               |  too big, v4: next hop's MTU  |
 *  |  too big, v6: next hop's MTU, 32 bits                         |
 *  +-------------------------------+-------------------------------+
 *  |  echo: data; errors: the packet that caused them, as far as   |  8
 *  |  it was quoted                                                |
 * </pre>
 */
public final class IcmpHeader {

    /** Bytes of a header. */
    public static final int BYTES = 8;

    /** Bytes from the start to the type. */
    public static final int TYPE = 0;

    /** Bytes from the start to the code. */
    public static final int CODE = 1;

    /** Bytes from the start to the checksum. */
    public static final int CHECKSUM = 2;

    /** Bytes from the start to an echo's identifier. */
    public static final int IDENTIFIER = 4;

    /** Bytes from the start to an echo's sequence number. */
    public static final int SEQUENCE = 6;

    /** Bytes from the start to the MTU of IPv4's fragmentation needed. */
    public static final int NEXT_HOP_MTU = 6;

    /** Bytes from the start to the MTU of IPv6's packet too big. */
    public static final int NEXT_HOP_MTU_V6 = 4;

    /** Bytes from the start to the data of an echo, or the packet that an error quotes. */
    public static final int DATA = 8;

    /** IPv4: the answer to an echo request. */
    public static final int ECHO_REPLY = 0;

    /** IPv4: the quoted packet could not be delivered. */
    public static final int UNREACHABLE = 3;

    /** IPv4: there is a better gateway. */
    public static final int REDIRECT = 5;

    /** IPv4: asks for an echo reply. */
    public static final int ECHO_REQUEST = 8;

    /** IPv4: the quoted packet made too many hops, or was not reassembled in time. */
    public static final int TIME_EXCEEDED = 11;

    /** IPv4: the quoted packet's header makes no sense. */
    public static final int PARAMETER_PROBLEM = 12;

    /** Code of {@link #UNREACHABLE}: no way to the network. */
    public static final int CODE_NETWORK = 0;

    /** Code of {@link #UNREACHABLE}: no way to the host. */
    public static final int CODE_HOST = 1;

    /** Code of {@link #UNREACHABLE}: the host does not speak the protocol. */
    public static final int CODE_PROTOCOL = 2;

    /** Code of {@link #UNREACHABLE}: nobody listens on the port. */
    public static final int CODE_PORT = 3;

    /** Code of {@link #UNREACHABLE}: too long, and routers may not fragment it (RFC 1191). */
    public static final int CODE_FRAGMENTATION_NEEDED = 4;

    /** Code of {@link #UNREACHABLE}: forbidden by an administrator (RFC 1812). */
    public static final int CODE_PROHIBITED = 13;

    /** Code of {@link #TIME_EXCEEDED}: too many hops. */
    public static final int CODE_HOPS = 0;

    /** Code of {@link #TIME_EXCEEDED}: fragments were missing for too long. */
    public static final int CODE_REASSEMBLY = 1;

    /** IPv6: the quoted packet could not be delivered. */
    public static final int V6_UNREACHABLE = 1;

    /** IPv6: the quoted packet is longer than the next hop's MTU. */
    public static final int V6_PACKET_TOO_BIG = 2;

    /** IPv6: the quoted packet made too many hops, or was not reassembled in time. */
    public static final int V6_TIME_EXCEEDED = 3;

    /** IPv6: the quoted packet's header makes no sense. */
    public static final int V6_PARAMETER_PROBLEM = 4;

    /** IPv6: asks for an echo reply. */
    public static final int V6_ECHO_REQUEST = 128;

    /** IPv6: the answer to an echo request. */
    public static final int V6_ECHO_REPLY = 129;

    /** IPv6: asks routers to announce themselves (RFC 4861). */
    public static final int V6_ROUTER_SOLICITATION = 133;

    /** IPv6: a router announces itself (RFC 4861). */
    public static final int V6_ROUTER_ADVERTISEMENT = 134;

    /** IPv6: asks for a neighbour's link-layer address (RFC 4861). */
    public static final int V6_NEIGHBOUR_SOLICITATION = 135;

    /** IPv6: tells a link-layer address (RFC 4861). */
    public static final int V6_NEIGHBOUR_ADVERTISEMENT = 136;

    private IcmpHeader() {}

    /** 0, or the code of the {@link WireFault} of a message of so many bytes. */
    public static int check(MemorySegment s, long at, int bytes) {
        return bytes < BYTES ? WireFault.ICMP_CUT.code() : 0;
    }

    /** What the message says. */
    public static int type(MemorySegment s, long at) {
        return BigEndian.u8(s, at + TYPE);
    }

    /** What the message says more exactly. */
    public static int code(MemorySegment s, long at) {
        return BigEndian.u8(s, at + CODE);
    }

    /** The checksum as it stands. */
    public static int checksum(MemorySegment s, long at) {
        return BigEndian.u16(s, at + CHECKSUM);
    }

    /** Sets the checksum. */
    public static void checksum(MemorySegment s, long at, int checksum) {
        BigEndian.u16(s, at + CHECKSUM, checksum);
    }

    /** Whether the checksum of an IPv4 message of so many bytes is right. */
    public static boolean checksumIsRight(MemorySegment s, long at, int bytes) {
        return Checksum.isRight(Checksum.partial(s, at, bytes, 0));
    }

    /** Who asked for the echo. */
    public static int identifier(MemorySegment s, long at) {
        return BigEndian.u16(s, at + IDENTIFIER);
    }

    /** Which echo it is. */
    public static int sequence(MemorySegment s, long at) {
        return BigEndian.u16(s, at + SEQUENCE);
    }

    /** The MTU that an IPv4 router told with {@link #CODE_FRAGMENTATION_NEEDED}; 0 by old ones. */
    public static int nextHopMtu(MemorySegment s, long at) {
        return BigEndian.u16(s, at + NEXT_HOP_MTU);
    }

    /** The MTU that an IPv6 router told with {@link #V6_PACKET_TOO_BIG}; an unsigned number. */
    public static int nextHopMtuV6(MemorySegment s, long at) {
        return BigEndian.u32(s, at + NEXT_HOP_MTU_V6);
    }

    /**
     * Writes a header with checksum 0, {@link #BYTES} long.
     *
     * @param rest the four bytes at {@link #IDENTIFIER}
     */
    public static void write(MemorySegment s, long at, int type, int code, int rest) {
        BigEndian.u32(s, at, type << 24 | (code & 0xFF) << 16);
        BigEndian.u32(s, at + IDENTIFIER, rest);
    }
}
