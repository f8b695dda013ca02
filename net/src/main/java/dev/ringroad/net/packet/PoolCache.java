package dev.ringroad.net.packet;

import org.jspecify.annotations.Nullable;

/**
 * One thread's share of a shared pool's free packets: a stack, so that what is lent next is what
 * came back last. When it is empty it is half filled from the depot, and when it is full the half
 * that has lain longest goes there.
 *
 * <p>Its calls are the owner's alone. {@link PacketPool#acquire} and {@link Packet#release} in the
 * owner's thread find it by themselves; to call it directly saves the search.
 */
public final class PoolCache implements AutoCloseable {

    private final Depot depot;
    private final Thread owner;
    private final Packet[] packets;
    private final @Nullable Custody custody;
    private final long[] free;
    private final int half;

    private int freeCount;
    private boolean closed;
    private long acquired;
    private long refills;
    private long flushes;
    private long exhausted;
    private int peakLent;

    PoolCache(
            Depot depot,
            Thread owner,
            Packet[] packets,
            int cachePackets,
            @Nullable Custody custody) {
        this.depot = depot;
        this.owner = owner;
        this.packets = packets;
        this.custody = custody;
        this.free = new long[cachePackets];
        this.half = cachePackets / 2;
    }

    Thread owner() {
        return owner;
    }

    /** Lends a packet, as {@link PacketPool#acquire} does; null when cache and depot are empty. */
    public @Nullable Packet acquire() {
        requireOwner();
        if (freeCount == 0 && !refill(1)) {
            return null;
        }
        int n = freeCount - 1;
        freeCount = n;
        acquired++;
        Packet packet = packets[(int) free[n]];
        packet.begin();
        if (PacketPool.CHECKED && custody != null) {
            custody.acquired(packet);
        }
        return packet;
    }

    /**
     * Lends {@code n} packets or, when there are fewer or the burst lacks room, none.
     *
     * @param n at most what the cache holds
     */
    public boolean acquireBulk(Burst into, int n) {
        requireOwner();
        if (n > into.room() || (n > freeCount && !refill(n))) {
            return false;
        }
        int left = freeCount - n;
        freeCount = left;
        acquired += n;
        Packet[] all = packets;
        long[] indices = free;
        Packet[] out = into.array();
        int at = into.size();
        for (int i = left + n - 1; i >= left; i--) {
            Packet packet = all[(int) indices[i]];
            packet.begin();
            if (PacketPool.CHECKED && custody != null) {
                custody.acquired(packet);
            }
            out[at++] = packet;
        }
        into.size(at);
        return true;
    }

    private void requireOwner() {
        if (PacketPool.CHECKED && Thread.currentThread() != owner) {
            throw new IllegalStateException("the cache is " + owner + "'s alone");
        }
    }

    /** Whether there are {@code wanted} now. */
    private boolean refill(int wanted) {
        if (closed) {
            throw new IllegalStateException("the cache of " + owner + " is closed");
        }
        if (wanted > free.length) {
            throw new IllegalArgumentException(
                    wanted + " packets at once from a cache that holds " + free.length);
        }
        int most = Math.min(free.length, wanted + half) - freeCount;
        freeCount += depot.take(free, freeCount, most);
        refills++;
        peakLent = Math.max(peakLent, depot.lentNow());
        if (freeCount < wanted) {
            exhausted++;
            return false;
        }
        return true;
    }

    void giveBack(Packet packet) {
        if (freeCount == free.length) {
            flush();
        }
        free[freeCount++] = packet.bufferIndex();
    }

    /** As {@link PacketPool#giveBackRun}. */
    int giveBackRun(PacketPool pool, Packet[] from, int start, int end) {
        int i = start;
        while (i < end) {
            int room = free.length - freeCount;
            if (room == 0) {
                flush();
                room = free.length - freeCount;
            }
            int stop = Math.min(end, i + room);
            int next = push(pool, from, i, stop);
            if (next < stop) {
                return next;
            }
            i = next;
        }
        return i;
    }

    private int push(PacketPool pool, Packet[] from, int start, int stop) {
        long[] indices = free;
        int n = freeCount;
        int i = start;
        while (i < stop) {
            Packet packet = from[i];
            if (packet.pool() != pool || !packet.isSimple()) {
                break;
            }
            packet.endSimple();
            if (PacketPool.CHECKED && custody != null) {
                custody.released(packet, pool.isClosed());
            }
            indices[n++] = packet.bufferIndex();
            i++;
        }
        freeCount = n;
        return i;
    }

    /** Gives the half that has lain longest to the depot. */
    private void flush() {
        int kept = freeCount - half;
        depot.put(free, 0, half);
        System.arraycopy(free, half, free, 0, kept);
        freeCount = kept;
        flushes++;
    }

    /** How many packets lie in the cache now. */
    public int available() {
        return freeCount;
    }

    CacheTotals totals() {
        return new CacheTotals(acquired, refills, flushes, exhausted, peakLent);
    }

    /**
     * Gives what lies in the cache to the depot. The owner closes it; any thread may when the owner
     * has ended.
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        depot.put(free, 0, freeCount);
        freeCount = 0;
        depot.close(this);
    }
}
