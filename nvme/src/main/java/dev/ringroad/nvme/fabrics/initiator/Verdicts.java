package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.NvmeStatus;

/** What statuses of NVMe mean to whoever asked for blocks. */
final class Verdicts {
    private static final int TYPE_MASK = 0x700;
    private static final int PATH_RELATED = 0x300;

    private Verdicts() {}

    static BlockStatus of(int status) {
        return switch (NvmeStatus.code(status)) {
            case NvmeStatus.SUCCESS -> BlockStatus.OK;
            case NvmeStatus.INVALID_OPCODE -> BlockStatus.UNSUPPORTED;
            case NvmeStatus.INVALID_FIELD,
                    NvmeStatus.LBA_OUT_OF_RANGE,
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
            case NvmeStatus.TRANSIENT_TRANSPORT_ERROR,
                    NvmeStatus.GUARD_CHECK_FAILED,
                    NvmeStatus.APPLICATION_TAG_CHECK_FAILED,
                    NvmeStatus.REFERENCE_TAG_CHECK_FAILED ->
                    BlockStatus.CORRUPT;
            case NvmeStatus.COMPARE_FAILURE -> BlockStatus.MISCOMPARE;
            case NvmeStatus.ABORT_REQUESTED,
                    NvmeStatus.ABORTED_QUEUE_DELETED,
                    NvmeStatus.ABORTED_PREEMPT ->
                    BlockStatus.ABORTED;
            case NvmeStatus.TIMED_OUT -> BlockStatus.TIMED_OUT;
            case NvmeStatus.RESET, NvmeStatus.GONE, NvmeStatus.INVALID_NAMESPACE ->
                    BlockStatus.GONE;
            default -> isPathRelated(status) ? BlockStatus.GONE : BlockStatus.FAILED;
        };
    }

    /** Whether another path might do; the command was not carried out over this one. */
    static boolean isPathRelated(int status) {
        return (NvmeStatus.code(status) & TYPE_MASK) == PATH_RELATED && !NvmeStatus.isOwn(status);
    }

    /** Whether a controller says that it has not carried a command out but might next time. */
    static boolean isTransient(int status) {
        int code = NvmeStatus.code(status);
        return NvmeStatus.mayRetry(status)
                && (code == NvmeStatus.TRANSIENT_TRANSPORT_ERROR
                        || code == NvmeStatus.COMMAND_INTERRUPTED);
    }
}
