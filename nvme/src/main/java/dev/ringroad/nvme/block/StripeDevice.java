package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Blocks dealt out to several devices in turn, a chunk each: as quick as all of them together, and
 * lost with any of them.
 *
 * <pre>
 *   chunk     0   1   2   3   4   5
 *   leg       0   1   2   0   1   2
 *   its chunk 0   0   0   1   1   1
 * </pre>
 *
 * <p>Each leg gives as many whole chunks as the smallest has. The legs stay their owner's, to be
 * closed afterwards.
 */
public final class StripeDevice extends ComposedDevice {
    private final int chunkBlocks;

    private StripeDevice(
            String name,
            Legs legs,
            int chunkBlocks,
            BlockGeometry geometry,
            Set<BlockOperation> operations) {
        super(name, legs, geometry, operations);
        this.chunkBlocks = chunkBlocks;
    }

    /**
     * Makes a stripe of devices.
     *
     * @param chunkBytes how much goes to one device before the next one's turn: a multiple of the
     *     largest block among them
     * @throws IllegalArgumentException when devices or chunk do not fit
     */
    public static StripeDevice of(String name, List<BlockDevice> devices, int chunkBytes) {
        Legs legs = Legs.of("stripe", devices);
        int blockBytes = legs.blockBytes();
        if (chunkBytes < blockBytes || chunkBytes % blockBytes != 0) {
            throw new IllegalArgumentException(
                    "A chunk is a multiple of the block's "
                            + blockBytes
                            + " bytes, not "
                            + chunkBytes);
        }
        int chunkBlocks = chunkBytes / blockBytes;
        long chunks = Math.multiplyExact(legs.blocksMin() / chunkBlocks, (long) legs.count());
        long most = (long) legs.requestBlocksMax() * legs.count();
        BlockGeometry geometry =
                legs.geometry(
                        Math.multiplyExact(chunks, (long) chunkBlocks),
                        (int) Math.min(most, Integer.MAX_VALUE),
                        chunkBlocks);
        Set<BlockOperation> operations = EnumSet.copyOf(legs.operations());
        return new StripeDevice(name, legs, chunkBlocks, geometry, operations);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        int parts = partsFor(Channels.requireDepth(depth));
        return new Channel(Channels.openAll(legs().devices(), parts), depth, parts);
    }

    private final class Channel extends SplitChannel {
        private final int chunk = chunkBlocks;
        private final int count = legs().count();
        private final int legMax = legs().requestBlocksMax();

        Channel(@Nullable BlockChannel[] channels, int depth, int parts) {
            super(rules(), geometry(), channels, legs().blockShifts(), depth, parts);
        }

        /** A compare-and-write is atomic in one leg only. */
        @Override
        BlockStatus admit(BlockRequest request) {
            if (request.operation() != BlockOperation.COMPARE_AND_WRITE) {
                return BlockStatus.OK;
            }
            int blocks = request.blockCount();
            boolean fits = blocks <= legMax && request.block() % chunk + blocks <= chunk;
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
            long index = block / chunk;
            int within = (int) (block % chunk);
            int blocks = Math.min(Math.min(chunk - within, legMax), request.blockCount() - unit);
            int leg = (int) (index % count);
            fill(part, whole, leg, index / count * chunk + within, unit, blocks);
            return blocks;
        }
    }
}
