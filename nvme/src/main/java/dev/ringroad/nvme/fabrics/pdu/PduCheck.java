package dev.ringroad.nvme.fabrics.pdu;

import dev.ringroad.nvme.command.LittleEndian;

import java.lang.foreign.MemorySegment;

/**
 * Holds headers that came against what was agreed to (section 3.5, error handling). First the
 * common header, as soon as its 8 bytes are there, then the rest; what passes both has a length
 * that is safe to wait for. Whether the PDU fits the conversation is for its receiver to say.
 */
public final class PduCheck {
    private static final int DWORD_MASK = 3;

    private PduCheck() {}

    /**
     * Checks a common header.
     *
     * @param fromHost whether the receiver is the controller
     * @return 0, or a {@link PduFault}
     */
    public static long commonHeader(MemorySegment s, long at, PduLimits limits, boolean fromHost) {
        int type = PduHeader.type(s, at);
        if (!(fromHost ? PduType.isFromHost(type) : PduType.isFromController(type))) {
            return PduFault.TYPE_UNKNOWN.at(0);
        }
        int headerBytes = PduHeader.headerBytes(s, at);
        if (headerBytes != PduType.headerBytes(type)) {
            return PduFault.HEADER_LENGTH_WRONG.at(PduHeader.HEADER_LENGTH);
        }
        if (!PduType.isDigested(type)) {
            return undigested(s, at, type, headerBytes);
        }
        int flags = PduHeader.flags(s, at);
        if ((flags & PduHeader.HEADER_DIGEST) != 0 != limits.headerDigest()) {
            return PduFault.FLAGS_WRONG.at(PduHeader.FLAGS);
        }
        int bare = headerBytes + limits.headerDigestBytes();
        long bytes = PduHeader.bytes(s, at);
        return switch (type) {
            case PduType.CAPSULE_RESPONSE, PduType.READY_TO_TRANSFER ->
                    bytes == bare ? 0 : PduFault.LENGTH_WRONG.at(PduHeader.LENGTH);
            case PduType.CAPSULE_COMMAND ->
                    bytes == bare ? 0 : withData(s, at, limits, bare, limits.capsuleDataBytesMax());
            case PduType.HOST_DATA -> withData(s, at, limits, bare, limits.hostDataBytesMax());
            default -> withData(s, at, limits, bare, Integer.MAX_VALUE);
        };
    }

    private static long undigested(MemorySegment s, long at, int type, int headerBytes) {
        int digests = PduHeader.HEADER_DIGEST | PduHeader.DATA_DIGEST;
        if ((PduHeader.flags(s, at) & digests) != 0) {
            return PduFault.FLAGS_WRONG.at(PduHeader.FLAGS);
        }
        boolean quotes = type == PduType.HOST_TERMINATE || type == PduType.CONTROLLER_TERMINATE;
        long bytes = PduHeader.bytes(s, at);
        int most = headerBytes + (quotes ? TerminatePdu.QUOTED_BYTES_MAX : 0);
        return bytes < headerBytes || bytes > most ? PduFault.LENGTH_WRONG.at(PduHeader.LENGTH) : 0;
    }

    private static long withData(
            MemorySegment s, long at, PduLimits limits, int bare, int dataBytesMax) {
        int flags = PduHeader.flags(s, at);
        if ((flags & PduHeader.DATA_DIGEST) != 0 != limits.dataDigest()) {
            return PduFault.FLAGS_WRONG.at(PduHeader.FLAGS);
        }
        long bytes = PduHeader.bytes(s, at);
        int offset = PduHeader.dataOffset(s, at);
        if (offset < bare || offset % limits.receivedAlignmentBytes() != 0) {
            return PduFault.DATA_OFFSET_WRONG.at(PduHeader.DATA_OFFSET);
        }
        long dataBytes = bytes - offset - limits.dataDigestBytes();
        if (dataBytes < 1) {
            return PduFault.LENGTH_WRONG.at(PduHeader.LENGTH);
        }
        if (dataBytes > dataBytesMax) {
            return PduFault.DATA_TOO_LONG.at(PduHeader.LENGTH);
        }
        return 0;
    }

    /**
     * Checks the rest of a header, HLEN bytes of which are there; its common header has passed.
     *
     * @return 0, or a {@link PduFault}
     */
    public static long header(MemorySegment s, long at, PduLimits limits) {
        return switch (PduHeader.type(s, at)) {
            case PduType.INITIALIZE_REQUEST -> initialize(s, at);
            case PduType.INITIALIZE_RESPONSE -> initializeResponse(s, at);
            case PduType.HOST_DATA -> data(s, at, limits);
            case PduType.CONTROLLER_DATA -> controllerData(s, at, limits);
            case PduType.READY_TO_TRANSFER -> ready(s, at);
            default -> 0;
        };
    }

    private static long initialize(MemorySegment s, long at) {
        if (InitializePdu.version(s, at) != InitializePdu.VERSION_1_0) {
            return PduFault.VERSION_UNKNOWN.at(InitializePdu.VERSION);
        }
        if (LittleEndian.u8(s, at + InitializePdu.ALIGNMENT) > InitializePdu.ALIGNMENT_MAX) {
            return PduFault.ALIGNMENT_WRONG.at(InitializePdu.ALIGNMENT);
        }
        return 0;
    }

    private static long initializeResponse(MemorySegment s, long at) {
        long fault = initialize(s, at);
        long most = InitializePdu.dataBytesMax(s, at);
        boolean wrong = most < InitializePdu.DATA_BYTES_LEAST || (most & DWORD_MASK) != 0;
        return fault == 0 && wrong ? PduFault.FIELD_WRONG.at(InitializePdu.LIMIT) : fault;
    }

    private static long data(MemorySegment s, long at, PduLimits limits) {
        int around = PduHeader.dataOffset(s, at) + limits.dataDigestBytes();
        if (DataPdu.dataBytes(s, at) != PduHeader.bytes(s, at) - around) {
            return PduFault.LENGTH_WRONG.at(DataPdu.LENGTH);
        }
        if ((DataPdu.offset(s, at) & DWORD_MASK) != 0) {
            return PduFault.FIELD_WRONG.at(DataPdu.OFFSET);
        }
        return 0;
    }

    private static long controllerData(MemorySegment s, long at, PduLimits limits) {
        int end = PduHeader.flags(s, at) & (PduHeader.LAST | PduHeader.SUCCESS);
        if (end == PduHeader.SUCCESS) {
            return PduFault.FLAGS_WRONG.at(PduHeader.FLAGS);
        }
        return data(s, at, limits);
    }

    private static long ready(MemorySegment s, long at) {
        if ((ReadyPdu.offset(s, at) & DWORD_MASK) != 0) {
            return PduFault.FIELD_WRONG.at(ReadyPdu.OFFSET);
        }
        return ReadyPdu.dataBytes(s, at) == 0 ? PduFault.FIELD_WRONG.at(ReadyPdu.LENGTH) : 0;
    }
}
