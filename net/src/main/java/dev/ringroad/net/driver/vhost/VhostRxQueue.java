package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.packet.Burst;

import org.jspecify.annotations.Nullable;

/** A receive queue, with a ring while a driver uses it. */
final class VhostRxQueue implements RxQueue {

    private @Nullable RxRing ring;

    /** Null for none. */
    void attach(@Nullable RxRing newRing) {
        ring = newRing;
    }

    @Nullable RxRing ring() {
        return ring;
    }

    @Override
    public int receive(Burst into) {
        RxRing r = ring;
        return r == null || r.failed() ? 0 : r.receive(into);
    }
}
