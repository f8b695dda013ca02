package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.packet.PacketPool;

import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A network device whose other end is a virtio driver in another process: vhost-user's back end.
 *
 * <p>The link is up while the driver's first pair of rings is at work; frames to a queue whose ring
 * is not are dropped as if it was down. When the front end leaves, is killed, or does something to
 * the rings that can't be mended, its memory is let go and the next one is welcome. {@link #status}
 * tells in words what goes on.
 *
 * <p>One owner at a time, as for every device. The front end is not trusted: see {@link VhostDrop}.
 */
public final class VhostDevice extends DriverDevice {

    private static final int LINE_BYTES = 64;

    private final VhostCounters counters;
    private final VhostRxQueue[] rxQueues;
    private final VhostEndpoint endpoint;

    private VhostDevice(
            String name,
            VhostConfig config,
            VhostCounters counters,
            PacketPool pool,
            VhostRxQueue[] rxQueues,
            VhostTxQueue[] txQueues)
            throws IOException {
        super(
                new Traits(
                        name,
                        config.mac(),
                        config.mtu(),
                        Capabilities.none(config.frameBytesMax())),
                pool,
                counters.drops,
                rxQueues,
                txQueues);
        this.counters = counters;
        this.rxQueues = rxQueues;
        VringStarter starter = new VringStarter(pool, counters, rxQueues, txQueues);
        endpoint =
                config.role() == VhostRole.SERVER
                        ? new VhostServer(config, counters, starter)
                        : new VhostClient(config, counters, starter);
    }

    /**
     * Opens a device. A server listens from now on; a client connects when it is first serviced,
     * and need not find a front end yet.
     *
     * @param counters that the device's counters are registered in, under {@code name}
     * @throws IOException if the socket is in use, or memory can't be had
     */
    public static VhostDevice open(String name, VhostConfig config, CounterFile counters)
            throws IOException {
        return open(name, config, Placement.preferHuge(), counters);
    }

    /** As {@link #open(String, VhostConfig, CounterFile)}, with packets from a place of choice. */
    public static VhostDevice open(
            String name, VhostConfig config, Placement placement, CounterFile counters)
            throws IOException {
        VhostCounters own = new VhostCounters(counters, name);
        PacketPool pool;
        try {
            pool = PacketPool.create(name, config.packets(), bufferBytes(config), placement);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        try {
            int pairs = config.queuePairs();
            VhostRxQueue[] rxQueues = new VhostRxQueue[pairs];
            VhostTxQueue[] txQueues = new VhostTxQueue[pairs];
            for (int i = 0; i < pairs; i++) {
                rxQueues[i] = new VhostRxQueue();
                txQueues[i] = new VhostTxQueue(own, config.frameBytesMax());
            }
            return new VhostDevice(name, config, own, pool, rxQueues, txQueues);
        } catch (IOException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static int bufferBytes(VhostConfig config) {
        int lines = (config.frameBytesMax() + LINE_BYTES - 1) / LINE_BYTES;
        return PacketPool.DEFAULT_HEADROOM + lines * LINE_BYTES;
    }

    @Override
    public boolean linkUp() {
        return !isClosed() && endpoint.linkUp();
    }

    @Override
    public String linkTrouble() {
        return linkUp() ? "" : status();
    }

    /** What goes on, in words: listening, connected with which features, or why no longer. */
    public String status() {
        return endpoint.status();
    }

    /** How often this was the reason for a loss or a disconnection. */
    public long dropped(VhostDrop reason) {
        return counters.dropped(reason);
    }

    /** How often the link came up. */
    public long connectionCount() {
        return counters.connections.value();
    }

    /** How often the driver was interrupted. */
    public long callCount() {
        return counters.calls.value();
    }

    @Override
    public void service(long nowNanos) {
        if (!isClosed()) {
            endpoint.service(nowNanos);
        }
    }

    @Override
    public long nextDeadlineNanos() {
        return isClosed() ? Long.MAX_VALUE : endpoint.nextDeadlineNanos();
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (isClosed() || endpoint.messagesLeft()) {
            return false;
        }
        int armed = 0;
        boolean idle = true;
        while (idle && armed < rxQueues.length) {
            idle = arm(rxQueues[armed], wake);
            armed++;
        }
        if (idle) {
            endpoint.addDescriptors(wake);
            return true;
        }
        for (int i = 0; i < armed; i++) {
            disarm(rxQueues[i]);
        }
        return false;
    }

    /** False when frames wait in a queue, or something is wrong with it. */
    private static boolean arm(VhostRxQueue queue, PollSet wake) {
        RxRing ring = queue.ring();
        if (ring == null) {
            return true;
        }
        EventFd kick = ring.control.kick();
        try {
            ring.side().arm();
            boolean idle = !ring.failed() && !ring.side().hasWork();
            if (ring.mayShrink()) {
                SharedRegion.raiseFault();
            }
            if (idle && kick != null) {
                wake.add(kick.descriptor().number(), PollSet.POLLIN);
            }
            // A driver without a kick could not wake anybody.
            return idle && kick != null;
        } catch (InternalError e) {
            ring.fail(VhostDrop.MEMORY_GONE);
            return false;
        }
    }

    /** Whether the driver had signalled. */
    private static boolean disarm(VhostRxQueue queue) {
        RxRing ring = queue.ring();
        if (ring == null) {
            return false;
        }
        EventFd kick = ring.control.kick();
        try {
            ring.side().disarm();
            if (ring.mayShrink()) {
                SharedRegion.raiseFault();
            }
        } catch (InternalError e) {
            ring.fail(VhostDrop.MEMORY_GONE);
        }
        return kick != null && kick.drain();
    }

    @Override
    public void wakeUp() {
        if (isClosed()) {
            return;
        }
        boolean kicked = false;
        for (VhostRxQueue queue : rxQueues) {
            kicked |= disarm(queue);
        }
        if (!kicked) {
            // Who goes to sleep again before the sockets were looked at does not sleep, as what
            // has come there keeps them readable.
            endpoint.lookSoon();
        }
    }

    @Override
    protected void release() {
        endpoint.close();
        pool().close();
    }

    @Override
    public String toString() {
        return name() + ": " + status();
    }
}
