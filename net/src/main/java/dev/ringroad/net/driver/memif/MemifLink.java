package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.memory.SharedRegion;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A connection whose handshake is over: the control socket, the rings and the memory.
 *
 * <p>The queues use it between attach and detach only; the device closes it after they have let go,
 * so that nothing of a peer's memory is touched once it is unmapped.
 */
final class MemifLink implements AutoCloseable {

    /** A ring with its doorbell. */
    record Lane(MemifRing ring, EventFd doorbell) {}

    /**
     * Where a client that copies keeps its buffers; a server has none.
     *
     * @param receiveOffset of the receive ring's buffer 0
     * @param transmitOffset of the transmit ring's buffer 0
     */
    record OwnBuffers(long receiveOffset, long transmitOffset, int strideBytes, int bytes) {}

    private final MemifControl control;
    private final List<SharedRegion> ownedRegions;
    private final MemorySegment[] segments;
    private final Lane receive;
    private final Lane transmit;
    private final @Nullable OwnBuffers ownBuffers;
    private final boolean mayShrink;
    private @Nullable MemifDrop fault;

    /**
     * @param ownedRegions that are closed with the link
     * @param segments the regions by the index that descriptors name
     */
    MemifLink(
            MemifControl control,
            List<SharedRegion> ownedRegions,
            MemorySegment[] segments,
            Lane receive,
            Lane transmit,
            @Nullable OwnBuffers ownBuffers) {
        this.control = control;
        this.ownedRegions = ownedRegions;
        this.segments = segments;
        this.receive = receive;
        this.transmit = transmit;
        this.ownBuffers = ownBuffers;
        boolean sealed = true;
        for (SharedRegion region : ownedRegions) {
            sealed &= region.keepsItsPages();
        }
        this.mayShrink = !sealed;
    }

    MemifControl control() {
        return control;
    }

    MemorySegment[] segments() {
        return segments;
    }

    Lane receive() {
        return receive;
    }

    Lane transmit() {
        return transmit;
    }

    /** Of a client that copies. */
    @Nullable OwnBuffers ownBuffers() {
        return ownBuffers;
    }

    /** Whether the peer could take away memory that is mapped here. */
    boolean mayShrink() {
        return mayShrink;
    }

    /** Says that the rings are beyond use; the device's control work ends the connection. */
    void fail(MemifDrop reason) {
        if (fault == null) {
            fault = reason;
        }
    }

    /** Why the rings are beyond use, or null while they are fine. */
    @Nullable MemifDrop fault() {
        return fault;
    }

    @Override
    public void close() {
        control.close();
        receive.doorbell.close();
        transmit.doorbell.close();
        for (SharedRegion region : ownedRegions) {
            region.close();
        }
    }
}
