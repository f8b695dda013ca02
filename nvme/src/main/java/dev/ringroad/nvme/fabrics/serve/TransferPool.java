package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.nvme.block.BlockDevice;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * All memory for data of one thread's connections, made once and lent out: small buffers, as many
 * commands move a few kilobytes, and large ones.
 *
 * <p>So that a connection that takes and never gives back cannot starve the others, none may hold
 * more buffers than are still free: what a few greedy ones leave is as much as each of them has.
 * The device reaches the memory itself where it can.
 */
final class TransferPool implements AutoCloseable {
    /** What a small buffer holds: all that a capsule may. */
    static final int SMALL_BYTES = 8192;

    /** What a large buffer holds, and so the longest transfer of a command. */
    static final int LARGE_BYTES = 128 * 1024;

    /** Of what data begin at a multiple: a page, which suits every device. */
    private static final int PAGE_BYTES = 4096;

    private final SharedRegion region;
    private final List<BlockDevice> registered = new ArrayList<>();
    private final TransferBuffer[] small;
    private final TransferBuffer[] large;
    private int smallFree;
    private int largeFree;

    /** How many buffers somebody holds. */
    static final class Share {
        private int small;
        private int large;

        /** Whether nothing is held. */
        boolean isEmpty() {
            return small == 0 && large == 0;
        }
    }

    private TransferPool(SharedRegion region, ByteBuffer view, int smallCount, int largeCount) {
        this.region = region;
        this.small = new TransferBuffer[smallCount];
        this.large = new TransferBuffer[largeCount];
        long at = carve(small, view, SMALL_BYTES, PAGE_BYTES);
        long ignored = carve(large, view, LARGE_BYTES, at);
        smallFree = smallCount;
        largeFree = largeCount;
    }

    static TransferPool allocate(int smallCount, int largeCount) throws IOException {
        long bytes =
                PAGE_BYTES
                        + (long) smallCount * (SMALL_BYTES + PAGE_BYTES)
                        + (long) largeCount * (LARGE_BYTES + PAGE_BYTES);
        SharedRegion region =
                SharedRegion.allocate("ringroad-nvme-tcp", bytes, Placement.ordinary());
        try {
            return new TransferPool(region, plainView(region), smallCount, largeCount);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    /**
     * The same memory once more, mapped by the JDK: with a buffer of an arena, as the region's own
     * would be, each write to a socket makes an object. It vanishes with its last reference.
     */
    private static ByteBuffer plainView(SharedRegion region) throws IOException {
        Path file = Path.of("/proc/self/fd/" + region.descriptor().number());
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, region.byteSize());
        }
    }

    /** One page between two buffers is the first one's tail and the second one's head. */
    private long carve(TransferBuffer[] into, ByteBuffer view, int dataBytes, long from) {
        MemorySegment memory = region.segment();
        long at = from;
        for (int i = 0; i < into.length; i++) {
            into[i] = new TransferBuffer(memory, view.duplicate(), (int) at, dataBytes);
            at += dataBytes + PAGE_BYTES;
        }
        return at;
    }

    /** Lets a device reach the memory. */
    void register(BlockDevice device) throws IOException {
        device.register(region);
        registered.add(device);
    }

    /**
     * Lends a buffer.
     *
     * @param share of whoever borrows it
     * @return null when there is none, or none for this one at present
     */
    @Nullable TransferBuffer acquire(int bytes, Share share) {
        if (bytes <= SMALL_BYTES) {
            if (share.small >= smallFree) {
                return null;
            }
            share.small++;
            return small[--smallFree];
        }
        if (share.large >= largeFree) {
            return null;
        }
        share.large++;
        return large[--largeFree];
    }

    /** Takes a buffer back. */
    void release(TransferBuffer buffer, Share share) {
        if (buffer.dataBytesMax == SMALL_BYTES) {
            share.small--;
            small[smallFree++] = buffer;
        } else {
            share.large--;
            large[largeFree++] = buffer;
        }
    }

    /** Whether nothing is lent. */
    boolean isWhole() {
        return smallFree == small.length && largeFree == large.length;
    }

    @Override
    public void close() {
        for (BlockDevice device : registered) {
            device.unregister(region);
        }
        registered.clear();
        region.close();
    }
}
