package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a device in memory keeps beside the contract of all devices. */
@Timeout(60)
final class MemoryDeviceTest {
    private static final int BLOCKS = 16;
    private static final int BYTES = BLOCKS * 4096;

    private static BlockStatus run(
            BlockChannel channel, BlockOperation operation, MemorySegment memory) {
        BlockStatus[] became = new BlockStatus[1];
        BlockRequest request = new BlockRequest((_, status) -> became[0] = status);
        channel.submit(request.fill(operation, 0, BLOCKS, memory, 0));
        channel.poll(0);
        return became[0];
    }

    /** One thread writes ones and reads, the other makes twos of ones: nobody sees a mixture. */
    @Test
    void aCompareAndWriteHasTheDeviceToItself() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        try (MemoryDevice device = MemoryDevice.create("memory", 4096, BLOCKS);
                BlockChannel channel = device.openChannel(1);
                Arena arena = Arena.ofConfined()) {
            CompletableFuture<Integer> other =
                    CompletableFuture.supplyAsync(
                            () -> compareAndWrite(device, over), run -> new Thread(run).start());
            MemorySegment memory = arena.allocate(BYTES, 8);
            for (int i = 0; i < 5000; i++) {
                assertThat(run(channel, BlockOperation.WRITE, memory.fill((byte) 1)))
                        .isEqualTo(BlockStatus.OK);
                assertThat(run(channel, BlockOperation.READ, memory)).isEqualTo(BlockStatus.OK);
                byte first = memory.get(ValueLayout.JAVA_BYTE, 0);
                assertThat(first).isIn((byte) 1, (byte) 2);
                assertThat(MemorySegment.mismatch(memory, 0, BYTES - 1, memory, 1, BYTES))
                        .isEqualTo(-1);
            }
            over.set(true);
            assertThat(other.get(30, TimeUnit.SECONDS)).isPositive();
        }
    }

    private static int compareAndWrite(MemoryDevice device, AtomicBoolean over) {
        try (BlockChannel channel = device.openChannel(1);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(2L * BYTES, 8);
            memory.asSlice(0, BYTES).fill((byte) 1);
            memory.asSlice(BYTES).fill((byte) 2);
            int written = 0;
            while (!over.get()) {
                BlockStatus became = run(channel, BlockOperation.COMPARE_AND_WRITE, memory);
                written += became == BlockStatus.OK ? 1 : 0;
            }
            return written;
        }
    }
}
