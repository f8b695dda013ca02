package dev.ringroad.bench.blockload;

import dev.ringroad.bench.fileload.AccessMode;
import dev.ringroad.bench.fileload.BlockMark;
import dev.ringroad.bench.fileload.Extent;
import dev.ringroad.bench.fileload.RandomNumbers;
import dev.ringroad.core.counter.LatencyCounts;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockMemory;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * One thread's reads and writes: as many in flight as the depth says, each in a slot with its
 * request and its memory, whose index is the token.
 */
final class BlockLoadLoop {
    private static final long PAGE_BYTES = 4096;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final BlockPlan plan;
    private final BlockDevice device;
    private final BlockChannel channel;
    private final BlockLoad load;
    private final BlockThread thread;
    private final Extent extent;
    private final RandomNumbers random;
    private final BlockMark mark;
    private final LatencyCounts reads;
    private final LatencyCounts writes;
    private final BlockRequest[] requests;
    private final MemorySegment[] memory;
    private final ByteBuffer[] views;
    private final long[] begun;
    private final int[] free;
    private final int blockShift;
    private final int blocksEach;
    private int freeCount;
    private final double perNano;
    private long remaining;
    private long begunCount;
    private long beginNanos;
    private long now;
    private boolean clockRead;
    private boolean readingBack;

    BlockLoadLoop(
            BlockLoad load,
            BlockThread thread,
            BlockChannel channel,
            BlockMemory all,
            Extent extent,
            int index) {
        this.plan = load.plan();
        this.device = load.device();
        this.load = load;
        this.thread = thread;
        this.channel = channel;
        this.extent = extent;
        this.reads = thread.reads();
        this.writes = thread.writes();
        random = new RandomNumbers(plan.seed() + index);
        mark = new BlockMark(plan.ioBytes(), plan.seed());
        remaining = plan.iosOf(index, extent.blocks());
        perNano = (double) plan.limits().perSecond() / plan.threads() / NANOS_PER_SECOND;
        int blockBytes = device.geometry().blockBytes();
        blockShift = Integer.numberOfTrailingZeros(blockBytes);
        blocksEach = plan.ioBytes() / blockBytes;
        int depth = plan.depth();
        requests = new BlockRequest[depth];
        memory = new MemorySegment[depth];
        views = new ByteBuffer[depth];
        begun = new long[depth];
        free = new int[depth];
        long stride = stride(plan.ioBytes());
        for (int i = 0; i < depth; i++) {
            requests[i] = new BlockRequest(this::completed).token(i);
            memory[i] = all.segment().asSlice(i * stride, plan.ioBytes());
            views[i] = memory[i].asByteBuffer();
            free[i] = depth - 1 - i;
        }
        freeCount = depth;
    }

    /** Bytes from the memory of one request to that of the next. */
    static long stride(int ioBytes) {
        return (ioBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    }

    /** Reads and writes until there is no more to do, and all is completed. */
    void run(long begin) {
        long nanos = plan.limits().runtimeNanos();
        beginNanos = begin;
        now = System.nanoTime();
        while (remaining > 0 && !load.isStopping() && (nanos == 0 || now - begin < nanos)) {
            long room = due();
            while (room > 0 && freeCount > 0 && begin()) {
                room--;
                remaining--;
                begunCount++;
            }
            poll();
        }
        drain();
    }

    /** How many more may have begun by now. */
    private long due() {
        if (perNano == 0) {
            return remaining;
        }
        long most = 1 + (long) (Math.max(0, now - beginNanos) * perNano);
        return Math.min(remaining, most - begunCount);
    }

    private void poll() {
        clockRead = false;
        if (channel.poll(now) == 0) {
            Thread.onSpinWait();
        }
        if (!clockRead) {
            now = System.nanoTime();
        }
    }

    void drain() {
        while (channel.outstanding() > 0) {
            poll();
        }
    }

    private boolean begin() {
        AccessMode mode = plan.mode();
        long position = mode.isRandom() ? extent.randomPosition(random) : extent.nextPosition();
        if (position == Extent.NONE) {
            return false;
        }
        boolean write = mode.writes() && (!mode.reads() || random.below(100) >= plan.readPercent());
        submit(position, write);
        return true;
    }

    private void submit(long position, boolean write) {
        int slot = free[--freeCount];
        MemorySegment block = memory[slot];
        if (write && plan.verified()) {
            mark.write(block, views[slot], position, extent.nextVersion(position));
        }
        begun[slot] = now;
        BlockOperation operation = write ? BlockOperation.WRITE : BlockOperation.READ;
        channel.submit(
                requests[slot].fill(operation, position >> blockShift, blocksEach, block, 0));
    }

    private void completed(BlockRequest request, BlockStatus status) {
        if (!clockRead) {
            clockRead = true;
            now = System.nanoTime();
        }
        int slot = (int) request.token();
        boolean write = request.operation() == BlockOperation.WRITE;
        long position = request.block() << blockShift;
        if (status != BlockStatus.OK) {
            failed(request, status);
        } else if (readingBack) {
            if (verify(slot, position)) {
                thread.readBackOne();
            }
        } else if (write) {
            writes.record(now - begun[slot]);
        } else {
            reads.record(now - begun[slot]);
            if (plan.verified()) {
                boolean ignored = verify(slot, position);
            }
        }
        extent.done(position);
        free[freeCount++] = slot;
    }

    private void failed(BlockRequest request, BlockStatus status) {
        load.fail(
                new IOException(
                        request.operation()
                                + " of "
                                + request.blockCount()
                                + " blocks at "
                                + request.block()
                                + " failed: "
                                + request.sentence(status)));
    }

    /** What this run has not written may be anything where it writes; else it has a mark. */
    private boolean verify(int slot, long position) {
        int version = extent.version(position);
        if (version == BlockMark.ANY_VERSION && plan.mode().writes()) {
            return true;
        }
        if (mark.isRight(memory[slot], views[slot], position, version)) {
            return true;
        }
        String found = mark.found(memory[slot], views[slot], position, version);
        load.fail(
                new IOException(
                        device.name() + " is wrong at byte " + position + ": found " + found));
        return false;
    }

    /** Flushes, and reads all that was written. */
    void readBack() {
        if (!plan.mode().writes() || !plan.verified() || load.isStopping()) {
            return;
        }
        BlockStatus[] flushed = {BlockStatus.FAILED};
        BlockRequest flush = new BlockRequest((_, status) -> flushed[0] = status).flush();
        channel.submit(flush);
        drain();
        if (flushed[0] != BlockStatus.OK) {
            load.fail(new IOException("The flush failed: " + flush.sentence(flushed[0])));
            return;
        }
        readingBack = true;
        long position = extent.nextWrittenPosition();
        while (position != Extent.NONE && !load.isStopping()) {
            while (freeCount > 0 && position != Extent.NONE) {
                submit(position, false);
                position = extent.nextWrittenPosition();
            }
            poll();
        }
        drain();
    }
}
