package dev.ringroad.net.driver.virtio;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.driver.virtio.VirtioLink.Lane;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Transmits without copying: the ring is told where each packet lies, with an empty header in its
 * headroom. The queue's reference to a packet is released when the back end gives it back.
 *
 * <p>A packet of another pool, which the back end can't see, and one without room for the header
 * are copied into one of this pool. A chained one is given by a table of descriptors if that was
 * agreed on, and copied if not.
 */
final class VirtioTxQueue implements TxQueue {

    private static final int RETURNED = 64;

    private final PacketPool pool;
    private final VirtioCounters counters;
    private final ChainTables tables;
    private final int frameBytesMax;
    private final long[] returned = new long[RETURNED];

    private @Nullable VirtioLink link;
    private @Nullable Lane lane;
    private @Nullable Virtqueue queue;
    private boolean indirect;
    private boolean packed;

    VirtioTxQueue(PacketPool pool, VirtioCounters counters, ChainTables tables, int frameBytesMax) {
        this.pool = pool;
        this.counters = counters;
        this.tables = tables;
        this.frameBytesMax = frameBytesMax;
    }

    void attach(VirtioLink newLink, Lane newLane) {
        link = newLink;
        lane = newLane;
        queue = newLane.queue();
        indirect = VirtioFeature.INDIRECT_DESC.in(newLink.features());
        packed = VirtioFeature.RING_PACKED.in(newLink.features());
    }

    void detach() {
        Virtqueue q = queue;
        link = null;
        lane = null;
        queue = null;
        if (q != null) {
            long bytes = q.lentBytes(pool);
            counters.unsent(VirtioDrop.PEER_GONE, q.releaseAll(pool), bytes);
        }
    }

    /** Releases what the back end is done with. */
    void reclaim() {
        Virtqueue q = queue;
        if (q != null) {
            reclaim(q);
        }
    }

    @Override
    public int transmit(Burst from) {
        Virtqueue q = queue;
        int count = from.size();
        if (q == null) {
            return counters.drops.refuseAll(DeviceDrop.LINK_DOWN, from);
        }
        if (!reclaim(q) || count == 0) {
            return 0;
        }
        return put(q, from, count);
    }

    private int put(Virtqueue q, Burst from, int count) {
        Packet[] packets = from.array();
        int lentBefore = q.lentCount();
        int done = 0;
        while (done < count && q.room() > 0) {
            int end = prepare(packets, done, Math.min(count, done + q.room()));
            if (end > done) {
                q.give(packets, done, end);
                done = end;
            } else if (!isSendable(packets[done])) {
                done++;
            } else if (packets[done].next() != null && giveTable(q, packets[done])) {
                done++;
            } else {
                Packet copy = copy(packets[done]);
                if (copy == null) {
                    break;
                }
                packets[done] = copy;
            }
        }
        int given = q.lentCount() - lentBefore;
        if (given > 0) {
            publish(given);
        }
        if (done < count) {
            counters.ringFull.increment();
        }
        from.removeFirst(done);
        return done;
    }

    /** Writes headers as far as packets are such as can be given as they are; returns the end. */
    private int prepare(Packet[] packets, int begin, int end) {
        PacketPool own = pool;
        int max = frameBytesMax;
        for (int i = begin; i < end; i++) {
            Packet packet = packets[i];
            int bytes = packet.length();
            if (packet.pool() != own
                    || packet.next() != null
                    || bytes < EthernetHeader.BYTES
                    || bytes > max
                    || packet.headroom() < VirtioNetHeader.BYTES) {
                return i;
            }
            Offload.completeChecksum(packet);
            writeEmptyHeader(packet);
        }
        return end;
    }

    /** Gives a chained packet as it lies; false when it has to be copied. */
    private boolean giveTable(Virtqueue q, Packet packet) {
        if (!indirect || !tables.suits(packet)) {
            return false;
        }
        Offload.completeChecksum(packet);
        writeEmptyHeader(packet);
        int id = q.nextId();
        q.giveTable(packet, tables.address(id), tables.write(id, packet, packed));
        return true;
    }

    /** Nothing is asked of the device: all zeros, twelve of them. */
    private static void writeEmptyHeader(Packet packet) {
        MemorySegment s = packet.segment();
        long at = packet.offset() - VirtioNetHeader.BYTES;
        s.set(JAVA_LONG_UNALIGNED, at, 0L);
        s.set(JAVA_INT_UNALIGNED, at + Long.BYTES, 0);
    }

    /** Whether a frame can ever be sent; drops it if not. */
    private boolean isSendable(Packet packet) {
        int bytes = packet.totalLength();
        if (bytes >= EthernetHeader.BYTES && bytes <= frameBytesMax) {
            return true;
        }
        counters.drops.unsent(bytes > frameBytesMax ? DeviceDrop.OVERSIZE : DeviceDrop.RUNT, bytes);
        packet.release();
        return false;
    }

    /** A copy in this pool and in one piece, or null when the pool is empty. */
    private @Nullable Packet copy(Packet packet) {
        Packet copy = pool.acquire();
        if (copy != null) {
            copy.copyFrom(packet);
            packet.release();
        }
        return copy;
    }

    private void publish(int count) {
        counters.transmitted.add(count);
        Lane l = lane;
        if (l != null && l.publish()) {
            counters.kicks.increment();
        }
    }

    /** Releases what the back end is done with; false, and a failed link, if it lies about that. */
    private boolean reclaim(Virtqueue q) {
        int n;
        do {
            n = q.take(returned, RETURNED);
            for (int i = 0; i < n; i++) {
                pool.at(Virtqueue.bufferIndex(returned[i])).release();
            }
        } while (n == RETURNED);
        if (n != Virtqueue.BROKEN) {
            return true;
        }
        VirtioDrop reason = q.fault();
        counters.drop(reason);
        VirtioLink l = link;
        if (l != null) {
            l.fail(reason);
        }
        detach();
        return false;
    }
}
