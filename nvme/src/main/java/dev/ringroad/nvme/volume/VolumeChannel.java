package dev.ringroad.nvme.volume;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.FinishedRequests;
import dev.ringroad.nvme.block.RequestQueue;
import dev.ringroad.nvme.block.Zeroes;
import dev.ringroad.nvme.epoch.Grace;

import java.util.ArrayDeque;
import java.util.Objects;

/**
 * A thread's way to a volume.
 *
 * <p>A request is cut at clusters that do not lie behind each other. What is read, and what is
 * written in place, goes to the device from here; for anything else see {@link SlowPath}.
 */
final class VolumeChannel implements BlockChannel {
    private static final int PARTS_OF_OPERATION = 4;
    private static final int NOT_ENTERED = -1;

    final VolumeMap map;
    final Metadata metadata;
    final BlockChannel base;
    final Volume volume;

    private final SlowPath slow;
    private final Grace.Slot grace;
    private final Thread owner = Thread.currentThread();
    private final int blockBytes;
    private final int clusterShift;
    private final int clusterBlocks;
    private final int partBlocksMax;

    private final Operation[] idle;
    private int idleCount;
    private final Part[] parts;
    private int partCount;

    /** Requests that wait for an operation; empty while its user keeps to the depth. */
    private final RequestQueue waiting = new RequestQueue();

    /** Operations that are looked at in each poll. */
    private final ArrayDeque<Operation> stalled = new ArrayDeque<>();

    /** Operations whose owner is to be told. */
    private final ArrayDeque<Operation> done = new ArrayDeque<>();

    /** Requests that are refused. */
    private final FinishedRequests refused = new FinishedRequests();

    private int outstanding;
    private int completed;
    private boolean closed;

    VolumeChannel(Volume volume, BlockChannel base, int depth) {
        this.volume = volume;
        this.map = volume.map();
        this.metadata = volume.store().metadata();
        this.base = base;
        this.grace = metadata.grace.register();
        this.blockBytes = metadata.shape.blockBytes();
        this.clusterBlocks = metadata.clusterBlocks;
        this.clusterShift = Integer.numberOfTrailingZeros(clusterBlocks);
        this.partBlocksMax = volume.store().device().geometry().requestBlocksMax();
        this.slow = new SlowPath(this, volume.store());
        idle = new Operation[depth];
        for (int i = 0; i < depth; i++) {
            idle[idleCount++] = new Operation();
        }
        parts = new Part[depth * PARTS_OF_OPERATION];
        for (int i = 0; i < parts.length; i++) {
            parts[partCount++] = new Part(this::partCompleted);
        }
    }

    @Override
    public void submit(BlockRequest request) {
        outstanding++;
        BlockStatus status = volume.examine(request);
        if (status != BlockStatus.OK) {
            refused.add(request, status);
        } else if (idleCount == 0 || !waiting.isEmpty()) {
            waiting.add(request);
        } else {
            start(request);
        }
    }

    private void start(BlockRequest request) {
        Operation operation = idle[--idleCount];
        operation.begin(request);
        if (request.operation() == BlockOperation.FLUSH) {
            slow.flush(operation);
        } else {
            issue(operation);
        }
    }

    /** Sends what can be sent without a change of the maps. */
    void issue(Operation operation) {
        if (operation.status != BlockStatus.OK) {
            proceedIfIdle(operation);
            return;
        }
        BlockRequest request = requestOf(operation);
        switch (request.operation()) {
            case READ -> read(operation, request);
            case WRITE -> write(operation, request);
            default -> slow.clear(operation, request);
        }
    }

    private void read(Operation operation, BlockRequest request) {
        while (operation.next < operation.end) {
            if (partCount == 0) {
                stall(operation);
                return;
            }
            int side = grace.enter();
            long block = operation.next;
            int entry = map.entryAcquire((int) (block >>> clusterShift));
            int count = blocksInCluster(block, operation.end);
            if (entry == 0) {
                grace.exit(side);
                zero(request, block, count);
                operation.next += count;
            } else {
                sendInPlace(operation, request, BlockOperation.READ, entry, count, side);
            }
        }
        proceedIfIdle(operation);
    }

    private void write(Operation operation, BlockRequest request) {
        while (operation.next < operation.end) {
            if (partCount == 0) {
                stall(operation);
                return;
            }
            int side = grace.enter();
            long block = operation.next;
            int entry = map.entryAcquire((int) (block >>> clusterShift));
            if (entry >= 0) {
                grace.exit(side);
                operation.step = Operation.Step.ALLOCATE;
                proceedIfIdle(operation);
                return;
            }
            int count = blocksInCluster(block, operation.end);
            sendInPlace(operation, request, BlockOperation.WRITE, entry, count, side);
        }
        proceedIfIdle(operation);
    }

    int blocksInCluster(long block, long end) {
        return (int) Math.min(clusterBlocks - (block & (clusterBlocks - 1)), end - block);
    }

    // The next blocks of an operation, and those of the clusters behind when they are neighbours in
    // the store as well.
    private void sendInPlace(
            Operation operation,
            BlockRequest request,
            BlockOperation kind,
            int entry,
            int countInCluster,
            int side) {
        long block = operation.next;
        long storeBlock =
                ((long) (entry & Leaf.CLUSTER) << clusterShift) + (block & (clusterBlocks - 1));
        int most = (int) Math.min(operation.end - block, partBlocksMax);
        int count = Math.min(countInCluster, most);
        int expected = entry;
        while (count < most && ((block + count) & (clusterBlocks - 1)) == 0) {
            expected++;
            if (map.entryAcquire((int) ((block + count) >>> clusterShift)) != expected) {
                break;
            }
            count = Math.min(count + clusterBlocks, most);
        }
        Part part = takePart(operation);
        part.entered = side;
        part.fill(kind, storeBlock, count, request.data(), dataOffset(request, block));
        if (request.forceUnitAccess() && kind != BlockOperation.READ) {
            boolean isMapDurable = metadata.isDurable();
            part.forceUnitAccess(isMapDurable);
            operation.wantsFlush |= !isMapDurable;
        }
        operation.next = block + count;
        base.submit(part);
    }

    /** A part for an operation, when {@link #hasPart}. */
    Part takePart(Operation operation) {
        Part part = parts[--partCount];
        part.operation = operation;
        part.entered = NOT_ENTERED;
        operation.underWay++;
        return part;
    }

    boolean hasPart() {
        return partCount > 0;
    }

    int enterGrace() {
        return grace.enter();
    }

    void exitGrace(int side) {
        grace.exit(side);
    }

    long dataOffset(BlockRequest request, long block) {
        return request.dataOffset() + (block - request.block()) * blockBytes;
    }

    private void zero(BlockRequest request, long block, int count) {
        Zeroes.fill(request.data(), dataOffset(request, block), (long) count * blockBytes);
    }

    private void partCompleted(BlockRequest request, BlockStatus status) {
        Part part = (Part) request;
        Operation operation = Objects.requireNonNull(part.operation);
        if (part.entered != NOT_ENTERED) {
            grace.exit(part.entered);
        }
        parts[partCount++] = part;
        operation.underWay--;
        if (status != BlockStatus.OK && operation.status == BlockStatus.OK) {
            operation.status = status;
            operation.detail = part.detail();
        }
        if (operation.underWay == 0) {
            slow.proceed(operation);
        }
    }

    void proceedIfIdle(Operation operation) {
        if (operation.underWay == 0) {
            slow.proceed(operation);
        }
    }

    /** Has an operation looked at again in the next poll. */
    void stall(Operation operation) {
        if (!operation.isStalled) {
            operation.isStalled = true;
            stalled.add(operation);
        }
    }

    /** Has the owner of an operation's request told at the end of the poll. */
    void finish(Operation operation, BlockStatus status, int detail) {
        operation.step = Operation.Step.DONE;
        operation.status = status;
        operation.detail = detail;
        done.add(operation);
    }

    static BlockRequest requestOf(Operation operation) {
        return Objects.requireNonNull(operation.request);
    }

    @Override
    public int poll(long nowNanos) {
        int before = completed;
        for (int i = waiting.size(); i > 0 && idleCount > 0; i--) {
            start(Objects.requireNonNull(waiting.take()));
        }
        for (int i = stalled.size(); i > 0; i--) {
            Operation operation = stalled.remove();
            operation.isStalled = false;
            slow.resume(operation);
        }
        int ignored = base.poll(nowNanos);
        tellDone();
        tellRefused();
        return completed - before;
    }

    private void tellDone() {
        for (int i = done.size(); i > 0 && !isLastOfCommit(); i--) {
            Operation operation = done.remove();
            BlockRequest request = requestOf(operation);
            BlockStatus status = operation.status;
            int detail = operation.detail;
            operation.request = null;
            idle[idleCount++] = operation;
            tell(request, status, detail);
        }
    }

    private void tellRefused() {
        for (int i = refused.size(); i > 0 && !isLastOfCommit(); i--) {
            outstanding--;
            completed++;
            var _ = refused.complete(1);
        }
    }

    // The user may stop polling after the last request, and others need the commit.
    private boolean isLastOfCommit() {
        return outstanding == 1 && slow.isCommitting();
    }

    private void tell(BlockRequest request, BlockStatus status, int detail) {
        outstanding--;
        completed++;
        request.complete(status, detail);
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    /** Whether the calling thread would wait for itself. */
    boolean isBusyFor(Thread thread) {
        return owner == thread && outstanding > 0;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        return waiting.isEmpty()
                && stalled.isEmpty()
                && done.isEmpty()
                && refused.size() == 0
                && base.prepareSleep(wake);
    }

    @Override
    public void wakeUp() {
        base.wakeUp();
    }

    @Override
    public long nextDeadlineNanos() {
        return base.nextDeadlineNanos();
    }

    @Override
    public void close() {
        if (outstanding > 0) {
            throw new IllegalStateException(
                    "A channel of "
                            + volume.name()
                            + " cannot be closed with "
                            + outstanding
                            + " requests outstanding: poll it until there are none");
        }
        if (!closed) {
            closed = true;
            metadata.grace.unregister(grace);
            volume.closed(this);
            base.close();
        }
    }
}
