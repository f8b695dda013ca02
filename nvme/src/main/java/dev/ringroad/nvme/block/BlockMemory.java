package dev.ringroad.nvme.block;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * Memory for requests to a device, in its reach, so that nothing is copied. It begins with a page,
 * so offsets that are multiples of the geometry's {@code dataAlignment} are aligned. Any thread may
 * use it.
 */
public final class BlockMemory implements AutoCloseable {
    private final BlockDevice device;
    private final SharedRegion region;
    private boolean closed;

    private BlockMemory(BlockDevice device, SharedRegion region) {
        this.device = device;
        this.region = region;
    }

    /**
     * Allocates zeroed memory and registers it.
     *
     * @param name shown in /proc/PID/maps
     * @param bytes the least size; it is rounded up to whole pages
     * @return to be closed before the device, when no request uses it
     */
    public static BlockMemory allocate(BlockDevice device, String name, long bytes)
            throws IOException {
        SharedRegion region = SharedRegion.allocate(name, bytes, Placement.ordinary());
        try {
            device.register(region);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
        return new BlockMemory(device, region);
    }

    /** All of it. */
    public MemorySegment segment() {
        return region.segment();
    }

    /** Bytes of {@link #segment}. */
    public long byteSize() {
        return region.byteSize();
    }

    /** Takes it from the device and gives it back; a second call does nothing. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            device.unregister(region);
            region.close();
        }
    }
}
