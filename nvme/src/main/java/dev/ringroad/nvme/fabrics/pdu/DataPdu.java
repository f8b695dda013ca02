package dev.ringroad.nvme.fabrics.pdu;

import dev.ringroad.nvme.command.LittleEndian;

import java.lang.foreign.MemorySegment;

/**
 * H2CData and C2HData, which carry data apart from capsules (sections 3.6.2.8 and 3.6.2.9).
 *
 * <pre>
 *   0       1       2       3       4                             7
 *  +---------------------------------------------------------------+
 *  |  common header: HLEN 24, HDGSTF, DDGSTF, LAST, SUCCESS (C2H)  |  0
 *  +---------------+---------------+-------------------------------+
 *  |     CCCID     |     TTAG      |            DATAO              |  8
 *  +---------------+---------------+-------------------------------+
 *  |             DATAL             |          reserved             |  16
 *  +-------------------------------+-------------------------------+
 *  |  HDGST, padding up to PDO, data, DDGST                        |  24
 *  +---------------------------------------------------------------+
 *
 *  CCCID   the command's identifier
 *  TTAG    what the R2T has; reserved in C2HData
 *  DATAO   where in the command's data these begin, in bytes, a multiple of 4
 *  DATAL   how many bytes they are
 * </pre>
 */
public final class DataPdu {
    /** HLEN. */
    public static final int HEADER_BYTES = 24;

    /** Bytes from the start to the command's identifier. */
    public static final int COMMAND_ID = 8;

    /** Bytes from the start to the transfer tag. */
    public static final int TAG = 10;

    /** Bytes from the start to the place within the command's data. */
    public static final int OFFSET = 12;

    /** Bytes from the start to the length of the data. */
    public static final int LENGTH = 16;

    private DataPdu() {}

    /** CCCID. */
    public static int commandId(MemorySegment s, long at) {
        return LittleEndian.u16(s, at + COMMAND_ID);
    }

    /** TTAG. */
    public static int tag(MemorySegment s, long at) {
        return LittleEndian.u16(s, at + TAG);
    }

    /** DATAO, unsigned. */
    public static long offset(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + OFFSET) & 0xFFFF_FFFFL;
    }

    /** DATAL, unsigned. */
    public static long dataBytes(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + LENGTH) & 0xFFFF_FFFFL;
    }

    /**
     * Writes the header of an H2CData.
     *
     * @param last whether they are the last that the R2T asked for
     * @return bytes of the PDU
     */
    public static int writeHostData(
            MemorySegment s,
            long at,
            PduLimits limits,
            int commandId,
            int tag,
            int offset,
            int dataBytes,
            boolean last) {
        int flags = last ? PduHeader.LAST : 0;
        return write(s, at, limits, PduType.HOST_DATA, flags, commandId, tag, offset, dataBytes);
    }

    /**
     * Writes the header of a C2HData.
     *
     * @param flags {@link PduHeader#LAST} and {@link PduHeader#SUCCESS} or neither
     * @return bytes of the PDU
     */
    public static int writeControllerData(
            MemorySegment s,
            long at,
            PduLimits limits,
            int flags,
            int commandId,
            int offset,
            int dataBytes) {
        return write(
                s, at, limits, PduType.CONTROLLER_DATA, flags, commandId, 0, offset, dataBytes);
    }

    private static int write(
            MemorySegment s,
            long at,
            PduLimits limits,
            int type,
            int flags,
            int commandId,
            int tag,
            int offset,
            int dataBytes) {
        int dataAt = limits.dataOffset(HEADER_BYTES);
        int bytes = dataAt + dataBytes + limits.dataDigestBytes();
        int all = flags | limits.digestFlags();
        PduHeader.write(s, at, type, all, HEADER_BYTES, dataAt, bytes);
        LittleEndian.u16(s, at + COMMAND_ID, commandId);
        LittleEndian.u16(s, at + TAG, tag);
        LittleEndian.u32(s, at + OFFSET, offset);
        LittleEndian.u64(s, at + LENGTH, dataBytes);
        return bytes;
    }
}
