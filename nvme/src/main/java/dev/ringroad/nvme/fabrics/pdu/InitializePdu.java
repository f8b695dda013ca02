package dev.ringroad.nvme.fabrics.pdu;

import dev.ringroad.nvme.command.LittleEndian;

import java.lang.foreign.MemorySegment;

/**
 * ICReq and ICResp, which begin a connection (sections 3.6.2.2 and 3.6.2.3).
 *
 * <pre>
 *   0       1       2       3       4                             7
 *  +---------------------------------------------------------------+
 *  |            common header: HLEN 128, PLEN 128                  |  0
 *  +---------------+-------+-------+-------------------------------+
 *  |   PFV: 0      | HPDA  | DGST  |  MAXR2T                       |  8   ICReq
 *  +---------------+-------+-------+-------------------------------+
 *  |   PFV: 0      | CPDA  | DGST  |  MAXH2CDATA                   |  8   ICResp
 *  +---------------+-------+-------+-------------------------------+
 *  |                         reserved                              |  16 .. 127
 *  +---------------------------------------------------------------+
 *
 *  HPDA, CPDA   where the sender wants data to begin in the PDUs that it receives:
 *               at a multiple of 4 (value + 1) bytes, value 0 to 31
 *  DGST         bit 0: header digests, bit 1: data digests; asked for, and agreed to
 *  MAXR2T       how many R2T of one command the host takes at once, less one
 *  MAXH2CDATA   the most data of one H2CData, in bytes: at least 4096, a multiple of 4
 * </pre>
 */
public final class InitializePdu {
    /** Bytes of either. */
    public static final int BYTES = 128;

    /** Bytes from the start to the format's version. */
    public static final int VERSION = 8;

    /** Bytes from the start to the alignment of data. */
    public static final int ALIGNMENT = 10;

    /** Bytes from the start to the digests. */
    public static final int DIGESTS = 11;

    /** Bytes from the start to MAXR2T or MAXH2CDATA. */
    public static final int LIMIT = 12;

    /** The only version of the format, PFV. */
    public static final int VERSION_1_0 = 0;

    /** The largest alignment, HPDA or CPDA: 128 bytes. */
    public static final int ALIGNMENT_MAX = 31;

    /** In DGST: digests of headers. */
    public static final int HEADER_DIGEST = 0x01;

    /** In DGST: digests of data. */
    public static final int DATA_DIGEST = 0x02;

    /** The least that MAXH2CDATA may be. */
    public static final int DATA_BYTES_LEAST = 4096;

    private InitializePdu() {}

    /** PFV. */
    public static int version(MemorySegment s, long at) {
        return LittleEndian.u16(s, at + VERSION);
    }

    /** In bytes, what HPDA or CPDA says: 4 to 128, or more when the field is nonsense. */
    public static int alignmentBytes(MemorySegment s, long at) {
        return (LittleEndian.u8(s, at + ALIGNMENT) + 1) * 4;
    }

    /** Whether digests of headers are asked for or agreed to. */
    public static boolean headerDigest(MemorySegment s, long at) {
        return (LittleEndian.u8(s, at + DIGESTS) & HEADER_DIGEST) != 0;
    }

    /** Whether digests of data are asked for or agreed to. */
    public static boolean dataDigest(MemorySegment s, long at) {
        return (LittleEndian.u8(s, at + DIGESTS) & DATA_DIGEST) != 0;
    }

    /** ICReq: how many R2T of one command the host takes at once; 1 to 2^32. */
    public static long readyMax(MemorySegment s, long at) {
        return (LittleEndian.u32(s, at + LIMIT) & 0xFFFF_FFFFL) + 1;
    }

    /** ICResp: MAXH2CDATA, unsigned. */
    public static long dataBytesMax(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + LIMIT) & 0xFFFF_FFFFL;
    }

    /**
     * Writes an ICReq.
     *
     * @param alignmentBytes 4 to 128
     * @param readyMax at least 1
     */
    public static void writeRequest(
            MemorySegment s,
            long at,
            int alignmentBytes,
            boolean headerDigest,
            boolean dataDigest,
            int readyMax) {
        write(
                s,
                at,
                PduType.INITIALIZE_REQUEST,
                alignmentBytes,
                headerDigest,
                dataDigest,
                readyMax - 1);
    }

    /**
     * Writes an ICResp.
     *
     * @param alignmentBytes 4 to 128
     * @param dataBytesMax MAXH2CDATA
     */
    public static void writeResponse(
            MemorySegment s,
            long at,
            int alignmentBytes,
            boolean headerDigest,
            boolean dataDigest,
            int dataBytesMax) {
        write(
                s,
                at,
                PduType.INITIALIZE_RESPONSE,
                alignmentBytes,
                headerDigest,
                dataDigest,
                dataBytesMax);
    }

    private static void write(
            MemorySegment s,
            long at,
            int type,
            int alignmentBytes,
            boolean headerDigest,
            boolean dataDigest,
            int limit) {
        s.asSlice(at, BYTES).fill((byte) 0);
        PduHeader.write(s, at, type, 0, BYTES, 0, BYTES);
        LittleEndian.u16(s, at + VERSION, VERSION_1_0);
        LittleEndian.u8(s, at + ALIGNMENT, alignmentBytes / 4 - 1);
        int digests = (headerDigest ? HEADER_DIGEST : 0) | (dataDigest ? DATA_DIGEST : 0);
        LittleEndian.u8(s, at + DIGESTS, digests);
        LittleEndian.u32(s, at + LIMIT, limit);
    }
}
