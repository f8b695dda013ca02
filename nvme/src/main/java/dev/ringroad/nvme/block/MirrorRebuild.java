package dev.ringroad.nvme.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies a mirror's content to one of its legs while the mirror is read and written.
 *
 * <p>From its beginning all writes go to the leg as well. It takes the device a region at a time:
 * says which one it is, waits until every write is completed that may have begun before it was
 * said, copies the region, and goes on. Meanwhile writes to that region wait in their channels, all
 * others pass. So no block is copied while it is written, and what is written after it was copied
 * is on the leg already. Reads never wait.
 */
final class MirrorRebuild {
    private static final int REGION_BYTES = 1 << 20;
    private static final long NAP_NANOS = 20_000;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final MirrorDevice mirror;
    private final BlockDevice target;
    private final int leg;

    MirrorRebuild(MirrorDevice mirror, int leg) {
        this.mirror = mirror;
        this.leg = leg;
        target = mirror.legs().devices().get(leg);
    }

    /**
     * Copies all.
     *
     * @throws IOException when reading or writing failed, the leg failed a write of somebody else,
     *     or the mirror was closed
     */
    void run(MirrorDevice.Progress progress) throws IOException {
        BlockGeometry shape = mirror.geometry();
        int mostBlocks = Math.max(1, REGION_BYTES / shape.blockBytes());
        int perBlock = shape.blockBytes() / target.geometry().blockBytes();
        try (BlockMemory memory =
                        BlockMemory.allocate(
                                mirror, "rebuild", (long) mostBlocks * shape.blockBytes());
                BlockClient from = BlockClient.open(mirror);
                BlockClient to = BlockClient.open(target)) {
            MemorySegment buffer = memory.segment();
            // None where legs have none, or not the same.
            MemorySegment metadata =
                    MemorySegment.ofArray(new byte[mostBlocks * shape.metadataBytes()]);
            for (long block = 0; block < shape.blocks(); block += mostBlocks) {
                long count = Math.min(mostBlocks, shape.blocks() - block);
                bar(block, count);
                from.read(block, count, buffer, 0, metadata);
                to.write(block * perBlock, count * perBlock, buffer, 0, metadata);
                progress.copied(block + count, shape.blocks());
            }
            bar(0, 0);
            to.flush();
        }
    }

    /** Keeps writes from blocks, and returns when none is under way there. */
    private void bar(long block, long count) throws IOException {
        mirror.bar(new MirrorBarrier(leg, block, block + count));
        long epoch = mirror.grace().epoch();
        long begin = System.nanoTime();
        while (!mirror.grace().isOver(epoch)) {
            mirror.requireRebuilding();
            if (System.nanoTime() - begin > PATIENCE_NANOS) {
                throw new IOException(
                        "a write to "
                                + mirror.name()
                                + " is not completed; each channel with something outstanding has"
                                + " to be polled");
            }
            LockSupport.parkNanos(NAP_NANOS);
        }
    }
}
