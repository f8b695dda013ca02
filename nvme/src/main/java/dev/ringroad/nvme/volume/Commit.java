package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * Puts what has changed in the maps in force: pages, flush, superblock, flush, twin.
 *
 * <p>One at a time. Who starts it carries it out with a channel of its own, by polling that; others
 * wait for its number. A commit that fails is the last one: how much of it is on the medium is not
 * known, so nothing that either state reaches may be written any more.
 */
final class Commit implements AutoCloseable {
    /** How many requests it has at the device at once. */
    static final int DEPTH = 32;

    private enum Step {
        IDLE,
        PAGES,
        FLUSH_PAGES,
        SUPERBLOCK,
        FLUSH_SUPERBLOCK,
        TWIN
    }

    private final Metadata metadata;
    private final int pageBlocks;
    private final int pagesOfRequest;
    private final Staging staging = new Staging();
    private final BlockRequest[] idle = new BlockRequest[DEPTH];
    private int idleCount;

    // Of whoever carries it out; handed on under this monitor.
    private @Nullable BlockChannel base;
    private Step step = Step.IDLE;
    private int staged;
    private int underWay;
    private BlockStatus status = BlockStatus.OK;
    private Superblock current;
    private Superblock coming;

    /** Whether the twin on the device is not the superblock that is in force. */
    private boolean twinIsStale;

    private volatile long begun;
    private volatile long durable;

    Commit(Metadata metadata, BlockDevice device, boolean twinIsStale) {
        Superblock inForce = metadata.shape;
        this.metadata = metadata;
        this.current = inForce;
        this.coming = inForce;
        this.twinIsStale = twinIsStale;
        this.pageBlocks = Page.BYTES / inForce.blockBytes();
        this.pagesOfRequest = Math.max(1, device.geometry().requestBlocksMax() / pageBlocks);
        for (int i = 0; i < DEPTH; i++) {
            idle[idleCount++] = new BlockRequest(this::completed);
        }
    }

    /** The number of the last commit that began; what changes now is in a later one. */
    long begun() {
        return begun;
    }

    /** The number of the last commit that is durable. */
    long durable() {
        return durable;
    }

    synchronized boolean isIdle() {
        return step == Step.IDLE;
    }

    /** Whether it is carried out with a channel; for the channel's thread. */
    boolean isBy(BlockChannel channel) {
        return Objects.equals(base, channel);
    }

    /**
     * Begins a commit, unless one is under way or nothing has changed. The caller polls the channel
     * until it is done.
     */
    synchronized void begin(BlockChannel channel) {
        if (step != Step.IDLE || !metadata.isDirty() || metadata.stopped() != null) {
            return;
        }
        base = channel;
        staging.clear();
        // The number before what it holds: who changes something later must not take it for his.
        begun++;
        coming = metadata.collect(staging);
        step = Step.PAGES;
        staged = 0;
        if (twinIsStale) {
            write(Page.TWIN_PAGE, encoded(current, Page.TWIN_PAGE), pageBlocks);
        }
        proceed();
    }

    /**
     * The commit that everything is in which has changed until now; when it is {@link #durable},
     * nothing has to be committed.
     */
    synchronized long covering() {
        return metadata.isDirty() ? begun + 1 : begun;
    }

    private void proceed() {
        if (status != BlockStatus.OK) {
            if (underWay == 0) {
                fail();
            }
            return;
        }
        if (step == Step.PAGES) {
            while (staged < staging.count() && idleCount > 0) {
                writeStaged();
            }
        }
        if (underWay == 0) {
            advance();
        }
    }

    private void advance() {
        switch (step) {
            case PAGES -> flush(Step.FLUSH_PAGES);
            case FLUSH_PAGES -> {
                step = Step.SUPERBLOCK;
                write(Page.SUPERBLOCK_PAGE, encoded(coming, Page.SUPERBLOCK_PAGE), pageBlocks);
            }
            case SUPERBLOCK -> flush(Step.FLUSH_SUPERBLOCK);
            case FLUSH_SUPERBLOCK -> {
                metadata.committed();
                current = coming;
                durable = begun;
                step = Step.TWIN;
                write(Page.TWIN_PAGE, encoded(current, Page.TWIN_PAGE), pageBlocks);
            }
            case TWIN -> {
                twinIsStale = false;
                finish();
            }
            case IDLE -> throw new IllegalStateException("No commit is under way");
        }
    }

    private void flush(Step next) {
        step = next;
        submit(take().flush());
    }

    // Neighbours in memory that are neighbours on the device go together.
    private void writeStaged() {
        int first = staged++;
        long number = staging.number(first);
        int pages = 1;
        while (staged < staging.count()
                && pages < pagesOfRequest
                && staging.number(staged) == number + pages
                && staging.isBehind(first, staged)) {
            staged++;
            pages++;
        }
        write(number, staging.memory(first, pages), pages * pageBlocks);
    }

    private MemorySegment encoded(Superblock superblock, long number) {
        superblock.encode(new Page(staging.superblock()), number);
        return staging.superblock();
    }

    private void write(long page, MemorySegment memory, int blocks) {
        submit(take().fill(BlockOperation.WRITE, page * pageBlocks, blocks, memory, 0));
    }

    private BlockRequest take() {
        return idle[--idleCount];
    }

    private void submit(BlockRequest request) {
        underWay++;
        Objects.requireNonNull(base).submit(request);
    }

    private void completed(BlockRequest request, BlockStatus outcome) {
        idle[idleCount++] = request;
        underWay--;
        if (outcome != BlockStatus.OK && status == BlockStatus.OK) {
            status = outcome;
        }
        proceed();
    }

    private void fail() {
        metadata.stop(
                "Writing the maps of the volumes failed ("
                        + status.sentence()
                        + "); what they are on the medium is known when the store is opened again");
        finish();
    }

    private synchronized void finish() {
        base = null;
        step = Step.IDLE;
    }

    @Override
    public void close() {
        staging.close();
    }
}
