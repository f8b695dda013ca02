package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;

/** A ring at work, whichever way its frames go and however it is laid out. */
abstract sealed class VhostRing permits RxRing, TxRing {

    final Vring control;
    final GuestMemory memory;
    final VhostCounters counters;
    final int headerBytes;
    final Pieces pieces;
    private final VhostFault fault;

    /**
     * @param written whether the driver's buffers are for this end to write
     */
    VhostRing(
            Vring control,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features,
            boolean written) {
        this.control = control;
        this.memory = memory;
        this.counters = counters;
        this.fault = fault;
        headerBytes = VirtioNetHeader.bytes(features);
        boolean indirect = VirtioFeature.INDIRECT_DESC.in(features);
        pieces = new Pieces(memory, indirect, written, control.size);
    }

    /** The position and the notifications. */
    abstract DeviceSide side();

    /** Whether the memory could be taken away under an access. */
    final boolean mayShrink() {
        return memory.mayShrink();
    }

    /** Says that the connection is beyond use. */
    final void fail(VhostDrop reason) {
        fault.raise(reason);
    }

    /** Whether the connection is beyond use, because of this ring or another. */
    final boolean failed() {
        return fault.reason() != null;
    }

    /** Interrupts the driver. */
    final void interrupt() {
        EventFd call = control.call();
        if (call != null) {
            counters.calls.increment();
            call.signal();
        }
    }
}
