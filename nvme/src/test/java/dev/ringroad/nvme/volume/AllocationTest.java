package dev.ringroad.nvme.volume;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.MemoryDevice;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;

/** A request to clusters that are there, or to none, makes nothing on the heap. */
class AllocationTest {
    private static final int ROUNDS = 20_000;
    private static final int WARM_ROUNDS = 3_000;
    private static final int CLUSTER = 16 << 10;
    private static final int WRITTEN_BLOCKS = 32 * CLUSTER / 512;

    private final ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private BlockStatus worst = BlockStatus.OK;

    @Test
    void requestsToASteadyVolumeMakeNothingOnTheHeap() throws IOException {
        try (MemoryDevice device = MemoryDevice.create("memory", 512, 128L * CLUSTER / 512);
                Arena arena = Arena.ofConfined()) {
            VolumeStore.format(device, CLUSTER);
            try (VolumeStore store = VolumeStore.open(device)) {
                store.create("data", 1L << 30);
                try (Volume volume = store.openVolume("data");
                        BlockChannel channel = volume.openChannel(8)) {
                    MemorySegment memory = arena.allocate(CLUSTER * 2L);
                    fill(channel, memory);
                    run(channel, memory, WARM_ROUNDS);
                    long before = heap.getCurrentThreadAllocatedBytes();
                    run(channel, memory, ROUNDS);
                    long bytes = heap.getCurrentThreadAllocatedBytes() - before;
                    // An object for each request would be 16 bytes at least; what is left is the
                    // measuring.
                    assertThat(bytes).isLessThan(ROUNDS);
                    assertThat(worst).isEqualTo(BlockStatus.OK);
                }
            }
        }
    }

    private BlockRequest request() {
        return new BlockRequest((_, status) -> worst = worst.worse(status));
    }

    private static void drain(BlockChannel channel) {
        while (channel.outstanding() > 0) {
            int ignored = channel.poll(System.nanoTime());
        }
    }

    private void fill(BlockChannel channel, MemorySegment memory) {
        BlockRequest write = request();
        int blocks = CLUSTER / 512;
        for (int block = 0; block < WRITTEN_BLOCKS; block += blocks) {
            channel.submit(write.fill(BlockOperation.WRITE, block, blocks, memory, 0));
            drain(channel);
        }
        channel.submit(write.flush());
        drain(channel);
    }

    private void run(BlockChannel channel, MemorySegment memory, int rounds) {
        BlockRequest write = request();
        BlockRequest read = request();
        BlockRequest across = request();
        BlockRequest nothing = request();
        BlockRequest flush = request();
        for (int i = 0; i < rounds; i++) {
            int block = i % (WRITTEN_BLOCKS - 33);
            channel.submit(write.fill(BlockOperation.WRITE, block, 8, memory, 0));
            channel.submit(read.fill(BlockOperation.READ, block, 8, memory, 4096));
            channel.submit(across.fill(BlockOperation.READ, block, 33, memory, 0));
            channel.submit(nothing.fill(BlockOperation.READ, WRITTEN_BLOCKS + i, 8, memory, 0));
            if (i % 64 == 0) {
                channel.submit(flush.flush());
            }
            drain(channel);
        }
    }
}
