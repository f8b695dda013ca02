package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * A ring that the driver transmits on: each frame is copied out of the driver's buffers into a
 * packet of the pool, and the buffers are used up at once.
 *
 * <p>The usual frames, each in a single buffer, are taken in runs: all are looked at before the
 * first is copied, so that the cache misses of each step overlap.
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

    /** So many frames are looked at, copied, and made used together. */
    static final int RUN_MAX = 64;

    final PacketPool pool;
    private final int[] runBytes = new int[RUN_MAX];
    private final long[] runSources = new long[RUN_MAX];
    private final int frameBytesMax;

    /** Whether one used buffer can stand for all before it (virtio 1.2, sections 2.7.9, 2.8.9). */
    final boolean inOrder;

    /** The index of the packet that is being filled. */
    private int filling = NONE;

    /** Where in the burst the packets of a run begin that are being filled. */
    private int incompleteFrom = NONE;

    RxRing(
            Vring control,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features,
            PacketPool pool) {
        super(control, memory, counters, fault, features, false);
        this.pool = pool;
        inOrder = VirtioFeature.IN_ORDER.in(features);
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

    /**
     * Copies the frames of a run, of {@link #runBytes} from {@link #runSources} on in {@link
     * GuestMemory#segment}; how many.
     */
    final int takeRun(Burst into, int count) {
        int begin = into.size();
        incompleteFrom = begin;
        if (!pool.acquireBulk(into, count)) {
            incompleteFrom = NONE;
            return 0;
        }
        Packet[] packets = into.array();
        MemorySegment source = memory.segment();
        MemorySegment target = packets[begin].segment();
        for (int i = 0; i < count; i++) {
            Packet packet = packets[begin + i];
            int bytes = runBytes[i];
            packet.append(bytes);
            MemorySegment.copy(source, runSources[i], target, packet.offset(), bytes);
        }
        incompleteFrom = NONE;
        return count;
    }

    /**
     * Adds a buffer to a run that is being planned.
     *
     * @return whether it holds a usual frame, in the region that was used last; if not, it is for
     *     {@link #takeBuffer} to look at
     */
    final boolean plan(int i, long address, long length) {
        long bytes = length - headerBytes;
        runBytes[i] = (int) bytes;
        runSources[i] = memory.at(address) + headerBytes;
        return bytes >= EthernetHeader.BYTES
                && bytes <= frameBytesMax
                && memory.isNear(address, length);
    }

    /** How long a run may be that has to fit between two limits. */
    static int runMax(int frames, int room) {
        return Math.min(RUN_MAX, Math.min(frames, room));
    }

    /** Packets whose copies were interrupted are not received. */
    private void releaseHalfFilled(Burst into) {
        if (incompleteFrom != NONE) {
            for (int i = incompleteFrom; i < into.size(); i++) {
                into.get(i).release();
            }
            into.size(incompleteFrom);
            incompleteFrom = NONE;
        }
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
