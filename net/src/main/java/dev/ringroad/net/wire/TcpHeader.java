package dev.ringroad.net.wire;

import java.lang.foreign.MemorySegment;

/**
 * The TCP header (RFC 9293 section 3.1).
 *
 * <pre>
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  +-------------------------------+-------------------------------+
 *  |          source port          |       destination port        |  0
 *  +-------------------------------+-------------------------------+
 *  |                        sequence number                        |  4
 *  +---------------------------------------------------------------+
 *  |                     acknowledgment number                     |  8
 *  +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *  | data  |       |C|E|U|A|P|R|S|F|                               |
 *  | off-  |   0   |W|C|R|C|S|S|Y|I|            window             | 12
 *  | set   |       |R|E|G|K|H|T|N|N|                               |
 *  +-------+-------+-+-+-+-+-+-+-+-+-------------------------------+
 *  |           checksum            |        urgent pointer         | 16
 *  +-------------------------------+-------------------------------+
 *  |             options, data offset * 4 - 20 bytes               | 20
 *  +---------------------------------------------------------------+
 * </pre>
 */
public final class TcpHeader {

    /** Bytes of a header without options. */
    public static final int BYTES = 20;

    /** Bytes of the longest header. */
    public static final int BYTES_MAX = 60;

    /** Bytes from the start to the source's port. */
    public static final int SOURCE_PORT = 0;

    /** Bytes from the start to the destination's port. */
    public static final int DESTINATION_PORT = 2;

    /** Bytes from the start to the sequence number. */
    public static final int SEQUENCE = 4;

    /** Bytes from the start to the acknowledgment number. */
    public static final int ACKNOWLEDGMENT = 8;

    /** Bytes from the start to the data offset. */
    public static final int DATA_OFFSET = 12;

    /** Bytes from the start to the flags. */
    public static final int FLAGS = 13;

    /** Bytes from the start to the window. */
    public static final int WINDOW = 14;

    /** Bytes from the start to the checksum. */
    public static final int CHECKSUM = 16;

    /** Bytes from the start to the urgent pointer. */
    public static final int URGENT_POINTER = 18;

    /** Bytes from the start to the options, if there are any. */
    public static final int OPTIONS = 20;

    /** Flag: the sender has no more data. */
    public static final int FIN = 1;

    /** Flag: sequence numbers begin here. */
    public static final int SYN = 1 << 1;

    /** Flag: there is no such connection any more. */
    public static final int RST = 1 << 2;

    /** Flag: give it to the application at once. */
    public static final int PSH = 1 << 3;

    /** Flag: the acknowledgment number counts. */
    public static final int ACK = 1 << 4;

    /** Flag: the urgent pointer counts. */
    public static final int URG = 1 << 5;

    /** Flag: the receiver saw congestion (RFC 3168). */
    public static final int ECE = 1 << 6;

    /** Flag: the sender has slowed down (RFC 3168). */
    public static final int CWR = 1 << 7;

    private TcpHeader() {}

    /** 0, or the code of the {@link WireFault} of a segment of so many bytes. */
    public static int check(MemorySegment s, long at, int bytes) {
        if (bytes < BYTES) {
            return WireFault.TCP_CUT.code();
        }
        int headerBytes = headerBytes(s, at);
        if (headerBytes < BYTES || headerBytes > bytes) {
            return WireFault.TCP_HEADER_LENGTH_LYING.code();
        }
        return 0;
    }

    /** The sender's port. */
    public static int sourcePort(MemorySegment s, long at) {
        return BigEndian.u16(s, at + SOURCE_PORT);
    }

    /** The receiver's port. */
    public static int destinationPort(MemorySegment s, long at) {
        return BigEndian.u16(s, at + DESTINATION_PORT);
    }

    /** The number of the first byte of data, or of the SYN. */
    public static int sequence(MemorySegment s, long at) {
        return BigEndian.u32(s, at + SEQUENCE);
    }

    /** The number of the next byte that the sender expects. */
    public static int acknowledgment(MemorySegment s, long at) {
        return BigEndian.u32(s, at + ACKNOWLEDGMENT);
    }

    /** Bytes of the header, with its options. */
    public static int headerBytes(MemorySegment s, long at) {
        return BigEndian.u8(s, at + DATA_OFFSET) >>> 4 << 2;
    }

    /** {@link #FIN} to {@link #CWR}. */
    public static int flags(MemorySegment s, long at) {
        return BigEndian.u8(s, at + FLAGS);
    }

    /** The window as it stands, not scaled. */
    public static int window(MemorySegment s, long at) {
        return BigEndian.u16(s, at + WINDOW);
    }

    /** The checksum as it stands. */
    public static int checksum(MemorySegment s, long at) {
        return BigEndian.u16(s, at + CHECKSUM);
    }

    /** Sets the checksum. */
    public static void checksum(MemorySegment s, long at, int checksum) {
        BigEndian.u16(s, at + CHECKSUM, checksum);
    }

    /** Where urgent data end, in bytes from the sequence number. */
    public static int urgentPointer(MemorySegment s, long at) {
        return BigEndian.u16(s, at + URGENT_POINTER);
    }

    /**
     * Writes a header with checksum and urgent pointer 0; the options are the caller's to write.
     *
     * @param headerBytes with the options, a multiple of 4
     * @param window as it shall stand, scaled already
     */
    public static void write(
            MemorySegment s,
            long at,
            int sourcePort,
            int destinationPort,
            int sequence,
            int acknowledgment,
            int headerBytes,
            int flags,
            int window) {
        BigEndian.u32(s, at, sourcePort << 16 | (destinationPort & 0xFFFF));
        BigEndian.u32(s, at + SEQUENCE, sequence);
        BigEndian.u32(s, at + ACKNOWLEDGMENT, acknowledgment);
        int offsetAndFlags = headerBytes << 10 | (flags & 0xFF);
        BigEndian.u32(s, at + DATA_OFFSET, offsetAndFlags << 16 | (window & 0xFFFF));
        BigEndian.u32(s, at + CHECKSUM, 0);
    }
}
