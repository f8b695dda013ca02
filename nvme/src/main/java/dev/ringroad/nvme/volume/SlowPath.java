package dev.ringroad.nvme.volume;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * What a channel does when maps have to change: new clusters, clusters that are given up, flush.
 *
 * <p>A write to clusters that are not the volume's own takes new ones, reads what it keeps of the
 * old one, fills the new ones whole, and publishes them; the parts of the request itself go from
 * its memory to the device, without a copy.
 */
final class SlowPath {
    /** New clusters of one request are taken and filled so many at a time. */
    private static final int RUN_MAX = 64;

    /** So many clusters are copied at a time by one channel. */
    private static final int BOUNCES = 4;

    private final VolumeChannel channel;
    private final Metadata metadata;
    private final Commit commit;
    private final VolumeMap map;
    private final int blockBytes;
    private final int clusterBlocks;
    private final int clusterShift;
    private final int partBlocksMax;
    private final boolean clears;
    private final MemorySegment zeroes;

    private final @Nullable MemorySegment[] bounces = new MemorySegment[BOUNCES];
    private int bounceCount;
    private int bouncesMade;

    SlowPath(VolumeChannel channel, VolumeStore store) {
        this.channel = channel;
        this.metadata = store.metadata();
        this.commit = store.commit();
        this.map = channel.map;
        this.blockBytes = metadata.shape.blockBytes();
        this.clusterBlocks = metadata.clusterBlocks;
        this.clusterShift = Integer.numberOfTrailingZeros(clusterBlocks);
        this.partBlocksMax = Math.min(store.device().geometry().requestBlocksMax(), clusterBlocks);
        this.clears = store.device().operations().contains(BlockOperation.WRITE_ZEROES);
        this.zeroes = store.zeroes();
    }

    /** Goes on with an operation that has nothing at the device. */
    void proceed(Operation operation) {
        if (operation.status != BlockStatus.OK && operation.step != Operation.Step.DONE) {
            giveUp(operation, operation.status, operation.detail);
            return;
        }
        switch (operation.step) {
            case IN_PLACE -> proceedInPlace(operation);
            case ALLOCATE -> allocate(operation);
            case READ_OLD -> readOld(operation);
            case FILL -> fill(operation);
            case PUBLISH -> publish(operation);
            case COMMIT, COMMIT_OF_OTHERS -> awaitCommit(operation);
            case FLUSH -> channel.finish(operation, BlockStatus.OK, 0);
            case DONE -> {}
        }
    }

    /** Goes on with an operation that was stalled; it may have gone on, or be another's by now. */
    void resume(Operation operation) {
        switch (operation.step) {
            case IN_PLACE -> channel.issue(operation);
            case READ_OLD -> readOld(operation);
            case FILL -> fill(operation);
            default -> channel.proceedIfIdle(operation);
        }
    }

    private void proceedInPlace(Operation operation) {
        if (operation.next < operation.end) {
            channel.issue(operation);
        } else if (operation.wantsFlush) {
            operation.wantsFlush = false;
            flush(operation);
        } else {
            channel.finish(operation, BlockStatus.OK, 0);
        }
    }

    private void giveUp(Operation operation, BlockStatus status, int detail) {
        switch (operation.step) {
            case READ_OLD, FILL, PUBLISH -> {
                metadata.abandon(map, operation);
                giveBounce(operation);
            }
            default -> {}
        }
        channel.finish(operation, status, detail);
    }

    // --- new clusters

    private void allocate(Operation operation) {
        BlockRequest request = VolumeChannel.requestOf(operation);
        int first = (int) (operation.next >>> clusterShift);
        int last = (int) ((operation.end - 1) >>> clusterShift);
        int wanted =
                request.operation() == BlockOperation.WRITE
                        ? Math.min(last - first + 1, RUN_MAX)
                        : 1;
        switch (metadata.allocate(map, operation, first, wanted)) {
            case DONE -> {
                operation.filled = 0;
                boolean isKept = operation.oldStore != 0 && dataBlocks(operation) < clusterBlocks;
                operation.step = isKept ? Operation.Step.READ_OLD : Operation.Step.FILL;
                proceed(operation);
            }
            case IN_PLACE -> {
                operation.step = Operation.Step.IN_PLACE;
                channel.issue(operation);
            }
            case WAIT -> channel.stall(operation);
            case COMMIT_FIRST -> commitFirst(operation);
            case NO_SPACE -> giveUp(operation, BlockStatus.NO_SPACE, Errno.ENOSPC);
            case BEHIND_END -> giveUp(operation, BlockStatus.INVALID, Errno.EINVAL);
            case STOPPED -> giveUp(operation, BlockStatus.FAILED, Errno.EIO);
        }
    }

    private void commitFirst(Operation operation) {
        commit.begin(channel.base);
        channel.stall(operation);
    }

    // Where in the run the request's own blocks begin, and how many they are.
    private long dataFirst(Operation operation) {
        return operation.next - ((long) operation.runCluster << clusterShift);
    }

    private long dataBlocks(Operation operation) {
        long runEnd = (long) (operation.runCluster + operation.runClusters) << clusterShift;
        return Math.min(operation.end, runEnd) - operation.next;
    }

    private void readOld(Operation operation) {
        MemorySegment bounce = bounce(operation);
        if (bounce == null) {
            channel.stall(operation);
            return;
        }
        long dataFirst = dataFirst(operation);
        long dataEnd = dataFirst + dataBlocks(operation);
        while (operation.filled < clusterBlocks && operation.status == BlockStatus.OK) {
            if (operation.filled == dataFirst) {
                operation.filled = dataEnd;
                continue;
            }
            if (!channel.hasPart()) {
                channel.stall(operation);
                return;
            }
            long limit = operation.filled < dataFirst ? dataFirst : clusterBlocks;
            int count = (int) Math.min(limit - operation.filled, partBlocksMax);
            long block = ((long) operation.oldStore << clusterShift) + operation.filled;
            Part part = channel.takePart(operation);
            part.fill(BlockOperation.READ, block, count, bounce, operation.filled * blockBytes);
            operation.filled += count;
            channel.base.submit(part);
        }
        if (operation.underWay == 0) {
            operation.step = Operation.Step.FILL;
            operation.filled = 0;
            proceed(operation);
        }
    }

    private void fill(Operation operation) {
        BlockRequest request = VolumeChannel.requestOf(operation);
        long dataFirst = dataFirst(operation);
        long dataEnd = dataFirst + dataBlocks(operation);
        long total = (long) operation.runClusters << clusterShift;
        while (operation.filled < total && operation.status == BlockStatus.OK) {
            if (!channel.hasPart()) {
                channel.stall(operation);
                return;
            }
            long filled = operation.filled;
            boolean isData = filled >= dataFirst && filled < dataEnd;
            long limit = isData ? dataEnd : filled < dataFirst ? dataFirst : total;
            int count = (int) Math.min(limit - filled, partBlocksMax);
            long block = ((long) operation.runStore << clusterShift) + filled;
            Part part = channel.takePart(operation);
            if (isData && request.operation() == BlockOperation.WRITE) {
                long offset = channel.dataOffset(request, operation.next + filled - dataFirst);
                part.fill(BlockOperation.WRITE, block, count, request.data(), offset);
            } else if (!isData && operation.oldStore != 0) {
                MemorySegment bounce = Objects.requireNonNull(operation.bounce);
                part.fill(BlockOperation.WRITE, block, count, bounce, filled * blockBytes);
            } else {
                fillZeroes(part, block, count);
            }
            operation.filled += count;
            channel.base.submit(part);
        }
        if (operation.underWay == 0) {
            operation.step = Operation.Step.PUBLISH;
            proceed(operation);
        }
    }

    private void fillZeroes(Part part, long block, int count) {
        if (clears) {
            part.fill(BlockOperation.WRITE_ZEROES, block, count, MemorySegment.NULL, 0);
        } else {
            part.fill(BlockOperation.WRITE, block, count, zeroes, 0);
        }
    }

    private void publish(Operation operation) {
        switch (metadata.publish(map, operation)) {
            case WAIT -> channel.stall(operation);
            case COMMIT_FIRST -> commitFirst(operation);
            case NO_SPACE -> giveUp(operation, BlockStatus.NO_SPACE, Errno.ENOSPC);
            case STOPPED -> giveUp(operation, BlockStatus.FAILED, Errno.EIO);
            default -> {
                giveBounce(operation);
                operation.next += dataBlocks(operation);
                operation.step = Operation.Step.IN_PLACE;
                operation.wantsFlush |= VolumeChannel.requestOf(operation).forceUnitAccess();
                proceed(operation);
            }
        }
    }

    private @Nullable MemorySegment bounce(Operation operation) {
        if (operation.bounce == null) {
            if (bounceCount == 0 && bouncesMade < BOUNCES) {
                bouncesMade++;
                operation.bounce =
                        Arena.ofAuto().allocate((long) clusterBlocks * blockBytes, Page.BYTES);
            } else {
                operation.bounce = bounceCount == 0 ? null : bounces[--bounceCount];
            }
        }
        return operation.bounce;
    }

    private void giveBounce(Operation operation) {
        if (operation.bounce != null) {
            bounces[bounceCount++] = operation.bounce;
            operation.bounce = null;
        }
    }

    // --- unmap and write zeroes

    /** Gives up whole clusters; zeroes what is left at the ends, unless that may stay. */
    void clear(Operation operation, BlockRequest request) {
        boolean isUnmap = request.operation() == BlockOperation.UNMAP;
        while (operation.next < operation.end) {
            int count = channel.blocksInCluster(operation.next, operation.end);
            if (count == clusterBlocks) {
                if (!release(operation)) {
                    return;
                }
            } else if (isUnmap) {
                operation.next += count;
            } else if (!zeroInPlace(operation, count)) {
                return;
            }
        }
        channel.proceedIfIdle(operation);
    }

    private boolean release(Operation operation) {
        int first = (int) (operation.next >>> clusterShift);
        int count = (int) Math.min((operation.end >>> clusterShift) - first, Page.CLUSTERS_OF_LEAF);
        count = Math.min(count, Page.CLUSTERS_OF_LEAF - first % Page.CLUSTERS_OF_LEAF);
        switch (metadata.release(map, first, count)) {
            case WAIT -> channel.stall(operation);
            case COMMIT_FIRST -> commitFirst(operation);
            case NO_SPACE -> fail(operation, BlockStatus.NO_SPACE, Errno.ENOSPC);
            case BEHIND_END -> fail(operation, BlockStatus.INVALID, Errno.EINVAL);
            case STOPPED -> fail(operation, BlockStatus.FAILED, Errno.EIO);
            default -> {
                operation.wantsFlush |= VolumeChannel.requestOf(operation).forceUnitAccess();
                operation.next += (long) count << clusterShift;
                return true;
            }
        }
        return false;
    }

    // When the parts that are at the device come back.
    private void fail(Operation operation, BlockStatus status, int detail) {
        operation.status = status;
        operation.detail = detail;
        channel.proceedIfIdle(operation);
    }

    private boolean zeroInPlace(Operation operation, int count) {
        if (!channel.hasPart()) {
            channel.stall(operation);
            return false;
        }
        int side = channel.enterGrace();
        int entry = map.entryAcquire((int) (operation.next >>> clusterShift));
        if (entry >= 0) {
            channel.exitGrace(side);
            if (entry == 0) {
                operation.next += count;
                return true;
            }
            operation.step = Operation.Step.ALLOCATE;
            channel.proceedIfIdle(operation);
            return false;
        }
        Part part = channel.takePart(operation);
        part.entered = side;
        int sent = Math.min(count, partBlocksMax);
        long within = operation.next & clusterBlocks - 1;
        fillZeroes(part, ((long) (entry & Leaf.CLUSTER) << clusterShift) + within, sent);
        operation.wantsFlush |= VolumeChannel.requestOf(operation).forceUnitAccess();
        operation.next += sent;
        channel.base.submit(part);
        return true;
    }

    // --- flush

    /** Makes what is completed durable. */
    void flush(Operation operation) {
        operation.commit = commit.covering();
        operation.step =
                operation.commit > commit.begun()
                        ? Operation.Step.COMMIT
                        : Operation.Step.COMMIT_OF_OTHERS;
        awaitCommit(operation);
    }

    private void awaitCommit(Operation operation) {
        if (commit.durable() >= operation.commit) {
            if (operation.step == Operation.Step.COMMIT) {
                channel.finish(operation, BlockStatus.OK, 0);
            } else if (!channel.hasPart()) {
                channel.stall(operation);
            } else {
                operation.step = Operation.Step.FLUSH;
                channel.base.submit(channel.takePart(operation).flush());
            }
        } else if (metadata.stopped() != null) {
            channel.finish(operation, BlockStatus.FAILED, Errno.EIO);
        } else {
            if (operation.step == Operation.Step.COMMIT) {
                commit.begin(channel.base);
            }
            channel.stall(operation);
        }
    }

    /** Whether this channel carries out a commit at the moment. */
    boolean isCommitting() {
        return commit.isBy(channel.base);
    }
}
