package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.memif.MemifClientHandshake.Outgoing;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory that a client offers for one connection.
 *
 * <pre>
 *   region 0   | ring to server | ring to client | buffers to server | buffers to client |
 *   region 1   | the packet pool |                                     zero-copy only
 * </pre>
 *
 * <p>Region 0 is made anew for each connection: a server that was thrown out may still have the old
 * one mapped, and must not be able to disturb its successor. The buffers are there only when frames
 * are copied. They lie an odd number of cache lines apart; with the round 2048 bytes the first
 * lines of all of them would compete for two sets of the cache.
 */
final class MemifOffer implements MemifClientHandshake.OfferMaker, AutoCloseable {

    private static final int LINE_BYTES = 64;

    private final MemifConfig config;
    private final @Nullable SharedRegion poolRegion;
    private @Nullable SharedRegion region;
    private MemifLink.@Nullable Lane receive;
    private MemifLink.@Nullable Lane transmit;
    private MemifLink.@Nullable OwnBuffers ownBuffers;

    /**
     * @param poolRegion that frames travel in without copying, or null to copy
     */
    MemifOffer(MemifConfig config, @Nullable SharedRegion poolRegion) {
        this.config = config;
        this.poolRegion = poolRegion;
    }

    /** The distance between the first bytes of two buffers: an odd number of cache lines. */
    static int strideBytes(int bufferBytes) {
        int lines = (bufferBytes + LINE_BYTES - 1) / LINE_BYTES;
        return (lines | 1) * LINE_BYTES;
    }

    @Override
    public Iterable<Outgoing> offer(int ringLog2) throws IOException {
        long ringBytes = roundUp(MemifRing.byteSize(ringLog2));
        long buffersAt = 2 * ringBytes;
        int stride = strideBytes(config.bufferBytes());
        long buffersBytes = (long) stride << ringLog2;
        boolean copy = poolRegion == null;
        SharedRegion made =
                SharedRegion.allocateForPeers(
                        "memif rings",
                        buffersAt + (copy ? 2 * buffersBytes : 0),
                        copy ? Placement.preferHuge() : Placement.ordinary());
        region = made;
        MemorySegment segment = made.segment();
        MemifLink.Lane toServer =
                new MemifLink.Lane(
                        MemifRing.initialise(segment, 0, ringLog2), EventFd.createShared());
        transmit = toServer;
        MemifLink.Lane toClient =
                new MemifLink.Lane(
                        MemifRing.initialise(segment, ringBytes, ringLog2), EventFd.createShared());
        receive = toClient;
        if (copy) {
            ownBuffers =
                    new MemifLink.OwnBuffers(
                            buffersAt + buffersBytes, buffersAt, stride, config.bufferBytes());
        }
        List<Outgoing> messages = new ArrayList<>();
        messages.add(region(0, made));
        if (poolRegion != null) {
            messages.add(region(MemifZeroCopyRxQueue.POOL_REGION, poolRegion));
        }
        messages.add(ring(true, 0, ringLog2, toServer));
        messages.add(ring(false, ringBytes, ringLog2, toClient));
        return messages;
    }

    private static Outgoing region(int index, SharedRegion region) {
        return new Outgoing(
                new MemifMessage.AddRegion(index, region.byteSize()), region.descriptor().number());
    }

    private static Outgoing ring(boolean toServer, long offset, int ringLog2, MemifLink.Lane lane) {
        return new Outgoing(
                new MemifMessage.AddRing(toServer, 0, 0, offset, ringLog2, 0),
                lane.doorbell().descriptor().number());
    }

    private static long roundUp(long bytes) {
        return (bytes + LINE_BYTES - 1) & -LINE_BYTES;
    }

    /** The connection over this offer, which owns its memory from now on. */
    MemifLink link(MemifControl control) {
        SharedRegion made = region;
        MemifLink.Lane rx = receive;
        MemifLink.Lane tx = transmit;
        if (made == null || rx == null || tx == null) {
            throw new IllegalStateException("nothing has been offered yet");
        }
        region = null;
        receive = null;
        transmit = null;
        MemorySegment[] segments =
                poolRegion == null
                        ? new MemorySegment[] {made.segment()}
                        : new MemorySegment[] {made.segment(), poolRegion.segment()};
        return new MemifLink(control, List.of(made), segments, rx, tx, ownBuffers);
    }

    /** Takes the offer back, unless it has become a link. */
    @Override
    public void close() {
        if (receive != null) {
            receive.doorbell().close();
            receive = null;
        }
        if (transmit != null) {
            transmit.doorbell().close();
            transmit = null;
        }
        if (region != null) {
            region.close();
            region = null;
        }
    }
}
