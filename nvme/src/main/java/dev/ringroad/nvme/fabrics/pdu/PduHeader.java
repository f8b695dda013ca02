package dev.ringroad.nvme.fabrics.pdu;

import dev.ringroad.nvme.command.LittleEndian;

import java.lang.foreign.MemorySegment;

/**
 * What every PDU begins with, the common header (section 3.6.2.1).
 *
 * <pre>
 *   0       1       2       3       4                             7
 *  +-------+-------+-------+-------+-------------------------------+
 *  | type  | flags | HLEN  |  PDO  |             PLEN              |  0
 *  +-------+-------+-------+-------+-------------------------------+
 *
 *  HLEN  bytes of the header, without its digest
 *  PDO   bytes from the PDU's start to its data
 *  PLEN  bytes of it all: header, digest, padding, data, digest
 *
 *  flags   7     6     5     4      3       2      1       0
 *        +-----+-----+-----+-----+-------+------+-------+-------+
 *        |        reserved       |SUCCESS| LAST |DDGSTF | HDGSTF|
 *        +-----+-----+-----+-----+-------+------+-------+-------+
 * </pre>
 */
public final class PduHeader {
    /** Bytes of it. */
    public static final int BYTES = 8;

    /** Bytes from the start to the flags. */
    public static final int FLAGS = 1;

    /** Bytes from the start to the header's length. */
    public static final int HEADER_LENGTH = 2;

    /** Bytes from the start to the data's offset. */
    public static final int DATA_OFFSET = 3;

    /** Bytes from the start to the PDU's length. */
    public static final int LENGTH = 4;

    /** The header has a digest behind it. */
    public static final int HEADER_DIGEST = 0x01;

    /** The data have a digest behind them. */
    public static final int DATA_DIGEST = 0x02;

    /** The last data of a command (C2HData), or of what an R2T asked for (H2CData). */
    public static final int LAST = 0x04;

    /** The command is done without an error, and no CapsuleResp follows (C2HData). */
    public static final int SUCCESS = 0x08;

    /** Bytes of a digest. */
    public static final int DIGEST_BYTES = 4;

    private PduHeader() {}

    /** The {@link PduType}. */
    public static int type(MemorySegment s, long at) {
        return LittleEndian.u8(s, at);
    }

    /** See the constants. */
    public static int flags(MemorySegment s, long at) {
        return LittleEndian.u8(s, at + FLAGS);
    }

    /** Whether a flag is set. */
    public static boolean has(MemorySegment s, long at, int flag) {
        return (flags(s, at) & flag) != 0;
    }

    /** HLEN: bytes of the header without its digest. */
    public static int headerBytes(MemorySegment s, long at) {
        return LittleEndian.u8(s, at + HEADER_LENGTH);
    }

    /** PDO: bytes from the PDU's start to its data. */
    public static int dataOffset(MemorySegment s, long at) {
        return LittleEndian.u8(s, at + DATA_OFFSET);
    }

    /** PLEN: bytes of the whole PDU, unsigned. */
    public static long bytes(MemorySegment s, long at) {
        return LittleEndian.u32(s, at + LENGTH) & 0xFFFF_FFFFL;
    }

    /** Writes all of it, in one store. */
    public static void write(
            MemorySegment s,
            long at,
            int type,
            int flags,
            int headerBytes,
            int dataOffset,
            int bytes) {
        long low = type | flags << 8 | headerBytes << 16 | (long) dataOffset << 24;
        LittleEndian.u64(s, at, low | (long) bytes << 32);
    }
}
