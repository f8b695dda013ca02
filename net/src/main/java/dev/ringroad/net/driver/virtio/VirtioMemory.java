package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.packet.PacketPool;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory that a virtio device shares with its back end, all in one region:
 *
 * <pre>
 *   | receive ring 0 | transmit ring 0 | receive ring 1 | ... | tables 0 | ... | packets |
 * </pre>
 *
 * <p>It is the same for all connections. A back end that was thrown out may keep it mapped and
 * write into it, which can do no more harm than the present one could: what is in there is never
 * relied on.
 */
final class VirtioMemory implements AutoCloseable {

    private static final int LINE_BYTES = 64;

    /** Back ends that give frames whole give up to 2048 bytes, whatever the MTU is. */
    private static final int DATA_BYTES_MIN = 2048;

    private final SharedRegion region;
    private final PacketPool pool;
    private final List<QueueMemory> rings = new ArrayList<>();
    private final long tablesAt;
    private final long tablesBytes;

    VirtioMemory(VirtioConfig config, Placement placement) throws IOException {
        int ringCount = 2 * config.queues();
        long ringBytes = QueueMemory.byteSize(config.size());
        tablesAt = ringCount * ringBytes;
        tablesBytes = ChainTables.byteSize(config.size());
        long poolAt = tablesAt + config.queues() * tablesBytes;
        int stride = bufferBytes(config);
        region =
                SharedRegion.allocateForPeers(
                        "virtio rings and packets",
                        poolAt + (long) config.packets() * stride,
                        placement);
        try {
            pool = PacketPool.over(region, poolAt, config.packets(), stride);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
        for (int i = 0; i < ringCount; i++) {
            rings.add(QueueMemory.at(region.segment(), i * ringBytes, config.size()));
        }
    }

    /** An odd number of lines, so that the buffers' first lines spread over the cache. */
    private static int bufferBytes(VirtioConfig config) {
        int data = Math.max(config.frameBytesMax(), DATA_BYTES_MIN);
        int lines = (PacketPool.DEFAULT_HEADROOM + data + LINE_BYTES - 1) / LINE_BYTES;
        return (lines | 1) * LINE_BYTES;
    }

    SharedRegion region() {
        return region;
    }

    PacketPool pool() {
        return pool;
    }

    /** How many rings there are. */
    int rings() {
        return rings.size();
    }

    /** Where a ring lies: of pair n, 2n is for receiving and 2n + 1 for transmitting. */
    QueueMemory ring(int i) {
        return rings.get(i);
    }

    /** Tables for the chained packets of a pair's transmit ring. */
    ChainTables tables(int pair) {
        return new ChainTables(region.segment(), tablesAt + pair * tablesBytes, pool);
    }

    @Override
    public void close() {
        try (region) {
            pool.close();
        }
    }
}
