package dev.ringroad.nvme.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;

/**
 * Writes to every so manieth block of a device, several at once but never two to the same, flushes,
 * and reads what it has written.
 */
final class MirrorWriter implements Callable<Void> {
    private static final int DEPTH = 8;
    private static final int MORE = 500;

    private final BlockDevice device;
    private final int first;
    private final int stride;
    private final SplittableRandom random;
    private final byte[] values;
    private final boolean[] busy;
    private final Slot[] free = new Slot[DEPTH];
    private int freeCount;
    private volatile boolean stopping;
    private BlockStatus worst = BlockStatus.OK;
    private long wrong;

    MirrorWriter(BlockDevice device, int first, int stride, long seed) {
        this.device = device;
        this.first = first;
        this.stride = stride;
        random = new SplittableRandom(seed + first);
        int blocks = ((int) device.geometry().blocks() - first + stride - 1) / stride;
        values = new byte[blocks];
        busy = new boolean[blocks];
    }

    /** A request, and what it is about. */
    private final class Slot {
        final BlockRequest request = new BlockRequest((_, status) -> done(status));
        final MemorySegment memory;
        int index;

        Slot(MemorySegment memory) {
            this.memory = memory;
        }

        private void done(BlockStatus status) {
            worst = worst.worse(status);
            if (request.operation() == BlockOperation.READ
                    && memory.get(ValueLayout.JAVA_BYTE, 0) != values[index]) {
                wrong++;
            }
            if (request.operation() != BlockOperation.FLUSH) {
                busy[index] = false;
            }
            free[freeCount++] = this;
        }
    }

    void stop() {
        stopping = true;
    }

    /** Whether a device holds all that was written. */
    boolean isHeldBy(MemoryDevice leg) {
        for (int i = 0; i < values.length; i++) {
            long at = ((long) i * stride + first) * 512;
            if (leg.content().get(ValueLayout.JAVA_BYTE, at) != values[i]) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Void call() throws IOException {
        try (Arena arena = Arena.ofConfined();
                BlockChannel channel = device.openChannel(DEPTH)) {
            for (int i = 0; i < DEPTH; i++) {
                free[freeCount++] = new Slot(arena.allocate(512));
            }
            int more = MORE;
            while (more > 0) {
                more -= stopping ? 1 : 0;
                while (freeCount > 0) {
                    channel.submit(next(free[--freeCount]));
                }
                int ignored = channel.poll(System.nanoTime());
            }
            while (channel.outstanding() > 0) {
                int ignored = channel.poll(System.nanoTime());
            }
        }
        assertThat(worst).isEqualTo(BlockStatus.OK);
        assertThat(wrong).as("blocks that were read and not what was written").isZero();
        return null;
    }

    private BlockRequest next(Slot slot) {
        int kind = random.nextInt(100);
        if (kind == 0) {
            return slot.request.flush();
        }
        int index = random.nextInt(values.length);
        while (busy[index]) {
            index = random.nextInt(values.length);
        }
        busy[index] = true;
        slot.index = index;
        long block = (long) index * stride + first;
        if (kind < 30) {
            return slot.request.fill(BlockOperation.READ, block, 1, slot.memory, 0);
        }
        if (kind < 35) {
            values[index] = 0;
            return slot.request.fill(BlockOperation.WRITE_ZEROES, block, 1, MemorySegment.NULL, 0);
        }
        values[index] = (byte) random.nextInt();
        slot.memory.fill(values[index]);
        return slot.request.fill(BlockOperation.WRITE, block, 1, slot.memory, 0);
    }
}
