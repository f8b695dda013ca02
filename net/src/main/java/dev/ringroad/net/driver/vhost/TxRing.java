package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A ring that the driver receives on: each packet is copied into the buffers that the driver has
 * made available, and goes back to its pool at once.
 *
 * <p>A frame longer than one buffer goes into several if mergeable buffers were agreed, and is
 * dropped if not. A buffer that can't be written is no accident, so the connection ends.
 */
abstract sealed class TxRing extends VhostRing permits SplitTxRing, PackedTxRing {

    static final int PLACED = 1;
    static final int NO_ROOM = 0;
    static final int FAILED = -1;
    static final int DROPPED = -2;

    final boolean mergeable;
    private final MemorySegment header = Arena.ofAuto().allocate(VirtioNetHeader.BYTES);

    TxRing(
            Vring control,
            GuestMemory memory,
            VhostCounters counters,
            VhostFault fault,
            long features) {
        super(control, memory, counters, fault, features, true);
        mergeable = VirtioFeature.NET_MRG_RXBUF.in(features);
    }

    /** Takes frames from the front of a burst; how many. */
    final int transmit(Burst from, int frameBytesMax) {
        int count = from.size();
        int done = 0;
        int dropped = 0;
        Packet[] packets = from.array();
        try {
            begin(count);
            while (done < count) {
                Packet packet = packets[done];
                int placed = place(packet, packet.totalLength(), frameBytesMax);
                if (placed == NO_ROOM || placed == FAILED) {
                    break;
                }
                dropped += placed == DROPPED ? 1 : 0;
                done++;
                packet.release();
            }
            publish();
            if (mayShrink()) {
                SharedRegion.raiseFault();
            }
        } catch (InternalError e) {
            fail(VhostDrop.MEMORY_GONE);
        }
        counters.transmitted.add(done - dropped);
        if (done < count) {
            counters.ringFull.increment();
        }
        from.removeFirst(done);
        return done;
    }

    /** Looks at what is available before so many frames are placed. */
    abstract void begin(int count);

    /**
     * Places a frame in the next buffers, or drops it: {@link #PLACED}, {@link #NO_ROOM}, {@link
     * #FAILED} or {@link #DROPPED}.
     */
    abstract int place(Packet packet, int bytes, int frameBytesMax);

    /** Gives the driver all that was placed. */
    abstract void publish();

    /** Whether a frame may be sent at all. */
    static boolean isSendable(int bytes, int frameBytesMax) {
        return bytes >= EthernetHeader.BYTES && bytes <= frameBytesMax;
    }

    final int dropUnsendable(int bytes) {
        counters.drop(bytes < EthernetHeader.BYTES ? DeviceDrop.RUNT : DeviceDrop.OVERSIZE);
        return DROPPED;
    }

    /** Drops a frame that no buffers of this driver have room for. */
    final int dropTooLong() {
        if (mergeable) {
            counters.drop(DeviceDrop.OVERSIZE);
        } else {
            counters.drop(VhostDrop.BUFFER_TOO_SMALL);
        }
        return DROPPED;
    }

    /** Copies a frame into a buffer that {@link GuestMemory#find} has found, its header before. */
    final void fill(long address, Packet packet, int bytes) {
        MemorySegment target = memory.segment();
        long at = memory.at(address);
        VirtioNetHeader.plain(target, at, headerBytes, 1);
        packet.copyOut(0, target, at + headerBytes, bytes);
    }

    /** Copies a frame into all pieces, its header before. */
    final void fillPieces(Packet packet, int bytes, int buffers) {
        VirtioNetHeader.plain(header, 0, headerBytes, buffers);
        pieces.copyIn(header, headerBytes);
        pieces.copyIn(packet, bytes);
    }

    /** Ends the connection because of a buffer. */
    final int failBuffer(VhostDrop reason) {
        fail(reason);
        return FAILED;
    }
}
