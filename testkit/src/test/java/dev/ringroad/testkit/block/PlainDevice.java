package dev.ringroad.testkit.block;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** A device that does not admit to more than reading, writing and flushing; it counts regions. */
final class PlainDevice implements BlockDevice {
    private final BlockDevice below;
    private final Set<SharedRegion> regions = new HashSet<>();

    PlainDevice(BlockDevice below) {
        this.below = below;
    }

    /** Regions that are registered. */
    int regions() {
        return regions.size();
    }

    @Override
    public String name() {
        return "plain " + below.name();
    }

    @Override
    public BlockGeometry geometry() {
        return below.geometry();
    }

    @Override
    public Set<BlockOperation> operations() {
        return Set.of(BlockOperation.READ, BlockOperation.WRITE, BlockOperation.FLUSH);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        return below.openChannel(depth);
    }

    @Override
    public void register(SharedRegion region) {
        regions.add(region);
    }

    @Override
    public void unregister(SharedRegion region) {
        regions.remove(region);
    }

    @Override
    public void close() {}
}
