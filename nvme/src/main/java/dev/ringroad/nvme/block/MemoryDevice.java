package dev.ringroad.nvme.block;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Blocks in memory: zeroes at first, and gone when it is closed. Pages are taken as they are
 * written first, so it may be larger than what is free as long as it is not filled.
 *
 * <p>Channels of several threads may be open. What becomes of blocks that two of them change at
 * once is for their users to prevent; only a compare-and-write has the device to itself.
 */
public final class MemoryDevice implements BlockDevice {
    private static final int REQUEST_BYTES_MAX = 16 << 20;
    private static final VarHandle COMPARING;
    private static final VarHandle BUSY;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            COMPARING = lookup.findVarHandle(MemoryDevice.class, "comparing", boolean.class);
            BUSY = lookup.findVarHandle(Channel.class, "busy", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final String name;
    private final BlockGeometry geometry;
    private final SharedRegion region;
    private final RequestRules rules;
    private final Set<BlockOperation> operations =
            Collections.unmodifiableSet(EnumSet.allOf(BlockOperation.class));

    /** Whoever compares and writes looks at what the others do. */
    private final List<Channel> channels = new CopyOnWriteArrayList<>();

    @SuppressWarnings("unused") // by COMPARING
    private boolean comparing;

    private MemoryDevice(String name, BlockGeometry geometry, SharedRegion region) {
        this.name = name;
        this.geometry = geometry;
        this.region = region;
        this.rules = new RequestRules(geometry, operations);
    }

    /**
     * Makes a device of blocks without metadata.
     *
     * @throws IOException when there is no memory
     */
    public static MemoryDevice create(String name, int blockBytes, long blocks) throws IOException {
        return create(name, blockBytes, blocks, 0);
    }

    /**
     * Makes a device.
     *
     * @param metadataBytes beside each block
     * @throws IOException when there is no memory
     */
    public static MemoryDevice create(String name, int blockBytes, long blocks, int metadataBytes)
            throws IOException {
        BlockGeometry geometry =
                new BlockGeometry(
                        blockBytes,
                        blocks,
                        metadataBytes,
                        Math.max(1, REQUEST_BYTES_MAX / blockBytes),
                        1,
                        1);
        long bytes = Math.multiplyExact(blocks, (long) blockBytes + metadataBytes);
        return new MemoryDevice(name, geometry, sparse(name, Math.max(1, bytes)));
    }

    /** Memory that has no pages yet. */
    private static SharedRegion sparse(String name, long bytes) throws IOException {
        Descriptor file = Memfd.create(name, PageSize.ORDINARY.bytes());
        try {
            Memfd.resize(file, PageSize.ORDINARY.roundUp(bytes));
            Memfd.seal(file, Memfd.SEAL_SHRINK | Memfd.SEAL_GROW | Memfd.SEAL_SEAL);
        } catch (Throwable t) {
            file.close();
            throw t;
        }
        return SharedRegion.map(file, bytes, 0);
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
        return operations;
    }

    /**
     * The blocks themselves, one after the other, and behind them their metadata; for whoever looks
     * at or damages what is stored. Alive until {@link #close}.
     */
    public MemorySegment content() {
        return region.segment();
    }

    @Override
    public BlockChannel openChannel(int depth) {
        Channels.requireDepth(depth);
        Channel channel = new Channel();
        channels.add(channel);
        return channel;
    }

    /** Gives the memory back; its channels are closed before. */
    @Override
    public void close() {
        region.close();
    }

    private final class Channel extends DirectChannel {
        private final MemorySegment memory = region.segment();
        private final int blockBytes = geometry.blockBytes();
        private final int metadataBytes = geometry.metadataBytes();
        private final long metadataAt = geometry.byteSize();

        @SuppressWarnings("unused") // by BUSY
        private boolean busy;

        Channel() {
            super(rules);
        }

        @Override
        protected BlockStatus execute(BlockRequest request) {
            return switch (request.operation()) {
                case FLUSH -> BlockStatus.OK;
                case READ, WRITE, WRITE_ZEROES, UNMAP, COMPARE -> amongOthers(request);
                case COMPARE_AND_WRITE -> compareAndWrite(request);
            };
        }

        private BlockStatus amongOthers(BlockRequest request) {
            // Each side says what it does before it looks at the other, so that one of them sees
            // the other at least.
            BUSY.setVolatile(this, true);
            while ((boolean) COMPARING.getVolatile(MemoryDevice.this)) {
                BUSY.setRelease(this, false);
                Thread.onSpinWait();
                BUSY.setVolatile(this, true);
            }
            try {
                return switch (request.operation()) {
                    case READ -> copy(request, true);
                    case WRITE -> copy(request, false);
                    case COMPARE -> compare(request);
                    default -> zero(request);
                };
            } finally {
                BUSY.setRelease(this, false);
            }
        }

        private BlockStatus copy(BlockRequest request, boolean read) {
            long at = request.block() * blockBytes;
            long bytes = (long) request.blockCount() * blockBytes;
            copy(request.data(), request.dataOffset(), at, bytes, read);
            MemorySegment metadata = request.metadata();
            if (metadata.byteSize() > 0) {
                long from = metadataAt + request.block() * metadataBytes;
                long length = (long) request.blockCount() * metadataBytes;
                copy(metadata, request.metadataOffset(), from, length, read);
            }
            return BlockStatus.OK;
        }

        private void copy(MemorySegment other, long offset, long at, long bytes, boolean read) {
            if (read) {
                MemorySegment.copy(memory, at, other, offset, bytes);
            } else {
                MemorySegment.copy(other, offset, memory, at, bytes);
            }
        }

        private BlockStatus zero(BlockRequest request) {
            Zeroes.fill(
                    memory, request.block() * blockBytes, (long) request.blockCount() * blockBytes);
            Zeroes.fill(
                    memory,
                    metadataAt + request.block() * metadataBytes,
                    (long) request.blockCount() * metadataBytes);
            return BlockStatus.OK;
        }

        private BlockStatus compare(BlockRequest request) {
            return isEqual(request) ? BlockStatus.OK : BlockStatus.MISCOMPARE;
        }

        private boolean isEqual(BlockRequest request) {
            long bytes = (long) request.blockCount() * blockBytes;
            long at = request.block() * blockBytes;
            if (differs(request.data(), request.dataOffset(), at, bytes)) {
                return false;
            }
            MemorySegment metadata = request.metadata();
            return metadata.byteSize() == 0
                    || !differs(
                            metadata,
                            request.metadataOffset(),
                            metadataAt + request.block() * metadataBytes,
                            (long) request.blockCount() * metadataBytes);
        }

        private boolean differs(MemorySegment other, long offset, long at, long bytes) {
            return MemorySegment.mismatch(other, offset, offset + bytes, memory, at, at + bytes)
                    >= 0;
        }

        private BlockStatus compareAndWrite(BlockRequest request) {
            // Held for the length of a comparison and a copy, by threads that do nothing else in
            // between; what one of them wrote the next one sees.
            while (!COMPARING.compareAndSet(MemoryDevice.this, false, true)) {
                Thread.onSpinWait();
            }
            try {
                for (Channel other : channels) {
                    while ((boolean) BUSY.getVolatile(other)) {
                        Thread.onSpinWait();
                    }
                }
                return isEqual(request) ? writeSecondHalf(request) : BlockStatus.MISCOMPARE;
            } finally {
                COMPARING.setRelease(MemoryDevice.this, false);
            }
        }

        @Override
        public void close() {
            super.close();
            channels.remove(this);
        }

        private BlockStatus writeSecondHalf(BlockRequest request) {
            long bytes = (long) request.blockCount() * blockBytes;
            long at = request.block() * blockBytes;
            MemorySegment.copy(request.data(), request.dataOffset() + bytes, memory, at, bytes);
            MemorySegment metadata = request.metadata();
            if (metadata.byteSize() > 0) {
                long length = (long) request.blockCount() * metadataBytes;
                MemorySegment.copy(
                        metadata,
                        request.metadataOffset() + length,
                        memory,
                        metadataAt + request.block() * metadataBytes,
                        length);
            }
            return BlockStatus.OK;
        }
    }
}
