package dev.ringroad.net.driver.memif;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/**
 * Transmits without copying: the ring is told where in the pool's region each packet lies. The
 * queue's reference to a packet is released when the server has moved the tail past it.
 *
 * <p>A packet of another pool, which the server can't see, and a chained one are copied into one of
 * this pool.
 */
final class MemifZeroCopyTxQueue implements MemifTxQueue {

    private static final int[] NONE = {};

    private final PacketPool pool;
    private final MemifCounters counters;
    private final int frameBytesMax;

    private @Nullable MemifLink link;
    private @Nullable MemifRing ring;
    private int[] waiting = NONE;
    private int headIndex;
    private int tailIndex;

    MemifZeroCopyTxQueue(PacketPool pool, MemifCounters counters, int frameBytesMax) {
        this.pool = pool;
        this.counters = counters;
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public void attach(MemifLink newLink) {
        MemifRing newRing = newLink.transmit().ring();
        waiting = new int[newRing.size()];
        headIndex = 0;
        tailIndex = 0;
        link = newLink;
        ring = newRing;
    }

    @Override
    public void detach() {
        link = null;
        ring = null;
        int count = (headIndex - tailIndex) & MemifRing.INDEX_MASK;
        if (count > 0) {
            counters.unsent(MemifDrop.PEER_GONE, count, waitingBytes());
            releaseUpTo(headIndex);
        }
        waiting = NONE;
    }

    @Override
    public void reclaim() {
        MemifRing r = ring;
        if (r != null) {
            reclaim(r);
        }
    }

    @Override
    public int transmit(Burst from) {
        MemifRing r = ring;
        int count = from.size();
        if (r == null) {
            return counters.drops.refuseAll(DeviceDrop.LINK_DOWN, from);
        }
        if (!reclaim(r) || count == 0) {
            return 0;
        }
        return put(r, from, count);
    }

    private int put(MemifRing r, Burst from, int count) {
        int mask = r.size() - 1;
        int index = headIndex;
        int begin = index;
        int free = r.size() - ((index - tailIndex) & MemifRing.INDEX_MASK);
        Packet[] packets = from.array();
        int done = 0;
        while (done < count && free > 0) {
            Packet packet = packets[done];
            int bytes = packet.totalLength();
            if (bytes < EthernetHeader.BYTES || bytes > frameBytesMax) {
                counters.drops.unsent(
                        bytes > frameBytesMax ? DeviceDrop.OVERSIZE : DeviceDrop.RUNT, bytes);
                packet.release();
                done++;
                continue;
            }
            if (packet.pool() != pool || packet.next() != null) {
                packet = visible(packet);
                if (packet == null) {
                    break;
                }
            }
            int slot = index & mask;
            waiting[slot] = packet.bufferIndex();
            r.descriptorLow(slot, MemifRing.low(0, MemifZeroCopyRxQueue.POOL_REGION, bytes));
            r.descriptorHigh(slot, packet.offset());
            index++;
            free--;
            done++;
        }
        if (index != begin) {
            publish(r, index);
        }
        if (done < count) {
            counters.ringFull.increment();
        }
        from.removeFirst(done);
        return done;
    }

    private void publish(MemifRing r, int index) {
        counters.transmitted.add((index - headIndex) & MemifRing.INDEX_MASK);
        headIndex = index & MemifRing.INDEX_MASK;
        r.headRelease(index);
        if (r.doorbellWanted()) {
            MemifLink l = link;
            if (l != null) {
                counters.doorbells.increment();
                l.transmit().doorbell().signal();
            }
        }
    }

    /** A copy in this pool, in one piece, or null when the pool is empty. */
    private @Nullable Packet visible(Packet packet) {
        Packet copy = pool.acquire();
        if (copy != null) {
            copy.copyFrom(packet);
            packet.release();
        }
        return copy;
    }

    /** Releases what the server is done with; false, and a failed link, if it lies about that. */
    private boolean reclaim(MemifRing r) {
        int tail = r.tailAcquire();
        int done = (tail - tailIndex) & MemifRing.INDEX_MASK;
        if (done == 0) {
            return true;
        }
        if (done > ((headIndex - tailIndex) & MemifRing.INDEX_MASK)) {
            counters.drop(MemifDrop.INDEX_JUMP);
            MemifLink l = link;
            if (l != null) {
                l.fail(MemifDrop.INDEX_JUMP);
            }
            detach();
            return false;
        }
        releaseUpTo(tail);
        return true;
    }

    private long waitingBytes() {
        int mask = waiting.length - 1;
        long bytes = 0;
        for (int i = tailIndex; i != headIndex; i = (i + 1) & MemifRing.INDEX_MASK) {
            bytes += pool.at(waiting[i & mask]).length();
        }
        return bytes;
    }

    private void releaseUpTo(int end) {
        int mask = waiting.length - 1;
        int index = tailIndex;
        while (index != end) {
            pool.at(waiting[index & mask]).release();
            index = (index + 1) & MemifRing.INDEX_MASK;
        }
        tailIndex = end;
    }
}
