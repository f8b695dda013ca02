package dev.ringroad.nvme.fabrics.pdu;

import java.lang.foreign.MemorySegment;

/**
 * CapsuleCmd and CapsuleResp, which carry commands and completions (sections 3.6.2.6 and 3.6.2.7).
 *
 * <pre>
 *   0               CapsuleCmd               8              72
 *  +----------------------------------------+---------------+------+---+----+------+
 *  | common header: HLEN 72, HDGSTF, DDGSTF | command       |HDGST |pad|data|DDGST |
 *  +----------------------------------------+---------------+------+---+----+------+
 *
 *   0               CapsuleResp              8              24
 *  +----------------------------------------+---------------+------+
 *  | common header: HLEN 24, HDGSTF         | completion    |HDGST |
 *  +----------------------------------------+---------------+------+
 * </pre>
 *
 * Data of a command may travel in the capsule, from PDO to the end or its digest; without data PDO
 * means nothing.
 */
public final class CapsulePdu {
    /** Bytes of a command. */
    public static final int COMMAND_BYTES = 64;

    /** Bytes of a completion. */
    public static final int COMPLETION_BYTES = 16;

    /** Bytes from the start of a CapsuleCmd to the command. */
    public static final int COMMAND = PduHeader.BYTES;

    /** Bytes from the start of a CapsuleResp to the completion. */
    public static final int COMPLETION = PduHeader.BYTES;

    /** HLEN of a CapsuleCmd. */
    public static final int COMMAND_HEADER_BYTES = COMMAND + COMMAND_BYTES;

    /** HLEN of a CapsuleResp. */
    public static final int RESPONSE_HEADER_BYTES = COMPLETION + COMPLETION_BYTES;

    /** In-capsule data that a controller takes with commands of the admin queue and Connect. */
    public static final int ADMIN_DATA_BYTES_MAX = 8192;

    private CapsulePdu() {}

    /**
     * Writes the common header of a CapsuleCmd; the command itself is the caller's.
     *
     * @param dataBytes in-capsule data, 0 for none
     * @return bytes of the PDU
     */
    public static int writeCommandHeader(
            MemorySegment s, long at, PduLimits limits, int dataBytes) {
        int flags = limits.headerDigest() ? PduHeader.HEADER_DIGEST : 0;
        int offset = 0;
        int bytes = COMMAND_HEADER_BYTES + limits.headerDigestBytes();
        if (dataBytes > 0) {
            flags |= limits.dataDigest() ? PduHeader.DATA_DIGEST : 0;
            offset = limits.dataOffset(COMMAND_HEADER_BYTES);
            bytes = offset + dataBytes + limits.dataDigestBytes();
        }
        PduHeader.write(s, at, PduType.CAPSULE_COMMAND, flags, COMMAND_HEADER_BYTES, offset, bytes);
        return bytes;
    }

    /**
     * Writes the common header of a CapsuleResp; the completion itself is the caller's.
     *
     * @return bytes of the PDU
     */
    public static int writeResponseHeader(MemorySegment s, long at, PduLimits limits) {
        int flags = limits.headerDigest() ? PduHeader.HEADER_DIGEST : 0;
        int bytes = RESPONSE_HEADER_BYTES + limits.headerDigestBytes();
        PduHeader.write(s, at, PduType.CAPSULE_RESPONSE, flags, RESPONSE_HEADER_BYTES, 0, bytes);
        return bytes;
    }

    /** Bytes of a checked CapsuleCmd's in-capsule data, 0 for none. */
    public static int dataBytes(MemorySegment s, long at, PduLimits limits) {
        int bare = COMMAND_HEADER_BYTES + limits.headerDigestBytes();
        int bytes = (int) PduHeader.bytes(s, at);
        return bytes == bare ? 0 : bytes - PduHeader.dataOffset(s, at) - limits.dataDigestBytes();
    }
}
