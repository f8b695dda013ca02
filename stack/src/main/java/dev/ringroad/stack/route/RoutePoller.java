package dev.ringroad.stack.route;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.stack.drop.DropReason;

import java.util.List;

/**
 * Routes between ports, and serves their devices. All ports of a router are the same worker's, as a
 * datagram may go from each to each.
 */
public final class RoutePoller implements Poller {

    private static final long SERVICE_NANOS = 1_000_000;

    private final Router router;
    private final RouterPort[] ports;
    private final NetDevice[] devices;
    private final RxQueue[][] queues;
    private final Burst burst;
    private long servicedNanos;
    private boolean serviceDue = true;
    private volatile boolean finished;

    /**
     * A router between ports.
     *
     * @param connected one for each of the plan's addresses; the devices stay the caller's
     * @param burstPackets how many packets travel together at most
     * @param counters where each port's drops are counted, as {@code portN.drop.REASON}; outlives
     *     the router
     * @param nowNanos the present time on the scale of {@link System#nanoTime}
     */
    public RoutePoller(
            RoutingPlan plan,
            List<Port> connected,
            int burstPackets,
            CounterFile counters,
            long nowNanos) {
        router = new Router(plan, connected, counters, null, nowNanos);
        ports = router.ports().toArray(RouterPort[]::new);
        devices = connected.stream().map(Port::device).toArray(NetDevice[]::new);
        queues = new RxQueue[devices.length][];
        for (int i = 0; i < devices.length; i++) {
            queues[i] = new RxQueue[devices[i].queuePairs()];
            for (int queue = 0; queue < queues[i].length; queue++) {
                queues[i][queue] = devices[i].rxQueue(queue);
            }
        }
        burst = new Burst(burstPackets);
    }

    /** Whether there will never be work again; any thread may ask. */
    public boolean finished() {
        return finished;
    }

    Router router() {
        return router;
    }

    /** What the router dropped at a port; any thread may ask. */
    public long dropped(int port, DropReason reason) {
        return ports[port].counters.value(reason);
    }

    @Override
    public int poll(long nowNanos) {
        boolean serving = serviceDue || nowNanos - servicedNanos >= SERVICE_NANOS;
        if (serving) {
            service(nowNanos);
        }
        router.expire(nowNanos);
        int work = 0;
        for (int i = 0; i < queues.length; i++) {
            for (RxQueue queue : queues[i]) {
                work += receive(ports[i], queue, nowNanos);
            }
        }
        router.flush();
        if (serving && work == 0) {
            finished = isExhausted();
        }
        return work;
    }

    private int receive(RouterPort in, RxQueue queue, long nowNanos) {
        Burst received = burst;
        int n = queue.receive(received);
        if (n > 0) {
            in.port().received(received);
            router.route(in, received, nowNanos);
        }
        return n;
    }

    private void service(long nowNanos) {
        serviceDue = false;
        servicedNanos = nowNanos;
        for (RouterPort port : ports) {
            port.service(nowNanos);
        }
    }

    private boolean isExhausted() {
        for (int i = 0; i < devices.length; i++) {
            NetDevice device = devices[i];
            if (!device.exhausted()
                    || ports[i].hasStaged()
                    || device.nextDeadlineNanos() != Long.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    /** Frames that wait for room in a device are tried again by time, not by turning round. */
    @Override
    public boolean prepareSleep(PollSet wake) {
        finished = isExhausted();
        boolean allowed = true;
        for (NetDevice device : devices) {
            allowed &= device.prepareSleep(wake);
        }
        // A device may notice now that its link is gone, and never be served again.
        for (RouterPort port : ports) {
            port.port().publish();
        }
        return allowed;
    }

    @Override
    public void wakeUp() {
        serviceDue = true;
        for (NetDevice device : devices) {
            device.wakeUp();
        }
    }

    @Override
    public long nextDeadlineNanos() {
        long nearest = router.nextDeadlineNanos();
        for (int i = 0; i < devices.length; i++) {
            long own = ports[i].hasStaged() ? servicedNanos + SERVICE_NANOS : Long.MAX_VALUE;
            nearest = Math.min(nearest, Math.min(own, devices[i].nextDeadlineNanos()));
        }
        return nearest;
    }

    /** Releases what is in hand; after the worker's end and before the devices are closed. */
    public void close() {
        router.close();
    }
}
