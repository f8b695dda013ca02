package dev.ringroad.nvme.block.drive;

import dev.ringroad.nvme.Refusal;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.NvmeStatus;

/** What a status of NVMe is to the block layer. */
final class DriveStatus {
    private DriveStatus() {}

    static BlockStatus of(int status) {
        return switch (NvmeStatus.code(status)) {
            case NvmeStatus.SUCCESS -> BlockStatus.OK;
            case NvmeStatus.COMPARE_FAILURE -> BlockStatus.MISCOMPARE;
            case NvmeStatus.INVALID_OPCODE -> BlockStatus.UNSUPPORTED;
            case NvmeStatus.INVALID_FIELD,
                    NvmeStatus.LBA_OUT_OF_RANGE,
                    NvmeStatus.PRP_OFFSET_INVALID,
                    NvmeStatus.DATA_SGL_LENGTH_INVALID,
                    NvmeStatus.REFUSED ->
                    BlockStatus.INVALID;
            case NvmeStatus.NAMESPACE_WRITE_PROTECTED, NvmeStatus.WRITE_TO_READ_ONLY_RANGE ->
                    BlockStatus.READ_ONLY;
            case NvmeStatus.CAPACITY_EXCEEDED -> BlockStatus.NO_SPACE;
            case NvmeStatus.WRITE_FAULT,
                    NvmeStatus.UNRECOVERED_READ,
                    NvmeStatus.DEALLOCATED_BLOCK ->
                    BlockStatus.MEDIA_ERROR;
            case NvmeStatus.GUARD_CHECK_FAILED,
                    NvmeStatus.APPLICATION_TAG_CHECK_FAILED,
                    NvmeStatus.REFERENCE_TAG_CHECK_FAILED,
                    NvmeStatus.STORAGE_TAG_CHECK_FAILED ->
                    BlockStatus.CORRUPT;
            case NvmeStatus.ABORT_REQUESTED,
                    NvmeStatus.ABORTED_POWER_LOSS,
                    NvmeStatus.ABORTED_QUEUE_DELETED,
                    NvmeStatus.RESET ->
                    BlockStatus.ABORTED;
            case NvmeStatus.TIMED_OUT -> BlockStatus.TIMED_OUT;
            case NvmeStatus.GONE -> BlockStatus.GONE;
            default -> BlockStatus.FAILED;
        };
    }

    /** What a refusal is that waiting does not help against. */
    static BlockStatus ofRefusal(int refusal) {
        return refusal == Refusal.UNSUPPORTED ? BlockStatus.UNSUPPORTED : BlockStatus.INVALID;
    }
}
