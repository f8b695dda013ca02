package dev.ringroad.nvme.fabrics.pdu;

import dev.ringroad.nvme.command.LittleEndian;

import java.lang.foreign.MemorySegment;

/**
 * R2T, which asks for data (section 3.6.2.10).
 *
 * <pre>
 *   0       1       2       3       4                             7
 *  +---------------------------------------------------------------+
 *  |              common header: HLEN 24, HDGSTF                   |  0
 *  +---------------+---------------+-------------------------------+
 *  |     CCCID     |     TTAG      |             R2TO              |  8
 *  +---------------+---------------+-------------------------------+
 *  |             R2TL              |          reserved             |  16
 *  +-------------------------------+-------------------------------+
 *
 *  CCCID   the command's identifier
 *  TTAG    to be named in each H2CData that answers
 *  R2TO    where in the command's data they begin, in bytes, a multiple of 4
 *  R2TL    how many bytes
 * </pre>
 */
public final class ReadyPdu {
    /** HLEN, and all of it but the digest. */
    public static final int BYTES = 24;

    /** Bytes from the start to the command's identifier. */
    public static final int COMMAND_ID = 8;

    /** Bytes from the start to the transfer tag. */
    public static final int TAG = 10;

    /** Bytes from the start to the place within the command's data. */
    public static final int OFFSET = 12;

    /** Bytes from the start to the length. */
    public static final int LENGTH = 16;

    private ReadyPdu() {}

    /** CCCID. */
    public static int commandId(MemorySegment s, long at) {
        return LittleEndian.u16(s, at + COMMAND_ID);
    }

    /** TTAG. */
    public static int tag(MemorySegment s, long at) {
        return LittleEndian.u16(s, at + TAG);
    }

    /** R2TO, unsigned. */
    public static long offset(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + OFFSET) & 0xFFFF_FFFFL;
    }

    /** R2TL, unsigned. */
    public static long dataBytes(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + LENGTH) & 0xFFFF_FFFFL;
    }

    /**
     * Writes one.
     *
     * @return bytes of the PDU
     */
    public static int write(
            MemorySegment s,
            long at,
            PduLimits limits,
            int commandId,
            int tag,
            int offset,
            int dataBytes) {
        int flags = limits.headerDigest() ? PduHeader.HEADER_DIGEST : 0;
        int bytes = BYTES + limits.headerDigestBytes();
        PduHeader.write(s, at, PduType.READY_TO_TRANSFER, flags, BYTES, 0, bytes);
        LittleEndian.u16(s, at + COMMAND_ID, commandId);
        LittleEndian.u16(s, at + TAG, tag);
        LittleEndian.u32(s, at + OFFSET, offset);
        LittleEndian.u64(s, at + LENGTH, dataBytes);
        return bytes;
    }
}
