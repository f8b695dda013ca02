package dev.ringroad.net.driver.memif;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/**
 * Receives without copying: packets of the pool, which lies in the memory offered to the server,
 * are given to the ring empty and handed up as the server fills them.
 *
 * <p>Where a packet lies is remembered here; of a descriptor that comes back only the flags and the
 * length are looked at. The server can still write into a buffer after it has given it back: what
 * the layers above check may change under their hands. That is safe as far as memory goes, because
 * every access is checked against the packet, but who does not trust a peer asks for copies.
 */
final class MemifZeroCopyRxQueue implements MemifRxQueue {

    /** The region that the pool lies in, behind region 0 with the rings. */
    static final int POOL_REGION = 1;

    private static final int[] NONE = {};

    private final PacketPool pool;
    private final MemifCounters counters;
    private final int packetFlags;

    private @Nullable MemifLink link;
    private @Nullable MemifRing ring;
    private int[] lent = NONE;
    private int nextIndex;
    private int seenIndex;
    private int headIndex;

    MemifZeroCopyRxQueue(PacketPool pool, MemifCounters counters, int packetFlags) {
        this.pool = pool;
        this.counters = counters;
        this.packetFlags = packetFlags;
    }

    @Override
    public void attach(MemifLink newLink) {
        MemifRing newRing = newLink.receive().ring();
        lent = new int[newRing.size()];
        nextIndex = 0;
        seenIndex = 0;
        headIndex = 0;
        link = newLink;
        ring = newRing;
        giveBuffers(newRing);
    }

    @Override
    public void detach() {
        link = null;
        ring = null;
        int mask = lent.length - 1;
        int out = lentCount();
        for (int i = 0; i < out; i++) {
            pool.at(lent[(nextIndex + i) & mask]).release();
        }
        lent = NONE;
        headIndex = nextIndex;
    }

    @Override
    public boolean hasWork() {
        MemifRing r = ring;
        return r != null && (r.tailAcquire() != nextIndex || (isStarved() && sparePackets() > 0));
    }

    @Override
    public boolean isStarved() {
        MemifRing r = ring;
        return r != null && lentCount() < (r.size() + 3) >> 2;
    }

    private int lentCount() {
        return (headIndex - nextIndex) & MemifRing.INDEX_MASK;
    }

    /** What the pool has beyond a reserve for transmitting. */
    private int sparePackets() {
        return pool.available() - (pool.packets() >> 2);
    }

    @Override
    public int receive(Burst into) {
        MemifRing r = ring;
        if (r == null) {
            return 0;
        }
        int filled = (seenIndex - nextIndex) & MemifRing.INDEX_MASK;
        // As in the copying queue: no more looks at the peer's index than needed.
        if (filled < into.room()) {
            int seen = r.tailAcquire();
            filled = (seen - nextIndex) & MemifRing.INDEX_MASK;
            if (filled > lentCount()) {
                fail(MemifDrop.INDEX_JUMP);
                return 0;
            }
            seenIndex = seen;
        }
        if (filled == 0) {
            giveMissingBuffers(r);
            return 0;
        }
        return take(r, filled, into);
    }

    /** Gives what the pool could not spare before; a ring without any buffer is a lack to count. */
    private void giveMissingBuffers(MemifRing r) {
        if (lentCount() == r.size()) {
            return;
        }
        giveBuffers(r);
        if (headIndex == nextIndex) {
            counters.drop(DeviceDrop.POOL_EMPTY);
        }
    }

    private int take(MemifRing r, int filled, Burst into) {
        int mask = r.size() - 1;
        int begin = into.size();
        int n = begin;
        Packet[] out = into.array();
        int last = n + into.room();
        int index = nextIndex;
        int end = index + filled;
        while (index != end && n < last) {
            int slot = index & mask;
            long low = r.descriptorLow(slot);
            Packet packet = pool.at(lent[slot]);
            long bytes = MemifRing.length(low);
            if (MemifRing.hasNext(low)) {
                into.size(n);
                index = takeChain(r, index, end, into);
                n = into.size();
                continue;
            }
            index++;
            if (bytes < EthernetHeader.BYTES || bytes > packet.tailroom()) {
                if (bytes < EthernetHeader.BYTES) {
                    counters.drop(DeviceDrop.RECEIVED_BROKEN);
                } else {
                    counters.drop(MemifDrop.BEYOND_BUFFER);
                }
                packet.release();
                continue;
            }
            packet.append((int) bytes);
            packet.setFlags(packetFlags);
            out[n++] = packet;
        }
        into.size(n);
        nextIndex = index & MemifRing.INDEX_MASK;
        giveBuffers(r);
        counters.received.add(n - begin);
        return n - begin;
    }

    /** Gathers a chain into its first packet, as far as that has room; the others go back. */
    private int takeChain(MemifRing r, int begin, int end, Burst into) {
        int mask = r.size() - 1;
        Packet first = pool.at(lent[begin & mask]);
        boolean good = true;
        boolean more = true;
        int index = begin;
        while (more && index != end) {
            int slot = index & mask;
            long low = r.descriptorLow(slot);
            more = MemifRing.hasNext(low);
            Packet part = pool.at(lent[slot]);
            if (good) {
                good = append(first, part, MemifRing.length(low));
            }
            if (part != first) {
                part.release();
            }
            index++;
        }
        if (good && !more && first.length() >= EthernetHeader.BYTES) {
            first.setFlags(packetFlags);
            into.add(first);
            return index;
        }
        if (good && more) {
            counters.drop(MemifDrop.CUT_CHAIN);
        } else if (good) {
            counters.drop(DeviceDrop.RECEIVED_BROKEN);
        }
        first.release();
        return index;
    }

    private boolean append(Packet first, Packet part, long bytes) {
        if (bytes > part.capacity() - part.headroom()) {
            counters.drop(MemifDrop.BEYOND_BUFFER);
            return false;
        }
        if (bytes > first.tailroom()) {
            counters.drop(DeviceDrop.RECEIVED_TOO_LONG);
            return false;
        }
        int at = first.length();
        first.append((int) bytes);
        if (part != first) {
            first.copyIn(at, part.segment(), part.offset(), (int) bytes);
        }
        return true;
    }

    /**
     * Gives packets to the ring until it is full or the pool is down to what transmitting needs.
     */
    private void giveBuffers(MemifRing r) {
        int size = r.size();
        int mask = size - 1;
        int head = headIndex;
        int room = Math.min(size - lentCount(), sparePackets());
        if (room <= 0) {
            return;
        }
        for (int i = 0; i < room; i++) {
            Packet packet = pool.acquire();
            if (packet == null) {
                break;
            }
            int slot = head & mask;
            lent[slot] = packet.bufferIndex();
            r.descriptorHigh(slot, packet.offset());
            r.descriptorLow(slot, MemifRing.low(0, POOL_REGION, packet.tailroom()));
            head++;
        }
        headIndex = head & MemifRing.INDEX_MASK;
        r.headRelease(head);
    }

    private void fail(MemifDrop reason) {
        counters.drop(reason);
        MemifLink l = link;
        if (l != null) {
            l.fail(reason);
        }
        detach();
    }
}
