package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockGeometry;

/** One thread's way to a namespace, with its counters. Only that thread writes it. */
final class NamespaceLane {
    final ExportedNamespace namespace;
    final BlockChannel channel;
    final int blockShift;
    final long blocks;
    final int requestBlocksMax;

    /** Read by others, as they are. */
    long reads;

    long writes;
    long readBytes;
    long writtenBytes;
    long mediaErrors;

    NamespaceLane(ExportedNamespace namespace, BlockChannel channel) {
        this.namespace = namespace;
        this.channel = channel;
        BlockGeometry geometry = namespace.device().geometry();
        this.blockShift = Integer.numberOfTrailingZeros(geometry.blockBytes());
        this.blocks = geometry.blocks();
        this.requestBlocksMax = geometry.requestBlocksMax();
    }
}
