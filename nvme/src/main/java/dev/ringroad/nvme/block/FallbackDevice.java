package dev.ringroad.nvme.block;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A device that does by other means what the one below cannot: zeroes by writing them, comparisons
 * by reading, and nothing where blocks are unmapped, which is all that unmapping promises. What the
 * one below can do is left to it. A compare-and-write cannot be made of others, as it would not be
 * atomic. The device below stays its owner's, to be closed afterwards.
 */
public final class FallbackDevice extends ComposedDevice {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int BUFFERS_MAX = 8;

    private final BlockDevice below;

    /** Adds what can be added. */
    public FallbackDevice(BlockDevice below) {
        this(below, Legs.only(below));
    }

    private FallbackDevice(BlockDevice below, Legs legs) {
        super(below.name(), legs, below.geometry(), completed(below.operations()));
        this.below = below;
    }

    private static Set<BlockOperation> completed(Set<BlockOperation> known) {
        Set<BlockOperation> more = EnumSet.of(BlockOperation.COMPARE);
        more.addAll(known);
        if (known.contains(BlockOperation.WRITE)) {
            more.add(BlockOperation.WRITE_ZEROES);
            more.add(BlockOperation.UNMAP);
        }
        return more;
    }

    /** Whether a device would gain something that is wanted. */
    static boolean adds(BlockDevice device, Set<BlockOperation> wanted) {
        Set<BlockOperation> gained = completed(device.operations());
        gained.removeAll(device.operations());
        gained.retainAll(wanted);
        return !gained.isEmpty();
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        int buffers = Math.min(Channels.requireDepth(depth), BUFFERS_MAX);
        int blockBytes = geometry().blockBytes();
        int bufferBytes =
                Math.max(
                        blockBytes,
                        (int)
                                Math.min(
                                        BUFFER_BYTES,
                                        (long) geometry().requestBlocksMax() * blockBytes));
        // One more, of zeroes.
        BlockMemory memory = BlockMemory.allocate(below, "fallback", (buffers + 1L) * bufferBytes);
        try {
            return new Channel(memory, bufferBytes, buffers, depth);
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    private final class Channel extends SplitChannel {
        private final BlockMemory memory;
        private final MemorySegment buffers;
        private final int bufferBytes;
        private final int bufferBlocks;
        private final int zeroesAt;
        private final boolean[] known = new boolean[BlockOperation.values().length];

        Channel(BlockMemory memory, int bufferBytes, int buffers, int depth) throws IOException {
            super(
                    rules(),
                    geometry(),
                    Channels.openAll(List.of(below), depth),
                    legs().blockShifts(),
                    depth,
                    buffers);
            this.memory = memory;
            this.buffers = memory.segment();
            this.bufferBytes = bufferBytes;
            this.bufferBlocks = bufferBytes / geometry().blockBytes();
            this.zeroesAt = buffers * bufferBytes;
            below.operations().forEach(operation -> known[operation.ordinal()] = true);
        }

        private boolean isKnown(BlockRequest request) {
            return known[request.operation().ordinal()];
        }

        @Override
        boolean isNothing(BlockRequest request) {
            return request.operation() == BlockOperation.UNMAP && !isKnown(request);
        }

        @Override
        int unitsOf(Whole whole) {
            return Math.max(1, whole.request().blockCount());
        }

        @Override
        int cut(Whole whole, int unit, Part part) {
            BlockRequest request = whole.request();
            int left = whole.units - unit;
            if (isKnown(request)) {
                fill(part, whole, 0, request.block(), 0, request.blockCount());
                return left;
            }
            int blocks = Math.min(left, bufferBlocks);
            long block = request.block() + unit;
            part.firstBlock = unit;
            part.blocks = blocks;
            part.leg = 0;
            if (request.operation() == BlockOperation.WRITE_ZEROES) {
                part.fill(BlockOperation.WRITE, block, blocks, buffers, zeroesAt);
                part.forceUnitAccess(request.forceUnitAccess());
            } else {
                long at = (long) part.index * bufferBytes;
                part.fill(BlockOperation.READ, block, blocks, buffers, at);
            }
            return blocks;
        }

        @Override
        BlockStatus judge(Part part, BlockStatus status) {
            BlockRequest request = part.whole().request();
            if (status != BlockStatus.OK
                    || request.operation() != BlockOperation.COMPARE
                    || isKnown(request)) {
                return status;
            }
            int blockBytes = geometry().blockBytes();
            long bytes = (long) part.blocks * blockBytes;
            long at = (long) part.index * bufferBytes;
            long with = request.dataOffset() + (long) part.firstBlock * blockBytes;
            long difference =
                    MemorySegment.mismatch(
                            request.data(), with, with + bytes, buffers, at, at + bytes);
            return difference < 0 ? BlockStatus.OK : BlockStatus.MISCOMPARE;
        }

        @Override
        public void close() {
            super.close();
            memory.close();
        }
    }
}
