package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

/**
 * Puts the two halves of a compare-and-write together: a Compare, and the Write that comes next in
 * the same queue (NVM Express Base Specification 2.0, section 3.4.2; NVM Command Set Specification
 * 1.0, section 2.1.3.1). To the device they are one request, so it is the device that makes them
 * atomic.
 *
 * <p>The buffer of the first has room for the data of both, so that the second never waits for one
 * that another first half has. Once they are a pair they end together, when the data of both are
 * there.
 */
final class FusedCommands {
    /** Data of each half. */
    static final int DATA_BYTES_MAX = TransferPool.LARGE_BYTES / 2;

    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;

    private final TargetConnection connection;

    /** The first half that has come last, if nothing came behind it. */
    private @Nullable TargetCommand first;

    /** Whether what came last was a first half that was refused. */
    private boolean isRefused;

    FusedCommands(TargetConnection connection) {
        this.connection = connection;
    }

    /** How many bytes a command's buffer is to have for so much data of its own. */
    static int bufferBytes(int fused, int dataBytes) {
        return fused == SubmissionEntry.FUSED_FIRST ? 2 * dataBytes : dataBytes;
    }

    /**
     * Whether a command that comes now with data is a second half that need not wait: its place is
     * there, or there will be none as there is no first half.
     */
    boolean hasRoom(int fused) {
        TargetCommand half = first;
        return fused == SubmissionEntry.FUSED_SECOND && (half == null || half.buffer != null);
    }

    /**
     * A command of an I/O queue has come.
     *
     * @param status what is to be said against it so far
     * @return what is to be said against it now
     */
    int arrived(TargetCommand command, int status) {
        int fused = command.fused();
        TargetCommand before = first;
        if (fused == 0 && before == null && !isRefused) {
            return status;
        }
        boolean follows = before != null || isRefused;
        first = null;
        isRefused = false;
        if (fused == SubmissionEntry.FUSED_SECOND) {
            return second(before, command, status, follows);
        }
        if (before != null) {
            end(before, NvmeStatus.ABORTED_MISSING_FUSED | DO_NOT_RETRY);
        }
        if (fused != SubmissionEntry.FUSED_FIRST) {
            return fused == 0 ? status : NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        int verdict = status == NvmeStatus.SUCCESS ? checkFirst(command) : status;
        first = verdict == NvmeStatus.SUCCESS ? command : null;
        isRefused = first == null;
        return verdict;
    }

    private static int checkFirst(TargetCommand command) {
        NamespaceLane lane = command.lane;
        if (lane == null
                || command.opcode() != IoOpcode.COMPARE
                || !lane.namespace
                        .device()
                        .operations()
                        .contains(BlockOperation.COMPARE_AND_WRITE)) {
            return NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        boolean fits =
                command.partBlocksLeft <= lane.requestBlocksMax
                        && command.dataBytes <= DATA_BYTES_MAX;
        return fits ? NvmeStatus.SUCCESS : NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED | DO_NOT_RETRY;
    }

    /**
     * A command whose data have come along with it cannot be taken, as there is no buffer for them.
     *
     * @return the status
     */
    int interrupted(TargetCommand command) {
        TargetCommand partner = command.partner;
        if (partner != null) {
            partner.partner = null;
            command.partner = null;
            end(partner, NvmeStatus.ABORTED_FAILED_FUSED);
        } else if (first == command) {
            first = null;
            isRefused = true;
        }
        return NvmeStatus.COMMAND_INTERRUPTED;
    }

    private int second(
            @Nullable TargetCommand before, TargetCommand command, int status, boolean follows) {
        if (before == null) {
            return follows
                    ? NvmeStatus.ABORTED_FAILED_FUSED | DO_NOT_RETRY
                    : NvmeStatus.ABORTED_MISSING_FUSED | DO_NOT_RETRY;
        }
        if (status != NvmeStatus.SUCCESS) {
            end(before, NvmeStatus.ABORTED_FAILED_FUSED | (status & DO_NOT_RETRY));
            return status;
        }
        boolean matches =
                command.opcode() == IoOpcode.WRITE
                        && command.namespaceId() == before.namespaceId()
                        && command.partBlock == before.partBlock
                        && command.partBlocksLeft == before.partBlocksLeft;
        if (!matches) {
            end(before, NvmeStatus.INVALID_FIELD | DO_NOT_RETRY);
            return NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        before.partner = command;
        command.partner = before;
        command.buffer = before.buffer;
        command.bufferOffset = before.dataBytes;
        return NvmeStatus.SUCCESS;
    }

    /** Ends a first half that stays alone, as soon as its data have come. */
    private void end(TargetCommand half, int status) {
        if (half.state == TargetCommand.State.FUSED) {
            connection.complete(half, status, 0);
        } else {
            half.fate = status;
        }
    }

    /** The data of a half have come, and whatever its fate is shows with the other's. */
    void dataCame(TargetCommand command) {
        TargetCommand partner = command.partner;
        if (partner == null && command.fate != NvmeStatus.SUCCESS) {
            if (first == command) {
                first = null;
                isRefused = true;
            }
            connection.complete(command, command.fate, 0);
            return;
        }
        command.state = TargetCommand.State.FUSED;
        if (partner == null || partner.state != TargetCommand.State.FUSED) {
            return;
        }
        boolean isFirst = command.fused() == SubmissionEntry.FUSED_FIRST;
        TargetCommand compare = isFirst ? command : partner;
        TargetCommand write = isFirst ? partner : command;
        if (compare.fate == NvmeStatus.SUCCESS && write.fate == NvmeStatus.SUCCESS) {
            connection.compareAndWrite(compare, write);
        } else {
            complete(compare, because(compare.fate), because(write.fate));
        }
    }

    private static int because(int fate) {
        return fate == NvmeStatus.SUCCESS ? NvmeStatus.ABORTED_FAILED_FUSED : fate;
    }

    /**
     * Ends both halves.
     *
     * @param compare which has a partner
     */
    void complete(TargetCommand compare, int compareStatus, int writeStatus) {
        TargetCommand write = compare.partner;
        if (write == null) {
            throw new IllegalStateException("A first half without a second was carried out");
        }
        connection.complete(compare, compareStatus, 0);
        connection.complete(write, writeStatus, 0);
    }
}
