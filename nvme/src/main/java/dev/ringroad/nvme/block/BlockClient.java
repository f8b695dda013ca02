package dev.ringroad.nvme.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A device read and written by one thread that waits for each request: for set-up, tools and tests,
 * where a channel's callbacks would be in the way. What is too large for one request is done in
 * several, one after the other.
 *
 * <p>Only the thread that opened it uses it. Once a request was not answered in time, its memory is
 * still lent to the device and no other request is taken.
 */
public final class BlockClient implements AutoCloseable {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final int SPINS = 200;
    private static final int YIELDS = 1000;
    private static final long NAP_NANOS = 50_000;

    private final BlockDevice device;
    private final BlockGeometry geometry;
    private final BlockChannel channel;
    private final long patienceNanos;
    private final BlockRequest request = new BlockRequest(this::completed);
    private BlockStatus status = BlockStatus.OK;
    private boolean waiting;

    private BlockClient(BlockDevice device, BlockChannel channel, long patienceNanos) {
        this.device = device;
        this.geometry = device.geometry();
        this.channel = channel;
        this.patienceNanos = patienceNanos;
    }

    /** A client that waits for half a minute at most for each request. */
    public static BlockClient open(BlockDevice device) throws IOException {
        return open(device, PATIENCE_NANOS);
    }

    /**
     * A client of the calling thread.
     *
     * @param device stays its owner's, and is closed after the client
     * @param patienceNanos how long to wait for a request
     */
    public static BlockClient open(BlockDevice device, long patienceNanos) throws IOException {
        return new BlockClient(device, device.openChannel(1), patienceNanos);
    }

    /** Whose client it is. */
    public BlockDevice device() {
        return device;
    }

    /**
     * Reads blocks.
     *
     * @param offset where in {@code into} the first byte goes
     * @throws BlockException when the device did not, or not in time
     */
    public void read(long block, long count, MemorySegment into, long offset)
            throws BlockException {
        read(block, count, into, offset, MemorySegment.NULL);
    }

    /**
     * The same with the blocks' metadata.
     *
     * @param metadata has room for {@link BlockGeometry#metadataBytes} a block from its beginning
     */
    public void read(
            long block, long count, MemorySegment into, long offset, MemorySegment metadata)
            throws BlockException {
        inParts(BlockOperation.READ, block, count, into, offset, metadata);
    }

    /** Writes blocks; durable after {@link #flush}. */
    public void write(long block, long count, MemorySegment from, long offset)
            throws BlockException {
        write(block, count, from, offset, MemorySegment.NULL);
    }

    /** The same with the blocks' metadata, as {@link #read} has them. */
    public void write(
            long block, long count, MemorySegment from, long offset, MemorySegment metadata)
            throws BlockException {
        inParts(BlockOperation.WRITE, block, count, from, offset, metadata);
    }

    /** Makes all that was written durable. */
    public void flush() throws BlockException {
        require(request.flush());
    }

    /** Writes zeroes. */
    public void writeZeroes(long block, long count) throws BlockException {
        inParts(
                BlockOperation.WRITE_ZEROES,
                block,
                count,
                MemorySegment.NULL,
                0,
                MemorySegment.NULL);
    }

    /** Tells the device that the blocks' content is no longer needed. */
    public void unmap(long block, long count) throws BlockException {
        inParts(BlockOperation.UNMAP, block, count, MemorySegment.NULL, 0, MemorySegment.NULL);
    }

    /**
     * Compares blocks with memory.
     *
     * @throws BlockException with {@link BlockStatus#MISCOMPARE} when they differ
     */
    public void compare(long block, long count, MemorySegment with, long offset)
            throws BlockException {
        inParts(BlockOperation.COMPARE, block, count, with, offset, MemorySegment.NULL);
    }

    private void inParts(
            BlockOperation operation,
            long block,
            long count,
            MemorySegment memory,
            long offset,
            MemorySegment metadata)
            throws BlockException {
        int most = geometry.requestBlocksMax();
        int blockBytes = geometry.blockBytes();
        long done = 0;
        do {
            int part = (int) Math.min(most, count - done);
            long at = offset + done * blockBytes;
            require(
                    request.fill(operation, block + done, part, memory, at)
                            .metadata(metadata, done * geometry.metadataBytes()));
            done += part;
        } while (done < count);
    }

    private void require(BlockRequest filled) throws BlockException {
        BlockStatus became = execute();
        if (became != BlockStatus.OK) {
            throw failed(filled, became);
        }
    }

    private BlockException failed(BlockRequest failed, BlockStatus became) {
        return new BlockException(
                failed.operation()
                        + (failed.operation() == BlockOperation.FLUSH
                                ? ""
                                : " of " + failed.blockCount() + " blocks at " + failed.block())
                        + " on "
                        + device.name()
                        + " was not done: "
                        + failed.sentence(became),
                became,
                failed.detail());
    }

    /** A request to fill and to give to {@link #execute}, for operations without a method here. */
    public BlockRequest request() {
        return request;
    }

    /**
     * Carries out what {@link #request} was filled with, whatever becomes of it.
     *
     * @return what became of it; {@link BlockStatus#TIMED_OUT} also when this client has given up
     * @throws IllegalStateException when an earlier request was given up
     */
    public BlockStatus execute() {
        if (waiting) {
            throw new IllegalStateException(
                    "An earlier request to " + device.name() + " is not answered yet");
        }
        waiting = true;
        channel.submit(request);
        return await() ? status : BlockStatus.TIMED_OUT;
    }

    /** Whether the request was completed in time. */
    private boolean await() {
        long begin = System.nanoTime();
        for (int round = 0; waiting; round++) {
            long now = System.nanoTime();
            if (channel.poll(now) > 0) {
                continue;
            }
            if (now - begin > patienceNanos) {
                return false;
            }
            pause(round);
        }
        return true;
    }

    private static void pause(int round) {
        if (round < SPINS) {
            Thread.onSpinWait();
        } else if (round < YIELDS) {
            Thread.yield();
        } else {
            LockSupport.parkNanos(NAP_NANOS);
        }
    }

    private void completed(BlockRequest completed, BlockStatus became) {
        status = became;
        waiting = false;
    }

    /**
     * Gives the channel back, after waiting once more for what was not answered in time.
     *
     * @throws IllegalStateException when it still is not: the channel stays open, and the memory
     *     lent
     */
    @Override
    public void close() {
        if (waiting && !await()) {
            throw new IllegalStateException(
                    "A request to "
                            + device.name()
                            + " is not answered, so its memory stays lent and its channel open");
        }
        channel.close();
    }
}
