package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A ring that the driver receives on: each packet is copied into the buffers that the driver has
 * made available, and goes back to its pool at once.
 *
 * <p>The usual frames and buffers are handled in runs, each step for all of them before the next:
 * see {@link #placeRun}. So the cache misses of one step overlap, and what the compiler has checked
 * of a segment holds for a whole loop.
 *
 * <p>A frame longer than one buffer goes into several if mergeable buffers were agreed, and is
 * dropped if not. A buffer that can't be written is no accident, so the connection ends.
 */
abstract sealed class TxRing extends VhostRing permits SplitTxRing, PackedTxRing {

    static final int PLACED = 1;
    static final int NO_ROOM = 0;
    static final int FAILED = -1;
    static final int DROPPED = -2;

    /** So many frames are looked at, copied, and made used together. */
    private static final int RUN_MAX = 64;

    final boolean mergeable;
    final int[] runBytes = new int[RUN_MAX];
    final long[] runTargets = new long[RUN_MAX];
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
                int run = placeRun(packets, done, count, frameBytesMax);
                if (run > 0) {
                    done += run;
                    continue;
                }
                Packet packet = packets[done];
                int placed = place(packet, packet.totalLength(), frameBytesMax);
                if (placed == NO_ROOM || placed == FAILED) {
                    break;
                }
                dropped += placed == DROPPED ? 1 : 0;
                done++;
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
        from.releaseFirst(done);
        return done;
    }

    /** Places the next frames as far as each is a usual one that goes into a buffer of its own. */
    private int placeRun(Packet[] packets, int begin, int end, int frameBytesMax) {
        int measured = measure(packets, begin, end, frameBytesMax);
        int count = measured == 0 ? 0 : plan(measured);
        if (count > 0) {
            fillRun(packets, begin, count);
            useRun(count);
        }
        return count;
    }

    /** How many of the next frames are sendable, in one piece, and all of the same pool. */
    private int measure(Packet[] packets, int begin, int end, int frameBytesMax) {
        int[] bytes = runBytes;
        int count = Math.min(end - begin, bytes.length);
        PacketPool pool = packets[begin].pool();
        int header = headerBytes;
        for (int i = 0; i < count; i++) {
            Packet packet = packets[begin + i];
            int length = packet.length();
            if (packet.next() != null
                    || packet.pool() != pool
                    || !isSendable(length, frameBytesMax)) {
                return i;
            }
            bytes[i] = header + length;
        }
        return count;
    }

    /** Copies the frames of a run, and a header before each. */
    private void fillRun(Packet[] packets, int begin, int count) {
        MemorySegment source = packets[begin].segment();
        MemorySegment target = memory.segment();
        int header = headerBytes;
        for (int i = 0; i < count; i++) {
            long at = runTargets[i];
            VirtioNetHeader.plain(target, at, header, 1);
            long from = packets[begin + i].offset();
            MemorySegment.copy(source, from, target, at + header, runBytes[i] - header);
        }
    }

    /**
     * Looks for a buffer for each frame of a run, which has {@link #runBytes} with its header, and
     * notes in {@link #runTargets} where in {@link GuestMemory#segment} it lies; how many there
     * are. What is not a single buffer with enough room in the region that was used last ends the
     * run, and is for {@link #place} to look at.
     */
    abstract int plan(int count);

    /** Says that the buffers of a run are used. */
    abstract void useRun(int count);

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
        counters.drops.unsent(
                bytes < EthernetHeader.BYTES ? DeviceDrop.RUNT : DeviceDrop.OVERSIZE, bytes);
        return DROPPED;
    }

    /** Drops a frame that no buffers of this driver have room for. */
    final int dropTooLong(int bytes) {
        if (mergeable) {
            counters.drops.unsent(DeviceDrop.OVERSIZE, bytes);
        } else {
            counters.unsent(VhostDrop.BUFFER_TOO_SMALL, 1, bytes);
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
