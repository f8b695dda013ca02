package dev.ringroad.net.driver.memif;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A network device whose wire is memory shared with another process, by memif 2.0.
 *
 * <p>The link is up from the end of the handshake until the peer leaves, is killed, or does
 * something to the rings that can't be mended; then the memory is let go and the next peer is
 * taken. {@link #status} tells in words what goes on.
 *
 * <p>One owner at a time, as for every device. The peer is not trusted: see {@link MemifDrop}.
 */
public final class MemifDevice extends DriverDevice {

    private static final int LINE_BYTES = 64;

    /** How soon service is wanted while the pool is what the receive queue waits for. */
    private static final long STARVED_NANOS = 1_000_000L;

    private final MemifCounters counters;
    private final @Nullable SharedRegion poolRegion;
    private final MemifRxQueue rxQueue;
    private final MemifTxQueue txQueue;
    private final MemifEndpoint endpoint;
    private @Nullable MemifLink attached;
    private long servicedNanos;

    private MemifDevice(
            String name,
            MemifConfig config,
            MemifCounters counters,
            @Nullable SharedRegion poolRegion,
            PacketPool pool,
            MemifEndpoint endpoint) {
        int packetFlags = config.checksum() ? 0 : Packet.CHECKSUM_VERIFIED;
        int frameBytesMax = config.frameBytesMax();
        boolean client = config.role() == MemifRole.CLIENT;
        boolean zeroCopy = poolRegion != null;
        MemifRxQueue received =
                zeroCopy
                        ? new MemifZeroCopyRxQueue(pool, counters, packetFlags)
                        : new MemifCopyRxQueue(pool, counters, client, packetFlags);
        MemifTxQueue sent =
                zeroCopy
                        ? new MemifZeroCopyTxQueue(pool, counters, frameBytesMax)
                        : new MemifCopyTxQueue(counters, client, frameBytesMax);
        Traits traits = new Traits(name, config.mac(), config.mtu(), capabilities(config));
        super(traits, pool, counters.drops, new RxQueue[] {received}, new TxQueue[] {sent});
        this.counters = counters;
        this.poolRegion = poolRegion;
        this.endpoint = endpoint;
        rxQueue = received;
        txQueue = sent;
    }

    private static Capabilities capabilities(MemifConfig config) {
        boolean trusted = !config.checksum();
        int frameBytesMax = config.frameBytesMax();
        return new Capabilities(trusted, trusted, false, false, config.offersPool(), frameBytesMax);
    }

    /**
     * Opens an end of a memif. A server listens from now on; a client connects when it is first
     * serviced, and need not find its server yet.
     *
     * @param counters that the device's counters are registered in, under {@code name}
     * @throws IOException if the socket is in use, or memory can't be had
     */
    public static MemifDevice open(String name, MemifConfig config, CounterFile counters)
            throws IOException {
        return open(name, config, Placement.preferHuge(), counters);
    }

    /** As {@link #open(String, MemifConfig, CounterFile)}, with packets from a place of choice. */
    public static MemifDevice open(
            String name, MemifConfig config, Placement placement, CounterFile counters)
            throws IOException {
        MemifCounters own = new MemifCounters(counters, name);
        SharedRegion region = null;
        PacketPool pool = null;
        try {
            if (config.offersPool()) {
                int bytes = zeroCopyBufferBytes(config);
                region =
                        SharedRegion.allocateForPeers(
                                "memif packets", (long) config.packets() * bytes, placement);
                pool = PacketPool.over(region, 0, config.packets(), bytes);
            } else {
                pool =
                        PacketPool.create(
                                name, config.packets(), copyBufferBytes(config), placement);
            }
            MemifEndpoint endpoint =
                    config.role() == MemifRole.SERVER
                            ? new MemifServer(config, own)
                            : new MemifClient(config, own, region);
            return new MemifDevice(name, config, own, region, pool, endpoint);
        } catch (UncheckedIOException e) {
            release(pool, region);
            throw e.getCause();
        } catch (IOException | RuntimeException e) {
            release(pool, region);
            throw e;
        }
    }

    private static void release(@Nullable PacketPool pool, @Nullable SharedRegion region) {
        if (pool != null) {
            pool.close();
        }
        if (region != null) {
            region.close();
        }
    }

    /** Room for a whole frame of the MTU and for whatever a peer puts into one buffer. */
    private static int copyBufferBytes(MemifConfig config) {
        int data = Math.max(config.bufferBytes(), config.frameBytesMax());
        return PacketPool.DEFAULT_HEADROOM + (data + LINE_BYTES - 1) / LINE_BYTES * LINE_BYTES;
    }

    /** An odd number of lines, so that the buffers' first lines spread over the cache. */
    private static int zeroCopyBufferBytes(MemifConfig config) {
        return MemifOffer.strideBytes(PacketPool.DEFAULT_HEADROOM + config.bufferBytes());
    }

    @Override
    public boolean linkUp() {
        MemifLink link = attached;
        return link != null && link.fault() == null;
    }

    @Override
    public String linkTrouble() {
        return linkUp() ? "" : status();
    }

    /** What goes on, in words: listening, connected to whom, or why no longer. */
    public String status() {
        return endpoint.status();
    }

    /** How often this was the reason for a loss or a disconnection. */
    public long dropped(MemifDrop reason) {
        return counters.dropped(reason);
    }

    /** How many transmit calls could not place everything because the ring was full. */
    public long ringFullCount() {
        return counters.ringFull.value();
    }

    /** How often the link came up. */
    public long connectionCount() {
        return counters.connections.value();
    }

    @Override
    public void service(long nowNanos) {
        if (isClosed()) {
            return;
        }
        servicedNanos = nowNanos;
        endpoint.service(nowNanos);
        MemifLink present = endpoint.link();
        if (present != attached) {
            exchange(present);
        }
        txQueue.reclaim();
    }

    /** The queues let go of the former link before its memory is unmapped. */
    private void exchange(@Nullable MemifLink present) {
        MemifLink former = attached;
        attached = null;
        if (former != null) {
            rxQueue.detach();
            txQueue.detach();
            former.close();
        }
        if (present != null) {
            attach(present);
        }
    }

    private void attach(MemifLink link) {
        attached = link;
        try {
            rxQueue.attach(link);
            txQueue.attach(link);
            if (link.mayShrink()) {
                SharedRegion.raiseFault();
            }
        } catch (InternalError e) {
            memoryGone(link);
        }
    }

    @Override
    public long nextDeadlineNanos() {
        if (isClosed()) {
            return Long.MAX_VALUE;
        }
        long next = endpoint.nextDeadlineNanos();
        return rxQueue.isStarved() ? Math.min(next, refillNanos()) : next;
    }

    /**
     * At once, a time that is over, when packets are back in the pool; else soon, as those that the
     * server has sent come back in {@link #service} only.
     */
    private long refillNanos() {
        return rxQueue.hasWork() ? servicedNanos : servicedNanos + STARVED_NANOS;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (isClosed()) {
            return false;
        }
        MemifLink link = attached;
        if (link != null) {
            if (!sleepsWithoutWork(link)) {
                return false;
            }
            wake.add(link.receive().doorbell().descriptor().number(), PollSet.POLLIN);
        }
        endpoint.addDescriptors(wake);
        return true;
    }

    private boolean sleepsWithoutWork(MemifLink link) {
        try {
            MemifRing ring = link.receive().ring();
            ring.unmaskInterrupts();
            boolean idle = link.fault() == null && !rxQueue.hasWork();
            if (!idle) {
                ring.maskInterrupts();
            }
            if (link.mayShrink()) {
                SharedRegion.raiseFault();
            }
            return idle;
        } catch (InternalError e) {
            memoryGone(link);
            return false;
        }
    }

    private void memoryGone(MemifLink link) {
        counters.drop(MemifDrop.MEMORY_GONE);
        link.fail(MemifDrop.MEMORY_GONE);
    }

    @Override
    public void wakeUp() {
        MemifLink link = attached;
        if (link == null) {
            return;
        }
        try {
            link.receive().ring().maskInterrupts();
            if (!link.receive().doorbell().drain()) {
                // Who goes to sleep again before the sockets were looked at does not sleep, as
                // what has come there keeps them readable.
                endpoint.lookSoon();
            }
            if (link.mayShrink()) {
                SharedRegion.raiseFault();
            }
        } catch (InternalError e) {
            memoryGone(link);
        }
    }

    @Override
    protected void release() {
        endpoint.endLink("The interface is closed.");
        endpoint.close();
        exchange(null);
        pool().close();
        if (poolRegion != null) {
            poolRegion.close();
        }
    }

    @Override
    public String toString() {
        return name() + ": " + status();
    }
}
