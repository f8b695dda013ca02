package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * Ethernet II (IEEE 802.3 clause 3), with one optional VLAN tag (IEEE 802.1Q clause 9).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +---------------------------------------------------------------+
 *  |                          destination                          |  0
 *  +-------------------------------+-------------------------------+
 *  |      destination (end)        |            source             |  4
 *  +-------------------------------+-------------------------------+
 *  |                         source (end)                          |  8
 *  +-------------------------------+-------------------------------+
 *  |     type, 0x8100 if tagged    | PCP |D|       VLAN id         | 12
 *  +-------------------------------+-------------------------------+
 *  |        type if tagged         |                                 16
 *  +-------------------------------+
 * </pre>
 *
 * <p>Addresses are longs of 48 bits, the first byte on the wire being the highest.
 */
public final class EthernetHeader {

    /** Bytes of a header without a tag. */
    public static final int BYTES = 14;

    /** Bytes that a VLAN tag adds. */
    public static final int TAG_BYTES = 4;

    /** The shortest frame, its check sequence not counted. */
    public static final int FRAME_BYTES_MIN = 60;

    /** Bytes from the header's start to the destination. */
    public static final int DESTINATION = 0;

    /** Bytes from the header's start to the source. */
    public static final int SOURCE = 6;

    /** Bytes from the header's start to the type, or to the tag. */
    public static final int TYPE = 12;

    /** Bytes from the header's start to the tag's priority and VLAN id. */
    public static final int TAG_CONTROL = 14;

    /** Bytes from the header's start to the type behind a tag. */
    public static final int TAGGED_TYPE = 16;

    /** Type of IPv4. */
    public static final int TYPE_IPV4 = 0x0800;

    /** Type of ARP. */
    public static final int TYPE_ARP = 0x0806;

    /** Type of a VLAN tag. */
    public static final int TYPE_VLAN = 0x8100;

    /** Type of IPv6. */
    public static final int TYPE_IPV6 = 0x86DD;

    /** The address of everybody. */
    public static final long BROADCAST = 0xFFFF_FFFF_FFFFL;

    private EthernetHeader() {}

    /** 0, or the code of the {@link WireFault} of a frame of so many bytes. */
    public static int check(MemorySegment s, long at, int bytes) {
        if (bytes < BYTES) {
            return WireFault.ETHERNET_CUT.code();
        }
        if (bytes < BYTES + TAG_BYTES && isTagged(s, at)) {
            return WireFault.ETHERNET_TAG_CUT.code();
        }
        return 0;
    }

    /** Whom the frame is for. */
    public static long destination(MemorySegment s, long at) {
        return BigEndian.u48(s, at + DESTINATION);
    }

    /** Sets whom the frame is for. */
    public static void destination(MemorySegment s, long at, long address) {
        BigEndian.u48(s, at + DESTINATION, address);
    }

    /** Who sent the frame. */
    public static long source(MemorySegment s, long at) {
        return BigEndian.u48(s, at + SOURCE);
    }

    /** Sets who sent the frame. */
    public static void source(MemorySegment s, long at, long address) {
        BigEndian.u48(s, at + SOURCE, address);
    }

    /** The type right behind the addresses: {@link #TYPE_VLAN} for a tagged frame. */
    public static int type(MemorySegment s, long at) {
        return BigEndian.u16(s, at + TYPE);
    }

    /** Sets the type right behind the addresses. */
    public static void type(MemorySegment s, long at, int type) {
        BigEndian.u16(s, at + TYPE, type);
    }

    /** Whether a VLAN tag stands behind the addresses. */
    public static boolean isTagged(MemorySegment s, long at) {
        return type(s, at) == TYPE_VLAN;
    }

    /** Bytes of the header, with the tag if there is one. */
    public static int bytes(MemorySegment s, long at) {
        return isTagged(s, at) ? BYTES + TAG_BYTES : BYTES;
    }

    /** The type of what the frame carries, behind the tag if there is one. */
    public static int payloadType(MemorySegment s, long at) {
        int type = type(s, at);
        return type == TYPE_VLAN ? BigEndian.u16(s, at + TAGGED_TYPE) : type;
    }

    /** The VLAN of a tagged frame, 0..4095. */
    public static int vlanId(MemorySegment s, long at) {
        return BigEndian.u16(s, at + TAG_CONTROL) & 0xFFF;
    }

    /** The priority of a tagged frame, 0..7. */
    public static int priority(MemorySegment s, long at) {
        return BigEndian.u16(s, at + TAG_CONTROL) >>> 13;
    }

    /** Writes a header without a tag, {@link #BYTES} long. */
    public static void write(
            MemorySegment s, long at, long destination, long source, int payloadType) {
        destination(s, at, destination);
        source(s, at, source);
        type(s, at, payloadType);
    }

    /** Writes a header with a tag, {@link #BYTES} and {@link #TAG_BYTES} long. */
    public static void writeTagged(
            MemorySegment s,
            long at,
            long destination,
            long source,
            int priority,
            int vlanId,
            int payloadType) {
        write(s, at, destination, source, TYPE_VLAN);
        BigEndian.u16(s, at + TAG_CONTROL, priority << 13 | (vlanId & 0xFFF));
        BigEndian.u16(s, at + TAGGED_TYPE, payloadType);
    }

    /** Whether an address is for more than one station, as {@link #BROADCAST} is. */
    public static boolean isGroup(long address) {
        return (address & 0x0100_0000_0000L) != 0;
    }
}
