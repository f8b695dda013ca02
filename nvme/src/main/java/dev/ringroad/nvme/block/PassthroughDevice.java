package dev.ringroad.nvme.block;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * Another device under another name, or with fewer operations: read-only, for one. It costs one
 * look at each request. The device below stays its owner's, to be closed afterwards.
 */
public final class PassthroughDevice extends ComposedDevice {
    private PassthroughDevice(String name, BlockDevice below, Set<BlockOperation> operations) {
        super(name, Legs.only(below), below.geometry(), operations);
    }

    /** All that the device below can do. */
    public static PassthroughDevice of(String name, BlockDevice below) {
        return new PassthroughDevice(name, below, below.operations());
    }

    /** A device of which nothing can be changed. */
    public static PassthroughDevice readOnly(String name, BlockDevice below) {
        Set<BlockOperation> operations = EnumSet.noneOf(BlockOperation.class);
        below.operations().stream()
                .filter(operation -> !RequestRules.changes(operation))
                .forEach(operations::add);
        return new PassthroughDevice(name, below, operations);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        BlockDevice below = legs().devices().getFirst();
        return new HoldingChannel(rules(), below.openChannel(depth)) {
            @Override
            void release(BlockChannel channel, RequestQueue held, long nowNanos) {
                releaseAll(channel, held);
            }

            @Override
            public long nextDeadlineNanos() {
                return belowDeadlineNanos();
            }
        };
    }
}
