package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;

import org.jspecify.annotations.Nullable;

/** A transmit queue, with a ring while a driver uses it. */
final class VhostTxQueue implements TxQueue {

    private final VhostCounters counters;
    private final int frameBytesMax;
    private @Nullable TxRing ring;

    VhostTxQueue(VhostCounters counters, int frameBytesMax) {
        this.counters = counters;
        this.frameBytesMax = frameBytesMax;
    }

    /** Null for none. */
    void attach(@Nullable TxRing newRing) {
        ring = newRing;
    }

    @Override
    public int transmit(Burst from) {
        int count = from.size();
        if (count == 0) {
            return 0;
        }
        TxRing r = ring;
        if (r == null || r.failed()) {
            return counters.drops.refuseAll(DeviceDrop.LINK_DOWN, from);
        }
        return r.transmit(from, frameBytesMax);
    }
}
