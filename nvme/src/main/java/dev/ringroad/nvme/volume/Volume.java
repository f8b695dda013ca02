package dev.ringroad.nvme.volume;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.RequestRules;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A volume of a {@link VolumeStore}, opened: a block device of its own. It may be open several
 * times.
 *
 * <p>Blocks that were never written read as zeroes and take no room. A write that finds none is
 * completed with {@link BlockStatus#NO_SPACE}; then a part of it may have happened. Unmap and write
 * zeroes give up the clusters that they cover whole.
 *
 * <p>Channels wait for each other now and then (see the package), so each with something
 * outstanding has to be polled. A channel cannot be slept on while something waits for another.
 */
public final class Volume implements BlockDevice {
    private static final int REQUEST_BYTES_MAX = 4 << 20;
    private static final Set<BlockOperation> SNAPSHOT =
            Collections.unmodifiableSet(EnumSet.of(BlockOperation.READ, BlockOperation.FLUSH));
    private static final Set<BlockOperation> WRITABLE =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            BlockOperation.READ,
                            BlockOperation.WRITE,
                            BlockOperation.FLUSH,
                            BlockOperation.WRITE_ZEROES,
                            BlockOperation.UNMAP));

    private final VolumeStore store;
    private final VolumeMap map;
    private final String name;
    private final Closeable owned;
    private final List<VolumeChannel> channels = new ArrayList<>();
    private volatile RequestRules rules;
    private boolean closed;

    /**
     * @param owned closed after it
     */
    Volume(VolumeStore store, VolumeMap map, Closeable owned) {
        this.store = store;
        this.owned = owned;
        this.map = map;
        this.name = store.device().name() + "/" + map.name;
        this.rules = RequestRules.of(this);
    }

    VolumeStore store() {
        return store;
    }

    VolumeMap map() {
        return map;
    }

    @Override
    public String name() {
        return name;
    }

    /** Its shape; the number of blocks follows {@link VolumeStore#resize}. */
    @Override
    public BlockGeometry geometry() {
        BlockGeometry below = store.device().geometry();
        int clusterBlocks = store.metadata().clusterBlocks;
        return new BlockGeometry(
                below.blockBytes(),
                (long) map.clusters * clusterBlocks,
                0,
                Math.max(clusterBlocks, REQUEST_BYTES_MAX / below.blockBytes()),
                below.dataAlignment(),
                clusterBlocks);
    }

    @Override
    public Set<BlockOperation> operations() {
        return map.readOnly ? SNAPSHOT : WRITABLE;
    }

    /** Whether a request can be carried out. */
    BlockStatus examine(BlockRequest request) {
        return rules.check(request);
    }

    /** After its size has changed. */
    void resized() {
        rules = RequestRules.of(this);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        if (depth < 1) {
            throw new IllegalArgumentException("A channel has a depth of at least 1, not " + depth);
        }
        synchronized (channels) {
            // Closed, it may have been deleted, and its clusters are others'.
            if (closed) {
                throw new IllegalStateException(name + " has been closed.");
            }
            BlockChannel base = store.device().openChannel(depth + Commit.DEPTH);
            VolumeChannel channel = new VolumeChannel(this, base, depth);
            channels.add(channel);
            return channel;
        }
    }

    void closed(VolumeChannel channel) {
        synchronized (channels) {
            channels.remove(channel);
        }
    }

    /** Whether a thread would wait for itself if it waited for this volume's I/O. */
    boolean isBusyFor(Thread thread) {
        synchronized (channels) {
            return channels.stream().anyMatch(channel -> channel.isBusyFor(thread));
        }
    }

    @Override
    public void register(SharedRegion region) throws IOException {
        store.device().register(region);
    }

    @Override
    public void unregister(SharedRegion region) {
        store.device().unregister(region);
    }

    /** Those of the store's device. */
    @Override
    public List<String> warnings() {
        return store.device().warnings();
    }

    /**
     * Gives the volume back to its store; what was not flushed is not durable yet.
     *
     * @throws IOException when channels are open
     */
    @Override
    public void close() throws IOException {
        synchronized (channels) {
            if (!channels.isEmpty()) {
                throw new IOException(
                        name
                                + " has "
                                + channels.size()
                                + " open channels; close them, then the volume");
            }
            if (closed) {
                return;
            }
            closed = true;
        }
        store.closed(this);
        owned.close();
    }
}
