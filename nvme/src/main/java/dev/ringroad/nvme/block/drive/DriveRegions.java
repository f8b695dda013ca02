package dev.ringroad.nvme.block.drive;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.DmaSpace;
import dev.ringroad.core.memory.SharedRegion;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CopyOnWriteArrayList;

/** The regions that a drive reaches by itself. Any thread may use it. */
final class DriveRegions {
    private final DmaSpace space;
    private final CopyOnWriteArrayList<Registered> regions = new CopyOnWriteArrayList<>();

    DriveRegions(DmaSpace space) {
        this.space = space;
    }

    /** A region, and how the drive sees it. */
    record Registered(SharedRegion region, long address, DmaMemory memory) {
        private boolean contains(long first, long bytes) {
            long offset = first - address;
            return offset >= 0 && offset <= memory.byteSize() - bytes;
        }
    }

    /** Maps a region; where the drive reaches only its own memory, requests are copied instead. */
    void register(SharedRegion region) throws IOException {
        DmaMemory memory;
        try {
            memory = space.map(region);
        } catch (UnsupportedOperationException e) {
            return;
        }
        regions.add(new Registered(region, region.segment().address(), memory));
    }

    void unregister(SharedRegion region) {
        for (Registered each : regions) {
            if (each.region() == region && regions.remove(each)) {
                each.memory().close();
                return;
            }
        }
    }

    /** The region that so many bytes of memory are in, or null. */
    @Nullable Registered find(MemorySegment data, long offset, long bytes) {
        if (regions.isEmpty() || !data.isNative()) {
            return null;
        }
        long address = data.address() + offset;
        for (Registered each : regions) {
            if (each.contains(address, bytes)) {
                return each;
            }
        }
        return null;
    }

    void close() {
        for (Registered each : regions) {
            each.memory().close();
        }
        regions.clear();
    }
}
