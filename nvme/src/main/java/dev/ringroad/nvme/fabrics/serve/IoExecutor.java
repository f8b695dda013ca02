package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Carries out commands of I/O queues as requests to block devices (NVM Command Set Specification
 * 1.0, section 3). A command that is more than the device takes at once is done in parts, one after
 * the other.
 */
final class IoExecutor {
    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;
    private static final int COUNT_MASK = 0xFFFF;
    private static final int FORCE_UNIT_ACCESS = 1 << 30;
    private static final int RANGES_MASK = 0xFF;

    private final TargetHome home;

    IoExecutor(TargetHome home) {
        this.home = home;
    }

    /**
     * What can be said against a command before its data move.
     *
     * @return an NVMe status
     */
    int check(TargetConnection connection, TargetCommand command) {
        TargetController controller = connection.controller();
        TargetSubsystem subsystem = controller == null ? null : controller.subsystem();
        if (controller == null || subsystem == null || !controller.isReady()) {
            return NvmeStatus.COMMAND_SEQUENCE_ERROR | DO_NOT_RETRY;
        }
        ExportedNamespace namespace = subsystem.namespace(command.namespaceId());
        if (namespace == null) {
            boolean everywhere = command.opcode() == IoOpcode.FLUSH && command.namespaceId() == -1;
            return NvmeStatus.INVALID_NAMESPACE | (everywhere ? 0 : DO_NOT_RETRY);
        }
        int state = subsystem.anaState(controller.portIndex(), namespace.anaGroup());
        if (AnaLogPage.statusOf(state) != NvmeStatus.SUCCESS) {
            return AnaLogPage.statusOf(state);
        }
        NamespaceLane lane = home.lane(namespace);
        if (lane == null) {
            return NvmeStatus.PATH_INTERNAL_ERROR;
        }
        command.lane = lane;
        return switch (command.opcode()) {
            case IoOpcode.FLUSH -> NvmeStatus.SUCCESS;
            case IoOpcode.READ -> checkBlocks(command, lane, true, true);
            case IoOpcode.WRITE, IoOpcode.COMPARE -> checkBlocks(command, lane, true, false);
            case IoOpcode.WRITE_ZEROES -> checkBlocks(command, lane, false, false);
            case IoOpcode.DATASET_MANAGEMENT -> checkRanges(command);
            default -> NvmeStatus.INVALID_OPCODE | DO_NOT_RETRY;
        };
    }

    private static int checkBlocks(
            TargetCommand command, NamespaceLane lane, boolean withData, boolean toHost) {
        long block = command.firstBlock();
        int count = (command.doubleWord(12) & COUNT_MASK) + 1;
        if (block < 0 || block > lane.blocks - count) {
            return NvmeStatus.LBA_OUT_OF_RANGE | DO_NOT_RETRY;
        }
        long bytes = withData ? (long) count << lane.blockShift : 0;
        if (command.dataBytes != bytes || (withData && command.toHost != toHost)) {
            return NvmeStatus.DATA_SGL_LENGTH_INVALID | DO_NOT_RETRY;
        }
        command.partBlock = block;
        command.partBlocksLeft = count;
        command.partOffset = 0;
        return NvmeStatus.SUCCESS;
    }

    private static int checkRanges(TargetCommand command) {
        int ranges = (command.doubleWord(10) & RANGES_MASK) + 1;
        if (command.toHost || command.dataBytes < ranges * DatasetRange.BYTES) {
            return NvmeStatus.DATA_SGL_LENGTH_INVALID | DO_NOT_RETRY;
        }
        boolean deallocate = (command.doubleWord(11) & DatasetRange.DEALLOCATE) != 0;
        command.rangesLeft = deallocate ? ranges : 0;
        command.partOffset = 0;
        return NvmeStatus.SUCCESS;
    }

    /** Begins a checked command whose data are there. */
    void execute(TargetConnection connection, TargetCommand command) {
        NamespaceLane lane = requireLane(command);
        if (command.opcode() == IoOpcode.FLUSH) {
            if (lane.namespace.device().operations().contains(BlockOperation.FLUSH)) {
                submit(connection, lane, command.request.flush());
            } else {
                connection.complete(command, NvmeStatus.SUCCESS, 0);
            }
            return;
        }
        proceed(connection, command, lane);
    }

    /** Begins a compare-and-write; what the second half writes lies behind what the first has. */
    void compareAndWrite(TargetConnection connection, TargetCommand compare, TargetCommand write) {
        TransferBuffer buffer = compare.requireBuffer();
        BlockRequest request =
                compare.request.fill(
                        BlockOperation.COMPARE_AND_WRITE,
                        compare.partBlock,
                        (int) compare.partBlocksLeft,
                        buffer.memory,
                        buffer.dataAt);
        request.forceUnitAccess((write.doubleWord(12) & FORCE_UNIT_ACCESS) != 0);
        submit(connection, requireLane(compare), request);
    }

    private static NamespaceLane requireLane(TargetCommand command) {
        NamespaceLane lane = command.lane;
        if (lane == null) {
            throw new IllegalStateException("A command of no namespace is carried out");
        }
        return lane;
    }

    /** Submits the next part, or completes a command of which none is left. */
    private void proceed(TargetConnection connection, TargetCommand command, NamespaceLane lane) {
        if (command.partBlocksLeft == 0 && command.rangesLeft > 0 && !nextRange(command, lane)) {
            connection.complete(command, NvmeStatus.LBA_OUT_OF_RANGE | DO_NOT_RETRY, 0);
            return;
        }
        if (command.partBlocksLeft == 0) {
            connection.complete(command, NvmeStatus.SUCCESS, 0);
            return;
        }
        int count = (int) Math.min(command.partBlocksLeft, lane.requestBlocksMax);
        int opcode = command.opcode();
        TransferBuffer buffer = command.buffer;
        boolean moves = buffer != null && opcode != IoOpcode.DATASET_MANAGEMENT;
        MemorySegment memory = moves && buffer != null ? buffer.memory : MemorySegment.NULL;
        long offset = moves && buffer != null ? buffer.dataAt + command.partOffset : 0;
        BlockRequest request =
                command.request.fill(operation(opcode), command.partBlock, count, memory, offset);
        if (opcode == IoOpcode.WRITE || opcode == IoOpcode.WRITE_ZEROES) {
            request.forceUnitAccess((command.doubleWord(12) & FORCE_UNIT_ACCESS) != 0);
        }
        command.partBlock += count;
        command.partBlocksLeft -= count;
        command.partOffset += moves ? count << lane.blockShift : 0;
        submit(connection, lane, request);
    }

    /** Makes the next range of a dataset management the next part; false when it is no range. */
    private static boolean nextRange(TargetCommand command, NamespaceLane lane) {
        while (command.rangesLeft > 0 && command.partBlocksLeft == 0) {
            TransferBuffer buffer = command.requireBuffer();
            long at = buffer.dataAt + (long) command.partOffset;
            long block = DatasetRange.firstBlock(buffer.memory, at);
            long count = DatasetRange.blockCount(buffer.memory, at);
            if (block < 0 || block > lane.blocks - count) {
                return false;
            }
            command.partBlock = block;
            command.partBlocksLeft = count;
            command.partOffset += DatasetRange.BYTES;
            command.rangesLeft--;
        }
        return true;
    }

    private static BlockOperation operation(int opcode) {
        return switch (opcode) {
            case IoOpcode.READ -> BlockOperation.READ;
            case IoOpcode.WRITE -> BlockOperation.WRITE;
            case IoOpcode.COMPARE -> BlockOperation.COMPARE;
            case IoOpcode.WRITE_ZEROES -> BlockOperation.WRITE_ZEROES;
            default -> BlockOperation.UNMAP;
        };
    }

    private static void submit(
            TargetConnection connection, NamespaceLane lane, BlockRequest request) {
        connection.submitted();
        lane.channel.submit(request);
    }

    /** A part is done. */
    void blockCompleted(TargetConnection connection, TargetCommand command, BlockStatus status) {
        NamespaceLane lane = requireLane(command);
        if (command.partner != null) {
            bothCompleted(connection, command, lane, status);
            return;
        }
        if (status != BlockStatus.OK) {
            int code = status(command.request, status);
            if ((code & 0x700) == 0x200) {
                lane.mediaErrors++;
            }
            connection.complete(command, code, 0);
            return;
        }
        if (command.partBlocksLeft > 0 || command.rangesLeft > 0) {
            proceed(connection, command, lane);
            return;
        }
        count(command, lane);
        connection.complete(command, NvmeStatus.SUCCESS, 0);
    }

    private static void bothCompleted(
            TargetConnection connection,
            TargetCommand compare,
            NamespaceLane lane,
            BlockStatus status) {
        if (status == BlockStatus.OK) {
            lane.writes++;
            lane.writtenBytes += compare.dataBytes;
            connection.fused().complete(compare, NvmeStatus.SUCCESS, NvmeStatus.SUCCESS);
            return;
        }
        // What the device cannot do in one, such as blocks on two of its legs, it calls invalid.
        int code =
                status == BlockStatus.INVALID
                        ? NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED | DO_NOT_RETRY
                        : status(compare.request, status);
        connection.fused().complete(compare, code, NvmeStatus.ABORTED_FAILED_FUSED | DO_NOT_RETRY);
    }

    private static void count(TargetCommand command, NamespaceLane lane) {
        if (command.opcode() == IoOpcode.READ) {
            lane.reads++;
            lane.readBytes += command.dataBytes;
        } else if (command.opcode() == IoOpcode.WRITE) {
            lane.writes++;
            lane.writtenBytes += command.dataBytes;
        }
    }

    /** What a host is told of a device's failure. */
    private static int status(@Nullable BlockRequest request, BlockStatus status) {
        int detail = request == null ? 0 : request.detail();
        if (detail < 0 && !NvmeStatus.isOwn(-detail)) {
            // The device is a drive itself, and its own word says more.
            return -detail & NvmeStatus.FIELD_MASK;
        }
        boolean reading = request != null && request.operation() == BlockOperation.READ;
        return switch (status) {
            case OK -> NvmeStatus.SUCCESS;
            case UNSUPPORTED -> NvmeStatus.INVALID_OPCODE | DO_NOT_RETRY;
            case INVALID -> NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
            case READ_ONLY -> NvmeStatus.NAMESPACE_WRITE_PROTECTED | DO_NOT_RETRY;
            case NO_SPACE -> NvmeStatus.CAPACITY_EXCEEDED | DO_NOT_RETRY;
            case MEDIA_ERROR, CORRUPT ->
                    reading
                            ? NvmeStatus.UNRECOVERED_READ | DO_NOT_RETRY
                            : NvmeStatus.WRITE_FAULT | DO_NOT_RETRY;
            case MISCOMPARE -> NvmeStatus.COMPARE_FAILURE | DO_NOT_RETRY;
            case ABORTED -> NvmeStatus.ABORT_REQUESTED;
            case GONE -> NvmeStatus.PATH_INTERNAL_ERROR;
            case TIMED_OUT, FAILED -> NvmeStatus.INTERNAL_ERROR;
        };
    }
}
