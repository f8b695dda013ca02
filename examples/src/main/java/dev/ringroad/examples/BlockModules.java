package dev.ringroad.examples;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockCounts;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockMemory;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.block.MirrorDevice;
import dev.ringroad.nvme.block.StatisticsDevice;
import dev.ringroad.nvme.block.StripeDevice;

import java.io.IOException;
import java.util.List;

/**
 * Block devices made of others: a mirror of a stripe of two and of one as large as both, with
 * counts.
 *
 * <p>It shows how requests are handled: made once, with the memory that they use, submitted, and
 * submitted anew from their completion. With a JDK 25:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.BlockModules
 * </pre>
 */
public final class BlockModules {
    private static final int BLOCK_BYTES = 4096;
    private static final int DEPTH = 8;
    private static final int WRITES = 10_000;

    private final BlockChannel channel;
    private long begun;
    private long failed;

    private BlockModules(BlockChannel channel) {
        this.channel = channel;
    }

    /** Runs it. */
    public static void main(String[] args) throws IOException {
        BlockCounts counts = run();
        System.out.printf(
                "%d writes, %d bytes, %d failed%n",
                counts.requests(BlockOperation.WRITE),
                counts.bytes(BlockOperation.WRITE),
                counts.failures(BlockOperation.WRITE));
    }

    /** Writes through all the modules, and tells what passed. */
    static BlockCounts run() throws IOException {
        try (BlockDevice a = MemoryDevice.create("a", BLOCK_BYTES, 1024);
                BlockDevice b = MemoryDevice.create("b", BLOCK_BYTES, 1024);
                BlockDevice c = MemoryDevice.create("c", BLOCK_BYTES, 2048)) {
            BlockDevice stripe = StripeDevice.of("stripe", List.of(a, b), 16 * BLOCK_BYTES);
            BlockDevice mirror = MirrorDevice.of("mirror", List.of(stripe, c));
            StatisticsDevice counted = new StatisticsDevice("counted", mirror);
            try (BlockMemory memory =
                            BlockMemory.allocate(counted, "example", DEPTH * BLOCK_BYTES);
                    BlockChannel channel = counted.openChannel(DEPTH)) {
                new BlockModules(channel).write(memory, counted.geometry().blocks());
            }
            return counted.counts();
        }
    }

    private void write(BlockMemory memory, long blocks) {
        for (int i = 0; i < DEPTH; i++) {
            BlockRequest request =
                    new BlockRequest((done, status) -> next(done, status, memory, blocks));
            begin(request.token(i), memory, blocks);
        }
        while (channel.outstanding() > 0) {
            int ignored = channel.poll(System.nanoTime());
        }
        if (failed > 0) {
            throw new IllegalStateException(failed + " writes failed");
        }
    }

    private void begin(BlockRequest request, BlockMemory memory, long blocks) {
        long block = begun++ % blocks;
        long offset = request.token() * BLOCK_BYTES;
        channel.submit(request.fill(BlockOperation.WRITE, block, 1, memory.segment(), offset));
    }

    private void next(BlockRequest done, BlockStatus status, BlockMemory memory, long blocks) {
        if (status != BlockStatus.OK) {
            failed++;
        }
        if (begun < WRITES) {
            begin(done, memory, blocks);
        }
    }
}
