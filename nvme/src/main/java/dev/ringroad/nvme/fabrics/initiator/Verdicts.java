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
                    NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED,
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

    /** What has become of two fused commands: of the one whose fate weighs more. */
    static int ofBoth(int first, int second) {
        return weight(second) > weight(first) ? second : first;
    }

    /** A half that failed only as the other did says less than the other. */
    private static int weight(int status) {
        return switch (NvmeStatus.code(status)) {
            case NvmeStatus.SUCCESS -> 0;
            case NvmeStatus.ABORTED_FAILED_FUSED -> 1;
            case NvmeStatus.RESET -> 3;
            case NvmeStatus.TIMED_OUT -> 4;
            default -> 2;
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
