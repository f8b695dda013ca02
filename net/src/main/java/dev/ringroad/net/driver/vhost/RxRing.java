package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * A ring that the driver transmits on: each frame is copied out of the driver's buffers into a
 * packet of the pool, and the buffers are used up at once.
 *
 * <p>When the pool is empty, frames stay in the ring and the driver sees it fill up. Once the copy
 * is made nobody can change it, which is why frames are looked at only there.
 */
abstract sealed class RxRing extends VhostRing permits SplitRxRing, PackedRxRing {

    private static final int NONE = -1;

    /**
     * Dropped frames do not fill a burst, so there is a bound of its own to what one call looks at.
     */
    private static final int FRAMES_FOR_EACH_ROOM = 4;

    final PacketPool pool;
    private final int frameBytesMax;

    /** The index of the packet that is being filled. */
    private int filling = NONE;

    RxRing(
            Vring control,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features,
            PacketPool pool) {
        super(control, memory, counters, fault, features, false);
        this.pool = pool;
        frameBytesMax = pool.dataBytesMax();
    }

    /** Adds received frames to a burst; how many. */
    final int receive(Burst into) {
        int begin = into.size();
        try {
            take(into);
            if (mayShrink()) {
                SharedRegion.raiseFault();
            }
        } catch (InternalError e) {
            fail(VhostDrop.MEMORY_GONE);
            releaseHalfFilled(into);
        }
        int received = into.size() - begin;
        if (received > 0) {
            counters.received.add(received);
        }
        return received;
    }

    /** Adds received frames to a burst, each as soon as its packet is complete. */
    abstract void take(Burst into);

    /** A packet whose copy was interrupted is neither in the burst nor in the pool. */
    private void releaseHalfFilled(Burst into) {
        if (filling != NONE) {
            Packet packet = pool.at(filling);
            if (into.isEmpty() || into.get(into.size() - 1) != packet) {
                packet.release();
            }
            filling = NONE;
        }
    }

    /** Adds a packet that is complete; null for a frame that was dropped. */
    final void add(Burst into, @Nullable Packet packet) {
        if (packet != null) {
            into.add(packet);
            // Not before: until then an error that comes late finds it here.
            filling = NONE;
        }
    }

    /** How many frames may be taken or dropped in a call that has room for so many. */
    static int framesMax(int room) {
        return FRAMES_FOR_EACH_ROOM * room;
    }

    /** How many packets can be taken: what the burst holds, but never more than the pool has. */
    final int room(Burst into, int filled) {
        int room = into.room();
        int packets = pool.available();
        if (packets >= room) {
            return room;
        }
        if (packets < filled) {
            counters.drop(DeviceDrop.POOL_EMPTY);
        }
        return packets;
    }

    /** Copies a frame out of one buffer; null when it was dropped. The pool must have a packet. */
    final @Nullable Packet takeBuffer(long address, long length) {
        long bytes = length - headerBytes;
        if (bytes < EthernetHeader.BYTES
                || bytes > frameBytesMax
                || !memory.find(address, length)) {
            countDrop(bytes);
            return null;
        }
        Packet packet = pool.acquire();
        if (packet == null) {
            return null;
        }
        filling = packet.bufferIndex();
        packet.append((int) bytes);
        MemorySegment.copy(
                memory.segment(),
                memory.at(address) + headerBytes,
                packet.segment(),
                packet.offset(),
                bytes);
        return packet;
    }

    /** Copies a frame out of several buffers; null when it was dropped. */
    final @Nullable Packet takePieces(@Nullable VhostDrop chainFault) {
        if (chainFault != null) {
            counters.drop(chainFault);
            return null;
        }
        long bytes = pieces.bytes() - headerBytes;
        if (bytes < EthernetHeader.BYTES || bytes > frameBytesMax) {
            countDrop(bytes);
            return null;
        }
        Packet packet = pool.acquire();
        if (packet == null) {
            return null;
        }
        filling = packet.bufferIndex();
        packet.append((int) bytes);
        pieces.copyOut(headerBytes, packet.segment(), packet.offset(), bytes);
        return packet;
    }

    private void countDrop(long bytes) {
        if (bytes < EthernetHeader.BYTES) {
            counters.drop(DeviceDrop.RECEIVED_BROKEN);
        } else if (bytes > frameBytesMax) {
            counters.drop(DeviceDrop.RECEIVED_TOO_LONG);
        } else {
            counters.drop(VhostDrop.OUTSIDE_MEMORY);
        }
    }
}
