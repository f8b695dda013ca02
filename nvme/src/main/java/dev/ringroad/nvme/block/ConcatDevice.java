package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * Devices one behind the other: as large as all of them together. They stay their owner's, to be
 * closed afterwards. A compare-and-write that crosses from one to the next is refused.
 */
public final class ConcatDevice extends ComposedDevice {
    /** Where each leg begins, and behind them where the last one ends. */
    private final long[] begins;

    private ConcatDevice(
            String name,
            Legs legs,
            long[] begins,
            BlockGeometry geometry,
            Set<BlockOperation> operations) {
        super(name, legs, geometry, operations);
        this.begins = begins;
    }

    /**
     * Puts devices one behind the other.
     *
     * @throws IllegalArgumentException when they do not fit
     */
    public static ConcatDevice of(String name, List<BlockDevice> devices) {
        Legs legs = Legs.of("concatenation", devices);
        long[] begins = new long[legs.count() + 1];
        for (int leg = 0; leg < legs.count(); leg++) {
            begins[leg + 1] = Math.addExact(begins[leg], legs.blocks(leg));
        }
        BlockGeometry geometry =
                legs.geometry(
                        begins[legs.count()], legs.requestBlocksMax(), legs.preferredBlocks());
        return new ConcatDevice(name, legs, begins, geometry, legs.operations());
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        int parts = partsFor(Channels.requireDepth(depth));
        return new Channel(Channels.openAll(legs().devices(), parts), depth, parts);
    }

    private final class Channel extends SplitChannel {
        private final int count = legs().count();

        Channel(@Nullable BlockChannel[] channels, int depth, int parts) {
            super(rules(), geometry(), channels, legs().blockShifts(), depth, parts);
        }

        @Override
        BlockStatus admit(BlockRequest request) {
            if (request.operation() != BlockOperation.COMPARE_AND_WRITE) {
                return BlockStatus.OK;
            }
            int leg = legOf(request.block());
            boolean fits = request.blockCount() <= begins[leg + 1] - request.block();
            return fits ? BlockStatus.OK : BlockStatus.INVALID;
        }

        @Override
        int unitsOf(Whole whole) {
            BlockRequest request = whole.request();
            return request.operation() == BlockOperation.FLUSH ? count : request.blockCount();
        }

        @Override
        int cut(Whole whole, int unit, Part part) {
            BlockRequest request = whole.request();
            if (request.operation() == BlockOperation.FLUSH) {
                fill(part, whole, unit, 0, 0, 0);
                return 1;
            }
            long block = request.block() + unit;
            int leg = legOf(block);
            int blocks = (int) Math.min(begins[leg + 1] - block, request.blockCount() - unit);
            fill(part, whole, leg, block - begins[leg], unit, blocks);
            return blocks;
        }

        /** The last leg that begins at the block or before it; an empty one holds none. */
        private int legOf(long block) {
            int leg = 0;
            while (block >= begins[leg + 1]) {
                leg++;
            }
            return leg;
        }
    }
}
