package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * ARP for IPv4 on Ethernet (RFC 826).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |      hardware type (1)        |    protocol type (0x0800)     |  0
 *  +---------------+---------------+-------------------------------+
 *  | hw length (6) | length (4)    |           operation           |  4
 *  +---------------+---------------+-------------------------------+
 *  |                    sender hardware address                    |  8
 *  +-------------------------------+-------------------------------+
 *  |   sender hardware (end)       |   sender protocol address     | 12
 *  +-------------------------------+-------------------------------+
 *  |   sender protocol (end)       |   target hardware address     | 16
 *  +-------------------------------+-------------------------------+
 *  |                     target hardware (end)                     | 20
 *  +---------------------------------------------------------------+
 *  |                    target protocol address                    | 24
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class ArpPacket {

    /** Bytes of a packet. */
    public static final int BYTES = 28;

    /** Bytes from the start to the type of the hardware. */
    public static final int HARDWARE_TYPE = 0;

    /** Bytes from the start to the type of the protocol. */
    public static final int PROTOCOL_TYPE = 2;

    /** Bytes from the start to the length of hardware addresses. */
    public static final int HARDWARE_LENGTH = 4;

    /** Bytes from the start to the length of protocol addresses. */
    public static final int PROTOCOL_LENGTH = 5;

    /** Bytes from the start to the operation. */
    public static final int OPERATION = 6;

    /** Bytes from the start to the sender's hardware address. */
    public static final int SENDER_HARDWARE = 8;

    /** Bytes from the start to the sender's protocol address. */
    public static final int SENDER_PROTOCOL = 14;

    /** Bytes from the start to the target's hardware address. */
    public static final int TARGET_HARDWARE = 18;

    /** Bytes from the start to the target's protocol address. */
    public static final int TARGET_PROTOCOL = 24;

    /** Operation: who has the target's protocol address? */
    public static final int REQUEST = 1;

    /** Operation: the sender has its protocol address. */
    public static final int REPLY = 2;

    private static final int HARDWARE_ETHERNET = 1;
    private static final int LENGTHS_ETHERNET_IPV4 = 6 << 8 | 4;

    private ArpPacket() {}

    /** 0, or the code of the {@link WireFault} of a packet of so many bytes (more are padding). */
    public static int check(MemorySegment s, long at, int bytes) {
        if (bytes < BYTES) {
            return WireFault.ARP_CUT.code();
        }
        if (BigEndian.u16(s, at + HARDWARE_TYPE) != HARDWARE_ETHERNET
                || BigEndian.u16(s, at + PROTOCOL_TYPE) != EthernetHeader.TYPE_IPV4
                || BigEndian.u16(s, at + HARDWARE_LENGTH) != LENGTHS_ETHERNET_IPV4) {
            return WireFault.ARP_NOT_ETHERNET_IPV4.code();
        }
        int operation = operation(s, at);
        if (operation != REQUEST && operation != REPLY) {
            return WireFault.ARP_OPERATION_UNKNOWN.code();
        }
        return 0;
    }

    /** {@link #REQUEST} or {@link #REPLY}. */
    public static int operation(MemorySegment s, long at) {
        return BigEndian.u16(s, at + OPERATION);
    }

    /** The sender's Ethernet address, 48 bits. */
    public static long senderHardware(MemorySegment s, long at) {
        return BigEndian.u48(s, at + SENDER_HARDWARE);
    }

    /** The sender's IPv4 address. */
    public static int senderProtocol(MemorySegment s, long at) {
        return BigEndian.u32(s, at + SENDER_PROTOCOL);
    }

    /** The target's Ethernet address, 48 bits; of no meaning in a request. */
    public static long targetHardware(MemorySegment s, long at) {
        return BigEndian.u48(s, at + TARGET_HARDWARE);
    }

    /** The target's IPv4 address. */
    public static int targetProtocol(MemorySegment s, long at) {
        return BigEndian.u32(s, at + TARGET_PROTOCOL);
    }

    /** Writes a whole packet, {@link #BYTES} long. */
    public static void write(
            MemorySegment s,
            long at,
            int operation,
            long senderHardware,
            int senderProtocol,
            long targetHardware,
            int targetProtocol) {
        BigEndian.u16(s, at + HARDWARE_TYPE, HARDWARE_ETHERNET);
        BigEndian.u16(s, at + PROTOCOL_TYPE, EthernetHeader.TYPE_IPV4);
        BigEndian.u16(s, at + HARDWARE_LENGTH, LENGTHS_ETHERNET_IPV4);
        BigEndian.u16(s, at + OPERATION, operation);
        BigEndian.u48(s, at + SENDER_HARDWARE, senderHardware);
        BigEndian.u32(s, at + SENDER_PROTOCOL, senderProtocol);
        BigEndian.u48(s, at + TARGET_HARDWARE, targetHardware);
        BigEndian.u32(s, at + TARGET_PROTOCOL, targetProtocol);
    }
}
