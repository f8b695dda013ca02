package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The IPv4 header (RFC 791 section 3.1; traffic class: RFC 2474, RFC 3168).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------+-------+---------------+-------------------------------+
 *  |   4   |  IHL  | traffic class |         total length          |  0
 *  +-------+-------+---------------+-----+-------------------------+
 *  |        identification         |0 D M|    fragment offset      |  4
 *  +---------------+---------------+-----+-------------------------+
 *  |      TTL      |   protocol    |        header checksum        |  8
 *  +---------------+---------------+-------------------------------+
 *  |                            source                             | 12
 *  +---------------------------------------------------------------+
 *  |                          destination                          | 16
 *  +---------------------------------------------------------------+
 *  |                 options, IHL * 4 - 20 bytes                   | 20
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class Ipv4Header {

    /** Bytes of a header without options. */
    public static final int BYTES = 20;

    /** Bytes of the longest header. */
    public static final int BYTES_MAX = 60;

    /** Bytes from the start to version and header length. */
    public static final int VERSION = 0;

    /** Bytes from the start to the traffic class. */
    public static final int TRAFFIC_CLASS = 1;

    /** Bytes from the start to the total length. */
    public static final int TOTAL_LENGTH = 2;

    /** Bytes from the start to the identification. */
    public static final int IDENTIFICATION = 4;

    /** Bytes from the start to the flags and the fragment offset. */
    public static final int FRAGMENT = 6;

    /** Bytes from the start to the time to live. */
    public static final int TTL = 8;

    /** Bytes from the start to the protocol. */
    public static final int PROTOCOL = 9;

    /** Bytes from the start to the checksum. */
    public static final int CHECKSUM = 10;

    /** Bytes from the start to the source. */
    public static final int SOURCE = 12;

    /** Bytes from the start to the destination. */
    public static final int DESTINATION = 16;

    /** Bytes from the start to the options, if there are any. */
    public static final int OPTIONS = 20;

    /** Flag in {@link #fragment}: routers may not fragment. */
    public static final int DONT_FRAGMENT = 0x4000;

    /** Flag in {@link #fragment}: this is not the last fragment. */
    public static final int MORE_FRAGMENTS = 0x2000;

    /** Mask in {@link #fragment}: the offset in units of 8 bytes. */
    public static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

    /** Protocol number of ICMP. */
    public static final int PROTOCOL_ICMP = 1;

    /** Protocol number of TCP. */
    public static final int PROTOCOL_TCP = 6;

    /** Protocol number of UDP. */
    public static final int PROTOCOL_UDP = 17;

    private static final int OPTION_END = 0;
    private static final int OPTION_NOTHING = 1;
    private static final int OPTION_LOOSE_SOURCE_ROUTE = 131;
    private static final int OPTION_STRICT_SOURCE_ROUTE = 137;

    private Ipv4Header() {}

    /**
     * 0, or the code of the {@link WireFault} of a packet of so many bytes. More bytes than the
     * total length are padding. The checksum is {@link #checksumIsRight}'s subject.
     */
    public static int check(MemorySegment s, long at, int bytes) {
        if (bytes < BYTES) {
            return WireFault.IPV4_CUT.code();
        }
        int first = BigEndian.u8(s, at + VERSION);
        if (first >>> 4 != 4) {
            return WireFault.IPV4_VERSION_WRONG.code();
        }
        int headerBytes = (first & 0xF) << 2;
        if (headerBytes < BYTES || headerBytes > bytes) {
            return WireFault.IPV4_HEADER_LENGTH_LYING.code();
        }
        int total = totalBytes(s, at);
        if (total < headerBytes || total > bytes) {
            return WireFault.IPV4_TOTAL_LENGTH_LYING.code();
        }
        return 0;
    }

    /** Bytes of the header, with its options. */
    public static int headerBytes(MemorySegment s, long at) {
        return (BigEndian.u8(s, at + VERSION) & 0xF) << 2;
    }

    /** The differentiated services code point and, in the two low bits, congestion notification. */
    public static int trafficClass(MemorySegment s, long at) {
        return BigEndian.u8(s, at + TRAFFIC_CLASS);
    }

    /** Bytes of the packet, the header included. */
    public static int totalBytes(MemorySegment s, long at) {
        return BigEndian.u16(s, at + TOTAL_LENGTH);
    }

    /** What the fragments of one packet have in common. */
    public static int identification(MemorySegment s, long at) {
        return BigEndian.u16(s, at + IDENTIFICATION);
    }

    /** The flags and the fragment offset as they stand, 16 bits. */
    public static int fragment(MemorySegment s, long at) {
        return BigEndian.u16(s, at + FRAGMENT);
    }

    /** Whether this is a part of a packet. */
    public static boolean isFragment(MemorySegment s, long at) {
        return (fragment(s, at) & (MORE_FRAGMENTS | FRAGMENT_OFFSET_MASK)) != 0;
    }

    /** Whether parts behind this one follow. */
    public static boolean moreFragments(MemorySegment s, long at) {
        return (fragment(s, at) & MORE_FRAGMENTS) != 0;
    }

    /** Whether routers may not fragment the packet. */
    public static boolean dontFragment(MemorySegment s, long at) {
        return (fragment(s, at) & DONT_FRAGMENT) != 0;
    }

    /** Where this part belongs in the packet's payload, in bytes. */
    public static int fragmentOffsetBytes(MemorySegment s, long at) {
        return (fragment(s, at) & FRAGMENT_OFFSET_MASK) << 3;
    }

    /** How many more hops the packet may make. */
    public static int ttl(MemorySegment s, long at) {
        return BigEndian.u8(s, at + TTL);
    }

    /** The protocol of the payload. */
    public static int protocol(MemorySegment s, long at) {
        return BigEndian.u8(s, at + PROTOCOL);
    }

    /** The header's checksum as it stands. */
    public static int checksum(MemorySegment s, long at) {
        return BigEndian.u16(s, at + CHECKSUM);
    }

    /** Sets the header's checksum. */
    public static void checksum(MemorySegment s, long at, int checksum) {
        BigEndian.u16(s, at + CHECKSUM, checksum);
    }

    /** Whether the header's checksum is right; {@link #check} first. */
    public static boolean checksumIsRight(MemorySegment s, long at) {
        return Checksum.isRight(Checksum.partial(s, at, headerBytes(s, at), 0));
    }

    /** Who sent the packet. */
    public static int source(MemorySegment s, long at) {
        return BigEndian.u32(s, at + SOURCE);
    }

    /** Whom the packet is for. */
    public static int destination(MemorySegment s, long at) {
        return BigEndian.u32(s, at + DESTINATION);
    }

    /**
     * Writes a header without options, {@link #BYTES} long, with its checksum.
     *
     * @param totalBytes header and payload
     * @param fragment flags and fragment offset, 16 bits
     */
    public static void write(
            MemorySegment s,
            long at,
            int trafficClass,
            int totalBytes,
            int identification,
            int fragment,
            int ttl,
            int protocol,
            int source,
            int destination) {
        BigEndian.u32(s, at, 0x45 << 24 | (trafficClass & 0xFF) << 16 | (totalBytes & 0xFFFF));
        BigEndian.u32(s, at + IDENTIFICATION, identification << 16 | (fragment & 0xFFFF));
        BigEndian.u32(s, at + TTL, ttl << 24 | (protocol & 0xFF) << 16);
        BigEndian.u32(s, at + SOURCE, source);
        BigEndian.u32(s, at + DESTINATION, destination);
        checksum(s, at, Checksum.of(s, at, BYTES));
    }

    /**
     * Whether the sender wants to choose the packet's way (RFC 791 section 3.1), which RFC 7126
     * advises to refuse; {@link #check} first. Options that lie about their length count as that.
     */
    public static boolean isSourceRouted(MemorySegment s, long at) {
        int end = headerBytes(s, at);
        int i = OPTIONS;
        while (i < end) {
            int kind = BigEndian.u8(s, at + i);
            if (kind == OPTION_END) {
                return false;
            }
            if (kind == OPTION_NOTHING) {
                i++;
                continue;
            }
            if (kind == OPTION_LOOSE_SOURCE_ROUTE || kind == OPTION_STRICT_SOURCE_ROUTE) {
                return true;
            }
            int length = i + 1 < end ? BigEndian.u8(s, at + i + 1) : 0;
            if (length < 2 || i + length > end) {
                return true;
            }
            i += length;
        }
        return false;
    }
}
