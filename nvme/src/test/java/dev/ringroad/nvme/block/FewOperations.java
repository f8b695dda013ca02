package dev.ringroad.nvme.block;

import java.io.IOException;
import java.util.Set;

/** A device that does not admit to more than reading, writing and flushing. */
record FewOperations(BlockDevice below) implements BlockDevice {
    @Override
    public String name() {
        return below.name();
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
    public void close() {}
}
