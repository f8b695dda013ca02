package dev.ringroad.net.forward;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.net.device.NetDevice;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Forwards between a pair of ports, or on a single one, and serves their devices. A worker may have
 * several; the ports of one poller are the same worker's, as their packets cross.
 */
public final class ForwardPoller implements Poller {

    private static final long SERVICE_NANOS = 1_000_000;

    /**
     * No device tells that its transmit ring has room again, so who makes frames looks so often.
     */
    private static final long ROOM_NANOS = 100_000;

    private final Port[] ports;
    private final NetDevice[] devices;
    private final Lane[] lanes;
    private final Engine[] engines;
    private final boolean makesFrames;
    private long servicedNanos;
    private long polledNanos;
    private boolean serviceDue = true;
    private volatile boolean finished;

    private ForwardPoller(Mode mode, List<Port> ports, List<Lane> lanes) {
        this.ports = ports.toArray(Port[]::new);
        this.devices = ports.stream().map(Port::device).toArray(NetDevice[]::new);
        this.lanes = lanes.toArray(Lane[]::new);
        this.engines = lanes.stream().map(_ -> mode.engine()).toArray(Engine[]::new);
        this.makesFrames = mode.makesFrames();
    }

    /**
     * The pollers of all ports: one for each pair if the mode has pairs, where the last of an odd
     * number is a pair by itself, and one for each port if not.
     */
    public static List<ForwardPoller> of(Mode mode, List<Port> ports, int burstPackets) {
        return of(mode, ports, burstPackets, null);
    }

    /**
     * As the other, for so many frames.
     *
     * @param budget how many may be sent, or received where none are sent; null for no limit
     */
    public static List<ForwardPoller> of(
            Mode mode, List<Port> ports, int burstPackets, @Nullable FrameBudget budget) {
        List<ForwardPoller> pollers = new ArrayList<>();
        int step = mode.pairsPorts() ? 2 : 1;
        for (int i = 0; i < ports.size(); i += step) {
            List<Port> together = ports.subList(i, Math.min(i + step, ports.size()));
            pollers.add(new ForwardPoller(mode, together, lanes(together, burstPackets, budget)));
        }
        return pollers;
    }

    private static List<Lane> lanes(
            List<Port> ports, int burstPackets, @Nullable FrameBudget budget) {
        List<Lane> lanes = new ArrayList<>();
        for (Port from : ports) {
            Port to = from == ports.getFirst() ? ports.getLast() : ports.getFirst();
            for (int queue = 0; queue < from.device().queuePairs(); queue++) {
                lanes.add(new Lane(from, to, queue, burstPackets, budget));
            }
        }
        return lanes;
    }

    /** Whether a pool belongs to both, so that one worker has to have them. */
    public boolean sharesPoolWith(ForwardPoller other) {
        for (NetDevice device : devices) {
            for (NetDevice others : other.devices) {
                if (device.pool() == others.pool()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether there will never be work again; any thread may ask. */
    public boolean finished() {
        return finished;
    }

    @Override
    public int poll(long nowNanos) {
        polledNanos = nowNanos;
        boolean serving = serviceDue || nowNanos - servicedNanos >= SERVICE_NANOS;
        if (serving) {
            service(nowNanos);
        }
        int work = 0;
        for (int i = 0; i < lanes.length; i++) {
            work += engines[i].run(lanes[i]);
        }
        if (serving && work == 0) {
            finished = isExhausted();
        }
        return work;
    }

    private void service(long nowNanos) {
        serviceDue = false;
        servicedNanos = nowNanos;
        for (Port port : ports) {
            port.device().service(nowNanos);
            port.publish();
        }
    }

    /** A device with a deadline has something in hand, such as frames that it delays. */
    private boolean isExhausted() {
        if (makesFrames) {
            return false;
        }
        for (NetDevice device : devices) {
            if (!device.exhausted() || device.nextDeadlineNanos() != Long.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        finished = isExhausted();
        boolean allowed = true;
        for (NetDevice device : devices) {
            allowed &= device.prepareSleep(wake);
        }
        // A device may notice now that its link is gone, and never be served again.
        for (Port port : ports) {
            port.publish();
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
        boolean awaitsRoom = makesFrames && ports[0].linkUp();
        long nearest = awaitsRoom ? polledNanos + ROOM_NANOS : Long.MAX_VALUE;
        for (NetDevice device : devices) {
            nearest = Math.min(nearest, device.nextDeadlineNanos());
        }
        return nearest;
    }

    /** Releases what is in hand; after the worker's end and before the devices are closed. */
    public void close() {
        for (Lane lane : lanes) {
            lane.close();
        }
    }
}
