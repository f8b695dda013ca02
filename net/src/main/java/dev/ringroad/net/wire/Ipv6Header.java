package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The IPv6 header (RFC 8200 section 3). Addresses are two longs, the first on the wire being the
 * high one.
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+---------------+---------------------------------------+
 *  |   6   | traffic class |              flow label               |  0
 *  +-------+---------------+-------+---------------+---------------+
 *  |        payload length         |  next header  |   hop limit   |  4
 *  +-------------------------------+---------------+---------------+
 *  |                       source, 16 bytes                        |  8
 *  +---------------------------------------------------------------+
 *  |                     destination, 16 bytes                     | 24
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv6Header {

    /** Bytes of a header. */
    public static final int BYTES = 40;

    /** Bytes from the start to version, traffic class and flow label. */
    public static final int VERSION = 0;

    /** Bytes from the start to the payload's length. */
    public static final int PAYLOAD_LENGTH = 4;

    /** Bytes from the start to the type of the next header. */
    public static final int NEXT_HEADER = 6;

    /** Bytes from the start to the hop limit. */
    public static final int HOP_LIMIT = 7;

    /** Bytes from the start to the source. */
    public static final int SOURCE = 8;

    /** Bytes from the start to the destination. */
    public static final int DESTINATION = 24;

    /** Next header: hop-by-hop options. */
    public static final int NEXT_HOP_BY_HOP = 0;

    /** Next header: routing. */
    public static final int NEXT_ROUTING = 43;

    /** Next header: fragment. */
    public static final int NEXT_FRAGMENT = 44;

    /** Next header: ICMPv6. */
    public static final int NEXT_ICMP = 58;

    /** Next header: none. */
    public static final int NEXT_NONE = 59;

    /** Next header: destination options. */
    public static final int NEXT_DESTINATION_OPTIONS = 60;

    private Ipv6Header() {}

    /** 0, or the code of the {@link WireFault} of a packet of so many bytes (more are padding). */
    public static int check(MemorySegment s, long at, int bytes) {
        if (bytes < BYTES) {
            return WireFault.IPV6_CUT.code();
        }
        if (BigEndian.u8(s, at + VERSION) >>> 4 != 6) {
            return WireFault.IPV6_VERSION_WRONG.code();
        }
        if (payloadBytes(s, at) > bytes - BYTES) {
            return WireFault.IPV6_PAYLOAD_LENGTH_LYING.code();
        }
        return 0;
    }

    /** The differentiated services code point and, in the two low bits, congestion notification. */
    public static int trafficClass(MemorySegment s, long at) {
        return BigEndian.u16(s, at + VERSION) >>> 4 & 0xFF;
    }

    /** What the packets of one flow have in common, 20 bits. */
    public static int flowLabel(MemorySegment s, long at) {
        return BigEndian.u32(s, at + VERSION) & 0xF_FFFF;
    }

    /** Bytes behind this header, extension headers included. */
    public static int payloadBytes(MemorySegment s, long at) {
        return BigEndian.u16(s, at + PAYLOAD_LENGTH);
    }

    /** The type of the next header, or the protocol of the payload. */
    public static int nextHeader(MemorySegment s, long at) {
        return BigEndian.u8(s, at + NEXT_HEADER);
    }

    /** How many more hops the packet may make. */
    public static int hopLimit(MemorySegment s, long at) {
        return BigEndian.u8(s, at + HOP_LIMIT);
    }

    /** The high half of who sent the packet. */
    public static long sourceHigh(MemorySegment s, long at) {
        return BigEndian.u64(s, at + SOURCE);
    }

    /** The low half of who sent the packet. */
    public static long sourceLow(MemorySegment s, long at) {
        return BigEndian.u64(s, at + SOURCE + 8);
    }

    /** The high half of whom the packet is for. */
    public static long destinationHigh(MemorySegment s, long at) {
        return BigEndian.u64(s, at + DESTINATION);
    }

    /** The low half of whom the packet is for. */
    public static long destinationLow(MemorySegment s, long at) {
        return BigEndian.u64(s, at + DESTINATION + 8);
    }

    /** Writes a header, {@link #BYTES} long. */
    public static void write(
            MemorySegment s,
            long at,
            int trafficClass,
            int flowLabel,
            int payloadBytes,
            int nextHeader,
            int hopLimit,
            long sourceHigh,
            long sourceLow,
            long destinationHigh,
            long destinationLow) {
        BigEndian.u32(s, at, 6 << 28 | (trafficClass & 0xFF) << 20 | (flowLabel & 0xF_FFFF));
        BigEndian.u16(s, at + PAYLOAD_LENGTH, payloadBytes);
        BigEndian.u8(s, at + NEXT_HEADER, nextHeader);
        BigEndian.u8(s, at + HOP_LIMIT, hopLimit);
        BigEndian.u64(s, at + SOURCE, sourceHigh);
        BigEndian.u64(s, at + SOURCE + 8, sourceLow);
        BigEndian.u64(s, at + DESTINATION, destinationHigh);
        BigEndian.u64(s, at + DESTINATION + 8, destinationLow);
    }
}
