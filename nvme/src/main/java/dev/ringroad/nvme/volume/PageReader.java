package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/** Reads pages of metadata, and copies clusters, waiting for each batch; for set-up and repair. */
final class PageReader implements AutoCloseable {
    private static final int DEPTH = 32;

    private final BlockDevice device;
    private final BlockChannel channel;
    private final int pageBlocks;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment memory = arena.allocate((long) DEPTH * Page.BYTES, Page.BYTES);
    private final BlockRequest[] requests = new BlockRequest[DEPTH];
    private final BlockStatus[] outcomes = new BlockStatus[DEPTH];

    /** Told about each page of a batch. */
    interface Visitor {
        /**
         * @param page its content until the visitor returns, or null when it cannot be read
         * @param why what the device said
         */
        void page(int index, @Nullable Page page, BlockStatus why);
    }

    PageReader(BlockDevice device) throws IOException {
        this.device = device;
        this.channel = device.openChannel(DEPTH);
        this.pageBlocks = Page.BYTES / device.geometry().blockBytes();
        for (int i = 0; i < DEPTH; i++) {
            requests[i] =
                    new BlockRequest((request, status) -> outcomes[(int) request.token()] = status);
            requests[i].token(i);
        }
    }

    /** Reads pages; zero numbers are passed over. */
    void read(long[] numbers, Visitor visitor) {
        for (int begin = 0; begin < numbers.length; begin += DEPTH) {
            int count = Math.min(DEPTH, numbers.length - begin);
            for (int i = 0; i < count; i++) {
                if (numbers[begin + i] != 0) {
                    submit(i, BlockOperation.READ, numbers[begin + i]);
                }
            }
            await();
            for (int i = 0; i < count; i++) {
                if (numbers[begin + i] != 0) {
                    boolean isRead = outcomes[i] == BlockStatus.OK;
                    visitor.page(begin + i, isRead ? page(i) : null, outcomes[i]);
                }
            }
        }
    }

    /** Reads one page, which may be page 0; null when it cannot be read. */
    @Nullable Page read(long number) {
        submit(0, BlockOperation.READ, number);
        await();
        return outcomes[0] == BlockStatus.OK ? page(0) : null;
    }

    /** Copies pages, to places that nothing reaches. */
    void copy(long from, long to, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            submit(0, BlockOperation.READ, from + i);
            await();
            require("Reading", from + i);
            submit(0, BlockOperation.WRITE, to + i);
            await();
            require("Writing", to + i);
        }
    }

    /** Writes what the caller makes of an empty page. */
    void write(long number, Consumer<Page> content) throws IOException {
        memory.fill((byte) 0);
        content.accept(page(0));
        submit(0, BlockOperation.WRITE, number);
        await();
        require("Writing", number);
    }

    /** Makes what was written durable. */
    void flush() throws IOException {
        channel.submit(requests[0].flush());
        await();
        if (outcomes[0] != BlockStatus.OK) {
            throw new IOException(
                    "Flushing "
                            + device.name()
                            + " failed: "
                            + outcomes[0].sentence()
                            + "; what was written may be lost");
        }
    }

    /**
     * Makes durable what an earlier process has written and not flushed, before its superblock is
     * believed: what is free by that one is written over, and a power cut could still bring the one
     * before back.
     */
    void settle() throws IOException {
        flush();
    }

    private void require(String what, long number) throws IOException {
        if (outcomes[0] != BlockStatus.OK) {
            throw new IOException(
                    what
                            + " 4096 bytes at byte "
                            + number * Page.BYTES
                            + " of "
                            + device.name()
                            + " failed: "
                            + outcomes[0].sentence()
                            + "; see whether the device can be read and written there");
        }
    }

    private void submit(int index, BlockOperation operation, long number) {
        channel.submit(
                requests[index].fill(
                        operation,
                        number * pageBlocks,
                        pageBlocks,
                        memory,
                        (long) index * Page.BYTES));
    }

    private Page page(int index) {
        return new Page(memory.asSlice((long) index * Page.BYTES, Page.BYTES));
    }

    /** Polls until nothing is outstanding. */
    private void await() {
        Backoff backoff = new Backoff();
        while (channel.outstanding() > 0) {
            if (channel.poll(System.nanoTime()) == 0) {
                backoff.idle();
            } else {
                backoff.reset();
            }
        }
    }

    @Override
    public void close() {
        channel.close();
        arena.close();
    }
}
