package dev.ringroad.nvme.fabrics.pdu;

import dev.ringroad.nvme.command.LittleEndian;

import java.lang.foreign.MemorySegment;

/**
 * H2CTermReq and C2HTermReq, which say why a connection ends (sections 3.6.2.4 and 3.6.2.5).
 *
 * <pre>
 *   0       1       2       3       4                             7
 *  +---------------------------------------------------------------+
 *  |             common header: HLEN 24, no digests                |  0
 *  +---------------+-------------------------------+---------------+
 *  |      FES      |              FEI              |   reserved    |  8
 *  +---------------+-------------------------------+---------------+
 *  |                         reserved                              |  16
 *  +---------------------------------------------------------------+
 *  |  the header of the PDU in question, at most 128 bytes of it   |  24
 *  +---------------------------------------------------------------+
 *
 *  FES   the fatal error, see {@link PduFault}
 *  FEI   more of it: the byte offset of a wrong field, or the digest that was received
 * </pre>
 */
public final class TerminatePdu {
    /** HLEN. */
    public static final int HEADER_BYTES = 24;

    /** Bytes from the start to the fatal error. */
    public static final int STATUS = 8;

    /** Bytes from the start to what more is said of it. */
    public static final int INFORMATION = 10;

    /** The most of the other PDU's header that is quoted. */
    public static final int QUOTED_BYTES_MAX = 128;

    /** Bytes of the longest. */
    public static final int BYTES_MAX = HEADER_BYTES + QUOTED_BYTES_MAX;

    private TerminatePdu() {}

    /** FES. */
    public static int status(MemorySegment s, long at) {
        return LittleEndian.u16(s, at + STATUS);
    }

    /** FEI. */
    public static int information(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + INFORMATION);
    }

    /**
     * Writes one.
     *
     * @param type {@link PduType#HOST_TERMINATE} or {@link PduType#CONTROLLER_TERMINATE}
     * @param fault what a check said
     * @param wrong where the header in question is
     * @param wrongBytes how much of it is there; what is more than 128 bytes is left out
     * @return bytes of the PDU
     */
    public static int write(
            MemorySegment s,
            long at,
            int type,
            long fault,
            MemorySegment wrong,
            long wrongAt,
            int wrongBytes) {
        int quoted = Math.min(wrongBytes, QUOTED_BYTES_MAX);
        int bytes = HEADER_BYTES + quoted;
        MemorySegment.copy(wrong, wrongAt, s, at + HEADER_BYTES, quoted);
        PduHeader.write(s, at, type, 0, HEADER_BYTES, 0, bytes);
        LittleEndian.u64(s, at + STATUS, PduFault.status(fault));
        LittleEndian.u64(s, at + STATUS + 8, 0);
        LittleEndian.u32(s, at + INFORMATION, PduFault.information(fault));
        return bytes;
    }
}
