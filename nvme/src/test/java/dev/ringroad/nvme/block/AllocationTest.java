package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.List;

/** A request that goes through all modules makes nothing on the heap. */
class AllocationTest {
    private static final int ROUNDS = 20_000;
    private static final int WARM_ROUNDS = 2_000;

    private final ThreadMXBean heap = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void requestsMakeNothingOnTheHeap() throws IOException {
        try (MemoryDevice a = MemoryDevice.create("a", 512, 1024);
                MemoryDevice b = MemoryDevice.create("b", 512, 1024);
                MemoryDevice c = MemoryDevice.create("c", 512, 1024);
                Arena arena = Arena.ofConfined()) {
            StripeDevice stripe = StripeDevice.of("stripe", List.of(a, b), 1024);
            MirrorDevice mirror = MirrorDevice.of("mirror", List.of(stripe, c));
            ConcatDevice concat = ConcatDevice.of("concat", List.of(mirror));
            SliceDevice slice = SliceDevice.of("slice", concat, 3, 900);
            BlockDevice limited = new LimitedDevice("limit", slice, 1 << 30, 1L << 60);
            BlockDevice delayed = new DelayDevice("delay", limited, 10);
            BlockDevice counted = new StatisticsDevice("statistics", delayed);
            BlockDevice device =
                    new FaultDevice("fault", new FallbackDevice(new FewOperations(counted)));
            MemorySegment memory = arena.allocate(1 << 14);
            BlockChannel channel = device.openChannel(8);
            run(channel, memory, WARM_ROUNDS);
            long before = heap.getCurrentThreadAllocatedBytes();
            run(channel, memory, ROUNDS);
            long bytes = heap.getCurrentThreadAllocatedBytes() - before;
            channel.close();
            // An object for each request would be 16 bytes at least; what is left is the measuring.
            assertThat(bytes).isLessThan(ROUNDS);
        }
    }

    private static void run(BlockChannel channel, MemorySegment memory, int rounds) {
        BlockRequest read = new BlockRequest((_, _) -> {});
        BlockRequest write = new BlockRequest((_, _) -> {});
        BlockRequest zeroes = new BlockRequest((_, _) -> {});
        BlockRequest compare = new BlockRequest((_, _) -> {});
        BlockRequest refused = new BlockRequest((_, _) -> {});
        long now = 0;
        for (int i = 0; i < rounds; i++) {
            channel.submit(write.fill(BlockOperation.WRITE, i % 800, 9, memory, 0));
            channel.submit(read.fill(BlockOperation.READ, i % 800, 9, memory, 0));
            channel.submit(
                    zeroes.fill(BlockOperation.WRITE_ZEROES, i % 800, 9, MemorySegment.NULL, 0));
            channel.submit(compare.fill(BlockOperation.COMPARE, i % 800, 3, memory, 0));
            channel.submit(refused.fill(BlockOperation.READ, -1, 1, memory, 0));
            while (channel.outstanding() > 0) {
                now += 1000;
                int ignored = channel.poll(now);
            }
        }
    }
}
