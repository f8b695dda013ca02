package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VirtioFeature;

/** Gives rings to the device's queues, and takes them away. */
final class VringStarter {

    private final PacketPool pool;
    private final VhostCounters counters;
    private final VhostRxQueue[] rxQueues;
    private final VhostTxQueue[] txQueues;

    VringStarter(
            PacketPool pool,
            VhostCounters counters,
            VhostRxQueue[] rxQueues,
            VhostTxQueue[] txQueues) {
        this.pool = pool;
        this.counters = counters;
        this.rxQueues = rxQueues;
        this.txQueues = txQueues;
    }

    /**
     * Sets a ring to work on its queue.
     *
     * @throws VhostUserException if it can't be what the front end says that it is
     */
    VhostRing start(
            Vring control,
            VringAddress address,
            GuestMemory memory,
            long features,
            VhostFault fault)
            throws VhostUserException {
        try {
            VhostRing ring =
                    control.receives()
                            ? makeRx(control, address, memory, features, fault)
                            : makeTx(control, address, memory, features, fault);
            if (memory.mayShrink()) {
                SharedRegion.raiseFault();
            }
            // Not before: no queue has a ring that could not be begun.
            attach(control.pair(), ring);
            return ring;
        } catch (InternalError e) {
            throw new VhostUserException(control + " is in memory that is not there.", e);
        }
    }

    private void attach(int pair, VhostRing ring) {
        switch (ring) {
            case RxRing rx -> rxQueues[pair].attach(rx);
            case TxRing tx -> txQueues[pair].attach(tx);
        }
    }

    private RxRing makeRx(
            Vring control,
            VringAddress address,
            GuestMemory memory,
            long features,
            VhostFault fault)
            throws VhostUserException {
        if (VirtioFeature.RING_PACKED.in(features)) {
            PackedSide side = new PackedSide(control, address, memory, features);
            return new PackedRxRing(control, side, memory, counters, fault, features, pool);
        }
        SplitSide side = new SplitSide(control, address, memory, features);
        return new SplitRxRing(control, side, memory, counters, fault, features, pool);
    }

    private TxRing makeTx(
            Vring control,
            VringAddress address,
            GuestMemory memory,
            long features,
            VhostFault fault)
            throws VhostUserException {
        if (VirtioFeature.RING_PACKED.in(features)) {
            PackedSide side = new PackedSide(control, address, memory, features);
            return new PackedTxRing(control, side, memory, counters, fault, features);
        }
        SplitSide side = new SplitSide(control, address, memory, features);
        return new SplitTxRing(control, side, memory, counters, fault, features);
    }

    /** Takes a ring away from its queue; where it has got to. */
    int stop(Vring control, VhostRing running) {
        if (control.receives()) {
            rxQueues[control.pair()].attach(null);
        } else {
            txQueues[control.pair()].attach(null);
        }
        return running.side().base();
    }
}
