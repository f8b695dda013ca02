package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.driver.virtio.VirtioLink.Lane;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.VirtioNetHeader;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/**
 * Receives without copying: packets of the pool are given to the ring empty and handed up as the
 * back end fills them. It writes its header into the headroom, right before the frame.
 *
 * <p>Where a packet lies is remembered here; of what comes back only the identity and the length
 * are looked at. The back end can still write into a buffer after it has given it back: what the
 * layers above check may change under their hands. That is safe as far as memory goes, because
 * every access is checked against the packet.
 */
final class VirtioRxQueue implements RxQueue {

    private static final int RETURNED = 64;

    private final PacketPool pool;
    private final VirtioCounters counters;
    private final long[] returned = new long[RETURNED];

    private @Nullable VirtioLink link;
    private @Nullable Lane lane;
    private @Nullable Virtqueue queue;
    private boolean mergeable;

    /** The first buffer of a frame that lies in several, while not all of them have been seen. */
    private @Nullable Packet gathered;

    private int missing;

    VirtioRxQueue(PacketPool pool, VirtioCounters counters) {
        this.pool = pool;
        this.counters = counters;
    }

    /** What a buffer has room for, the header included. */
    static int writableBytes(PacketPool pool) {
        return VirtioNetHeader.BYTES + pool.dataBytesMax();
    }

    void attach(VirtioLink newLink, Lane newLane) {
        link = newLink;
        lane = newLane;
        queue = newLane.queue();
        mergeable = newLink.isMergeable();
        giveBuffers(newLane.queue());
    }

    void detach() {
        Virtqueue q = queue;
        link = null;
        lane = null;
        queue = null;
        missing = 0;
        dropGathered();
        if (q != null) {
            q.releaseAll(pool);
        }
    }

    /** Whether there is something to receive, or packets to give to a ring that needs them. */
    boolean hasWork() {
        Virtqueue q = queue;
        return q != null && (q.hasReturned() || (isStarved() && sparePackets() > 0));
    }

    boolean isStarved() {
        Virtqueue q = queue;
        return q != null && q.lentCount() < q.size >> 2;
    }

    /** What the pool has beyond a reserve for transmitting. */
    private int sparePackets() {
        return pool.available() - (pool.packets() >> 2);
    }

    @Override
    public int receive(Burst into) {
        Virtqueue q = queue;
        if (q == null) {
            return 0;
        }
        int begin = into.size();
        int asked;
        int n;
        do {
            asked = Math.min(into.room(), RETURNED);
            n = q.take(returned, asked);
            if (n > 0) {
                deliver(n, into);
            }
        } while (n == asked && n > 0);
        int count = into.size() - begin;
        counters.received.add(count);
        if (n == Virtqueue.BROKEN) {
            fail(q.fault());
            return count;
        }
        if (n < asked && missing > 0) {
            cut();
        }
        giveMissingBuffers(q);
        return count;
    }

    private void deliver(int count, Burst into) {
        Packet[] out = into.array();
        int n = into.size();
        boolean mayMerge = mergeable;
        for (int i = 0; i < count; i++) {
            long one = returned[i];
            Packet packet = pool.at(Virtqueue.bufferIndex(one));
            long bytes = Virtqueue.bytes(one) - VirtioNetHeader.BYTES;
            // Read once: the back end may change it at any time.
            int buffers = mayMerge && missing == 0 ? buffers(packet) : 1;
            if (missing > 0) {
                Packet whole = gather(packet, bytes);
                if (whole == null) {
                    continue;
                }
                packet = whole;
            } else if (buffers != 1) {
                begin(packet, bytes, buffers);
                continue;
            } else if (bytes < EthernetHeader.BYTES || bytes > packet.tailroom()) {
                refuse(packet, bytes);
                continue;
            } else {
                packet.append((int) bytes);
            }
            out[n++] = packet;
        }
        into.size(n);
    }

    /** In how many buffers the header says that its frame lies. */
    private static int buffers(Packet packet) {
        return VirtioNetHeader.buffers(packet.segment(), headerAt(packet));
    }

    private static long headerAt(Packet packet) {
        return packet.offset() - VirtioNetHeader.BYTES;
    }

    private void refuse(Packet packet, long bytes) {
        if (bytes < EthernetHeader.BYTES) {
            counters.drops.count(DeviceDrop.RECEIVED_BROKEN);
        } else {
            counters.drop(VirtioDrop.BEYOND_BUFFER);
        }
        packet.release();
    }

    /**
     * Takes a further buffer of a frame that lies in several into the frame's first, as far as that
     * has room. The first one alone has a header; the others are filled from the header's place on.
     *
     * @param bytes behind the place of the header
     * @return the frame when that was its last buffer and all is well
     */
    private @Nullable Packet gather(Packet packet, long bytes) {
        missing--;
        Packet first = gathered;
        if (first != null && append(first, packet, bytes + VirtioNetHeader.BYTES)) {
            packet.release();
            if (missing > 0) {
                return null;
            }
            gathered = null;
            if (first.length() >= EthernetHeader.BYTES) {
                return first;
            }
            refuse(first, first.length());
            return null;
        }
        dropGathered();
        packet.release();
        return null;
    }

    /** Takes the first buffer of a frame that lies in several. */
    private void begin(Packet packet, long bytes, int buffers) {
        Virtqueue q = queue;
        if (buffers == 0 || q == null || buffers > q.size) {
            counters.drop(VirtioDrop.BAD_MERGE);
            packet.release();
            return;
        }
        missing = buffers - 1;
        if (bytes < 0 || bytes > packet.tailroom()) {
            // What belongs to it is dropped with it.
            refuse(packet, bytes);
            return;
        }
        packet.append((int) bytes);
        gathered = packet;
    }

    private boolean append(Packet first, Packet part, long bytes) {
        if (bytes > VirtioNetHeader.BYTES + part.tailroom()) {
            counters.drop(VirtioDrop.BEYOND_BUFFER);
            return false;
        }
        if (bytes > first.tailroom()) {
            counters.drops.count(DeviceDrop.RECEIVED_TOO_LONG);
            return false;
        }
        int at = first.length();
        first.append((int) bytes);
        first.copyIn(at, part.segment(), headerAt(part), (int) bytes);
        return true;
    }

    /** A back end shows all buffers of a frame at once (section 5.1.6.4), so no more will come. */
    private void cut() {
        missing = 0;
        if (gathered != null) {
            counters.drop(VirtioDrop.CUT_FRAME);
            dropGathered();
        }
    }

    private void dropGathered() {
        Packet first = gathered;
        if (first != null) {
            gathered = null;
            first.release();
        }
    }

    /** Gives what was taken; a ring without any buffer is a lack to count. */
    private void giveMissingBuffers(Virtqueue q) {
        if (q.room() == 0) {
            return;
        }
        giveBuffers(q);
        if (q.lentCount() == 0) {
            counters.drops.count(DeviceDrop.POOL_EMPTY);
        }
    }

    /** Gives packets until the ring is full or the pool is down to what transmitting needs. */
    private void giveBuffers(Virtqueue q) {
        int count = Math.min(q.room(), sparePackets());
        if (count <= 0 || q.giveEmpty(pool, count) == 0) {
            return;
        }
        Lane l = lane;
        if (l != null && l.publish()) {
            counters.kicks.increment();
        }
    }

    private void fail(VirtioDrop reason) {
        counters.drop(reason);
        VirtioLink l = link;
        if (l != null) {
            l.fail(reason);
        }
        detach();
    }
}
