package dev.ringroad.net.device;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.TcpHeader;

import java.lang.foreign.MemorySegment;

/**
 * What travels before each frame: the work that one end leaves to the other (virtio 1.2, section
 * 5.1.6, the legacy form, numbers in the machine's byte order).
 *
 * <pre>
 *   0       1          2              4          6                8                10
 *   | flags | gso type | header bytes | gso size | checksum start | checksum offset |
 * </pre>
 */
public final class VnetHeader {

    /** Bytes of the header. */
    public static final int BYTES = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_BYTES = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    private static final byte NEEDS_CHECKSUM = 1;
    private static final byte DATA_VALID = 2;

    private static final byte GSO_NONE = 0;
    private static final byte GSO_TCPV4 = 1;
    private static final byte GSO_TCPV6 = 4;
    private static final byte GSO_ECN = (byte) 0x80;

    static {
        if (CHECKSUM_OFFSET + Short.BYTES != BYTES) {
            throw new ExceptionInInitializerError("the virtio-net header has 10 bytes");
        }
    }

    private VnetHeader() {}

    /** Writes the header for a frame whose requests the kernel is to fulfil. */
    public static void write(MemorySegment s, long at, Packet packet) {
        byte flags = 0;
        int start = 0;
        int offset = 0;
        if (packet.has(Packet.CHECKSUM_REQUESTED)) {
            flags = NEEDS_CHECKSUM;
            start = packet.checksumStart();
            offset = packet.checksumOffset();
        }
        s.set(JAVA_BYTE, at + FLAGS, flags);
        s.set(JAVA_SHORT_UNALIGNED, at + CHECKSUM_START, (short) start);
        s.set(JAVA_SHORT_UNALIGNED, at + CHECKSUM_OFFSET, (short) offset);
        int segmentation = packet.segmentation();
        if (segmentation == Packet.SEGMENT_NONE) {
            s.set(JAVA_BYTE, at + GSO_TYPE, GSO_NONE);
            s.set(JAVA_SHORT_UNALIGNED, at + HEADER_BYTES, (short) 0);
            s.set(JAVA_SHORT_UNALIGNED, at + GSO_SIZE, (short) 0);
        } else {
            byte type = segmentation == Packet.SEGMENT_TCP4 ? GSO_TCPV4 : GSO_TCPV6;
            s.set(JAVA_BYTE, at + GSO_TYPE, type);
            int headers = start + tcpHeaderBytes(packet, start);
            s.set(JAVA_SHORT_UNALIGNED, at + HEADER_BYTES, (short) headers);
            s.set(JAVA_SHORT_UNALIGNED, at + GSO_SIZE, (short) packet.segmentBytes());
        }
    }

    private static int tcpHeaderBytes(Packet packet, int start) {
        if (start + TcpHeader.BYTES > packet.length()) {
            return 0;
        }
        return TcpHeader.headerBytes(packet.segment(), packet.offset() + start);
    }

    /** Whether the kernel vouches for the checksum of a frame, which it may have left undone. */
    public static boolean isVerified(MemorySegment s, long at) {
        return (s.get(JAVA_BYTE, at + FLAGS) & (NEEDS_CHECKSUM | DATA_VALID)) != 0;
    }

    /** Whether a frame is a plain one, or of joined segments of a kind that we can have offered. */
    public static boolean isKnownKind(MemorySegment s, long at) {
        byte type = (byte) (s.get(JAVA_BYTE, at + GSO_TYPE) & ~GSO_ECN);
        return type == GSO_NONE || type == GSO_TCPV4 || type == GSO_TCPV6;
    }

    /**
     * Whether the kernel has left the checksum of a frame undone, as {@link #request} then asks.
     */
    public static boolean isUndone(MemorySegment s, long at) {
        return (s.get(JAVA_BYTE, at + FLAGS) & NEEDS_CHECKSUM) != 0;
    }

    /**
     * Makes what a header asks for a received frame the packet's own request, so that a device that
     * the packet is sent to fulfils it.
     *
     * @param shift by how many bytes the packet's headers are longer than the frame's
     * @return false when the header points outside the packet
     */
    public static boolean request(MemorySegment s, long at, Packet packet, int shift) {
        if (isUndone(s, at)) {
            int start = (s.get(JAVA_SHORT_UNALIGNED, at + CHECKSUM_START) & 0xFFFF) + shift;
            int offset = s.get(JAVA_SHORT_UNALIGNED, at + CHECKSUM_OFFSET) & 0xFFFF;
            if (start + offset + Short.BYTES > packet.length()) {
                return false;
            }
            packet.requestChecksum(start, offset);
        }
        byte type = (byte) (s.get(JAVA_BYTE, at + GSO_TYPE) & ~GSO_ECN);
        if (type != GSO_NONE) {
            packet.requestSegmentation(
                    type == GSO_TCPV4 ? Packet.SEGMENT_TCP4 : Packet.SEGMENT_TCP6,
                    s.get(JAVA_SHORT_UNALIGNED, at + GSO_SIZE) & 0xFFFF);
        }
        return true;
    }
}
