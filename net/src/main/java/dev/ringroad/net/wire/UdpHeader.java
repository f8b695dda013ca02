package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The UDP header (RFC 768).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |  0
 *  +-------------------------------+-------------------------------+
 *  |            length             |      checksum, 0: none        |  4
 *  +-------------------------------+-------------------------------+
 * </pre>
 */
public final class UdpHeader {

    /** Bytes of a header. */
    public static final int BYTES = 8;

    /** Bytes from the start to the source's port. */
    public static final int SOURCE_PORT = 0;

    /** Bytes from the start to the destination's port. */
    public static final int DESTINATION_PORT = 2;

    /** Bytes from the start to the length. */
    public static final int LENGTH = 4;

    /** Bytes from the start to the checksum. */
    public static final int CHECKSUM = 6;

    private UdpHeader() {}

    /** 0, or the code of the {@link WireFault} of a packet of so many bytes (more are padding). */
    public static int check(MemorySegment s, long at, int bytes) {
        if (bytes < BYTES) {
            return WireFault.UDP_CUT.code();
        }
        int length = length(s, at);
        if (length < BYTES || length > bytes) {
            return WireFault.UDP_LENGTH_LYING.code();
        }
        return 0;
    }

    /** The sender's port; 0 if it wants no answer. */
    public static int sourcePort(MemorySegment s, long at) {
        return BigEndian.u16(s, at + SOURCE_PORT);
    }

    /** The receiver's port. */
    public static int destinationPort(MemorySegment s, long at) {
        return BigEndian.u16(s, at + DESTINATION_PORT);
    }

    /** Bytes of the header and its data. */
    public static int length(MemorySegment s, long at) {
        return BigEndian.u16(s, at + LENGTH);
    }

    /** The checksum as it stands; 0 says that the sender made none. */
    public static int checksum(MemorySegment s, long at) {
        return BigEndian.u16(s, at + CHECKSUM);
    }

    /** Sets the checksum. */
    public static void checksum(MemorySegment s, long at, int checksum) {
        BigEndian.u16(s, at + CHECKSUM, checksum);
    }

    /**
     * The checksum to store for a sum over pseudo-header, header and data: never 0, which would say
     * that there is none.
     */
    public static int finish(long sum) {
        int checksum = Checksum.finish(sum);
        return checksum == 0 ? 0xFFFF : checksum;
    }

    /**
     * Writes a header with checksum 0, {@link #BYTES} long.
     *
     * @param length bytes of the header and its data
     */
    public static void write(
            MemorySegment s, long at, int sourcePort, int destinationPort, int length) {
        BigEndian.u32(s, at, sourcePort << 16 | (destinationPort & 0xFFFF));
        BigEndian.u32(s, at + LENGTH, length << 16);
    }
}
