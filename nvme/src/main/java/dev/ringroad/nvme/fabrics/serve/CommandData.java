package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.lang.foreign.MemorySegment;

/**
 * Where a command's data are, as its SGL says: in its capsule, or in the host's memory, to be asked
 * for or sent (TCP Transport Specification 1.0, section 3.3.2; Base Specification 2.0, section
 * 4.1.2).
 */
final class CommandData {
    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;

    /** The bits of an opcode, or of a Fabrics type, that say which way data go. */
    private static final int FROM_HOST = 1;

    private static final int TO_HOST = 2;

    private CommandData() {}

    /**
     * Notes in the command how many bytes move and which way.
     *
     * @param capsuleBytes data that came with it
     * @return an NVMe status
     */
    static int plan(TargetCommand command, int capsuleBytes) {
        MemorySegment entry = command.entry;
        int opcode = command.opcode();
        int kind = opcode == AdminOpcode.FABRICS ? SubmissionEntry.fabricsType(entry, 0) : opcode;
        int way = kind & (FROM_HOST | TO_HOST);
        if (SubmissionEntry.dataPointer(entry, 0) == 0 || way == (FROM_HOST | TO_HOST)) {
            return NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        long length = SglDescriptor.length(entry, SubmissionEntry.DATA_AT);
        if (length == 0 || way == 0) {
            return capsuleBytes == 0 ? NvmeStatus.SUCCESS : NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        int status = descriptor(entry, way, length, capsuleBytes);
        if (status == NvmeStatus.SUCCESS) {
            command.dataBytes = (int) length;
            command.toHost = way == TO_HOST;
        }
        return status;
    }

    private static int descriptor(MemorySegment entry, int way, long length, int capsuleBytes) {
        int type = SglDescriptor.type(entry, SubmissionEntry.DATA_AT);
        int subtype = SglDescriptor.subtype(entry, SubmissionEntry.DATA_AT);
        boolean inCapsule = type == SglDescriptor.DATA_BLOCK && subtype == SglDescriptor.OFFSET;
        boolean transport =
                type == SglDescriptor.TRANSPORT_DATA_BLOCK && subtype == SglDescriptor.TRANSPORT;
        if (!inCapsule && !transport) {
            return NvmeStatus.SGL_TYPE_INVALID | DO_NOT_RETRY;
        }
        if (inCapsule && SglDescriptor.address(entry, SubmissionEntry.DATA_AT) != 0) {
            return NvmeStatus.SGL_OFFSET_INVALID | DO_NOT_RETRY;
        }
        if (inCapsule ? way != FROM_HOST || length != capsuleBytes : capsuleBytes != 0) {
            return NvmeStatus.DATA_SGL_LENGTH_INVALID | DO_NOT_RETRY;
        }
        return length > TransferPool.LARGE_BYTES
                ? NvmeStatus.INVALID_FIELD | DO_NOT_RETRY
                : NvmeStatus.SUCCESS;
    }
}
