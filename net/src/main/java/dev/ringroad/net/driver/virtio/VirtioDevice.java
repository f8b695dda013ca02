package dev.ringroad.net.driver.virtio;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DriverDevice;
import dev.ringroad.net.virtio.VirtioFeature;

import org.jspecify.annotations.Nullable;

import java.io.IOException;

/**
 * The driver of a virtio network device whose device is a vhost-user back end in another process.
 *
 * <p>Rings and packets lie in memory that is shared with the back end, so nothing is copied here:
 * what is received lies in packets of the pool, what is transmitted is read out of them.
 *
 * <p>The link is up from the end of the handshake until the back end leaves, is killed, or does
 * something to the rings that can't be mended; then all buffers are taken back and the next back
 * end gets everything anew. {@link #status} tells in words what goes on.
 *
 * <p>One owner at a time, as for every device. The back end is not trusted: see {@link VirtioDrop}.
 */
public final class VirtioDevice extends DriverDevice {

    /** How soon service is wanted while the back end lacks buffers. */
    private static final long STARVED_NANOS = 1_000_000L;

    private final VirtioCounters counters;
    private final VirtioMemory memory;
    private final VirtioEndpoint endpoint;
    private final VirtioRxQueue[] rxQueues;
    private final VirtioTxQueue[] txQueues;
    private @Nullable VirtioLink attached;
    private long servicedNanos;

    private VirtioDevice(
            String name,
            VirtioConfig config,
            VirtioCounters counters,
            VirtioMemory memory,
            VirtioEndpoint endpoint) {
        int frameBytesMax = config.frameBytesMax();
        VirtioRxQueue[] received = new VirtioRxQueue[config.queues()];
        VirtioTxQueue[] sent = new VirtioTxQueue[config.queues()];
        for (int i = 0; i < received.length; i++) {
            received[i] = new VirtioRxQueue(memory.pool(), counters);
            sent[i] = new VirtioTxQueue(memory.pool(), counters, memory.tables(i), frameBytesMax);
        }
        Capabilities capabilities =
                new Capabilities(false, false, false, false, true, frameBytesMax);
        Traits traits = new Traits(name, config.mac(), config.mtu(), capabilities);
        super(traits, memory.pool(), counters.drops, received, sent);
        this.counters = counters;
        this.memory = memory;
        this.endpoint = endpoint;
        rxQueues = received;
        txQueues = sent;
    }

    /**
     * Opens a device. A server listens from now on; a client connects when it is first serviced,
     * and need not find its back end yet.
     *
     * @param counters that the device's counters are registered in, under {@code name}
     * @throws IOException if the socket is in use, or memory can't be had
     */
    public static VirtioDevice open(String name, VirtioConfig config, CounterFile counters)
            throws IOException {
        return open(name, config, Placement.preferHuge(), counters);
    }

    /**
     * As {@link #open(String, VirtioConfig, CounterFile)}, with packets and rings in a place of
     * choice.
     */
    public static VirtioDevice open(
            String name, VirtioConfig config, Placement placement, CounterFile counters)
            throws IOException {
        VirtioCounters own = new VirtioCounters(counters, name);
        VirtioMemory memory = new VirtioMemory(config, placement);
        try {
            VirtioEndpoint endpoint = new VirtioEndpoint(config, own, memory);
            return new VirtioDevice(name, config, own, memory, endpoint);
        } catch (Throwable t) {
            memory.close();
            throw t;
        }
    }

    @Override
    public boolean linkUp() {
        VirtioLink link = attached;
        return link != null && link.fault() == null;
    }

    @Override
    public String linkTrouble() {
        return linkUp() ? "" : status();
    }

    /** What goes on, in words: waiting, connected with what, or why no longer. */
    public String status() {
        return endpoint.status();
    }

    /** What was agreed on with the present back end, see {@link VirtioFeature}; 0 without one. */
    public long features() {
        VirtioLink link = attached;
        return link == null ? 0 : link.features();
    }

    /** How often this was the reason for a loss or a disconnection. */
    public long dropped(VirtioDrop reason) {
        return counters.dropped(reason);
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
        VirtioLink present = endpoint.link();
        if (present != attached) {
            exchange(present);
        }
        for (VirtioTxQueue queue : txQueues) {
            queue.reclaim();
        }
    }

    /** The queues let go of the former link before its descriptors are closed. */
    private void exchange(@Nullable VirtioLink present) {
        VirtioLink former = attached;
        attached = present;
        for (int i = 0; i < rxQueues.length; i++) {
            if (former != null) {
                rxQueues[i].detach();
                txQueues[i].detach();
            }
            if (present != null) {
                rxQueues[i].attach(present, present.receive(i));
                txQueues[i].attach(present, present.transmit(i));
            }
        }
        if (former != null) {
            former.close();
        }
    }

    @Override
    public long nextDeadlineNanos() {
        if (isClosed()) {
            return Long.MAX_VALUE;
        }
        long next = endpoint.nextDeadlineNanos();
        for (VirtioRxQueue queue : rxQueues) {
            if (queue.isStarved()) {
                next = Math.min(next, refillNanos(queue));
            }
        }
        return next;
    }

    /**
     * At once, a time that is over, when packets are back in the pool; else soon, as those that the
     * back end has sent come back in {@link #service} only.
     */
    private long refillNanos(VirtioRxQueue queue) {
        return queue.hasWork() ? servicedNanos : servicedNanos + STARVED_NANOS;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        if (isClosed()) {
            return false;
        }
        VirtioLink link = attached;
        if (link != null) {
            if (link.fault() != null || !armInterrupts(link)) {
                return false;
            }
            for (int i = 0; i < rxQueues.length; i++) {
                wake.add(link.receive(i).call().descriptor().number(), PollSet.POLLIN);
            }
        }
        endpoint.addDescriptors(wake);
        return true;
    }

    private boolean armInterrupts(VirtioLink link) {
        for (int i = 0; i < rxQueues.length; i++) {
            link.receive(i).queue().armInterrupt();
            if (rxQueues[i].hasWork()) {
                for (int armed = 0; armed <= i; armed++) {
                    link.receive(armed).queue().disarmInterrupt();
                }
                return false;
            }
        }
        return true;
    }

    @Override
    public void wakeUp() {
        VirtioLink link = attached;
        if (link == null) {
            return;
        }
        boolean called = false;
        for (int i = 0; i < rxQueues.length; i++) {
            link.receive(i).queue().disarmInterrupt();
            called |= link.receive(i).call().drain();
        }
        if (!called) {
            // Who goes to sleep again before the socket was looked at does not sleep, as what has
            // come there keeps it readable.
            endpoint.lookSoon();
        }
    }

    @Override
    protected void release() {
        endpoint.close();
        exchange(null);
        memory.close();
    }

    @Override
    public String toString() {
        return name() + ": " + status();
    }
}
