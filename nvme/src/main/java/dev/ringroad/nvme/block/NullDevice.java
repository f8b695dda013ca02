package dev.ringroad.nvme.block;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * Blocks of zeroes that forget what is written to them: to measure what is in front of a device.
 * Reads do fill their memory, so that nobody is shown what was there before. Any thread may use it.
 */
public final class NullDevice implements BlockDevice {
    private static final int REQUEST_BYTES_MAX = 16 << 20;

    private static final Set<BlockOperation> OPERATIONS =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            BlockOperation.READ,
                            BlockOperation.WRITE,
                            BlockOperation.FLUSH,
                            BlockOperation.WRITE_ZEROES,
                            BlockOperation.UNMAP));

    private final String name;
    private final BlockGeometry geometry;
    private final RequestRules rules;

    /** Makes a device; it takes no memory, whatever its size. */
    public NullDevice(String name, int blockBytes, long blocks) {
        this.name = name;
        this.geometry =
                new BlockGeometry(
                        blockBytes, blocks, 0, Math.max(1, REQUEST_BYTES_MAX / blockBytes), 1, 1);
        this.rules = new RequestRules(geometry, OPERATIONS);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BlockGeometry geometry() {
        return geometry;
    }

    @Override
    public Set<BlockOperation> operations() {
        return OPERATIONS;
    }

    @Override
    public BlockChannel openChannel(int depth) {
        Channels.requireDepth(depth);
        return new Channel(rules, geometry.blockBytes());
    }

    /** Does nothing. */
    @Override
    public void close() {}

    private static final class Channel extends DirectChannel {
        private final int blockBytes;

        Channel(RequestRules rules, int blockBytes) {
            super(rules);
            this.blockBytes = blockBytes;
        }

        @Override
        protected BlockStatus execute(BlockRequest request) {
            if (request.operation() == BlockOperation.READ) {
                long bytes = (long) request.blockCount() * blockBytes;
                Zeroes.fill(request.data(), request.dataOffset(), bytes);
            }
            return BlockStatus.OK;
        }
    }
}
