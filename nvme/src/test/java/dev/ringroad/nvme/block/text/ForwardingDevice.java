package dev.ringroad.nvme.block.text;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.NullDevice;

import java.io.IOException;
import java.util.Set;

/** A device like another; whoever extends it differs in something. */
abstract class ForwardingDevice implements BlockDevice {
    private final BlockDevice like = new NullDevice("like", 512, 1000);

    @Override
    public String name() {
        return like.name();
    }

    @Override
    public BlockGeometry geometry() {
        return like.geometry();
    }

    @Override
    public Set<BlockOperation> operations() {
        return like.operations();
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        return like.openChannel(depth);
    }
}
