package dev.ringroad.nvme.fabrics.pdu;

/**
 * What the two ends of a connection agreed to with ICReq and ICResp, seen from one of them.
 *
 * @param headerDigest whether headers have digests
 * @param dataDigest whether data have digests
 * @param receivedAlignmentBytes what PDO of PDUs that come is a multiple of, 4 to 128: the
 *     controller's CPDA, or the host's HPDA, as this end named it
 * @param sentAlignmentBytes what PDO of PDUs that go is a multiple of, as the other end named it
 * @param capsuleDataBytesMax the most data in a CapsuleCmd
 * @param hostDataBytesMax the most data in an H2CData (MAXH2CDATA)
 * @param readyMax how many R2T of one command may be under way at once
 */
public record PduLimits(
        boolean headerDigest,
        boolean dataDigest,
        int receivedAlignmentBytes,
        int sentAlignmentBytes,
        int capsuleDataBytesMax,
        int hostDataBytesMax,
        int readyMax) {
    public PduLimits {
        requireAlignment(receivedAlignmentBytes);
        requireAlignment(sentAlignmentBytes);
        if (hostDataBytesMax < InitializePdu.DATA_BYTES_LEAST || (hostDataBytesMax & 3) != 0) {
            throw new IllegalArgumentException(
                    "MAXH2CDATA is a multiple of 4 of at least 4096, not " + hostDataBytesMax);
        }
        if (capsuleDataBytesMax < 0 || readyMax < 1) {
            throw new IllegalArgumentException(
                    "Not limits: "
                            + capsuleDataBytesMax
                            + " bytes in a capsule, "
                            + readyMax
                            + " R2T at once");
        }
    }

    private static void requireAlignment(int bytes) {
        if (bytes < 4 || bytes > 128 || (bytes & 3) != 0) {
            throw new IllegalArgumentException(
                    "Data begin at a multiple of 4, 8, ... 128 bytes, not of " + bytes);
        }
    }

    /** Bytes of the digest behind a header. */
    public int headerDigestBytes() {
        return headerDigest ? PduHeader.DIGEST_BYTES : 0;
    }

    /** Bytes of the digest behind data. */
    public int dataDigestBytes() {
        return dataDigest ? PduHeader.DIGEST_BYTES : 0;
    }

    /** Flags of a PDU that goes, with data. */
    public int digestFlags() {
        return (headerDigest ? PduHeader.HEADER_DIGEST : 0)
                | (dataDigest ? PduHeader.DATA_DIGEST : 0);
    }

    /** Where data begin in a PDU that goes (PDO), behind a header, its digest and padding. */
    public int dataOffset(int headerBytes) {
        int alignment = sentAlignmentBytes;
        return (headerBytes + headerDigestBytes() + alignment - 1) / alignment * alignment;
    }
}
