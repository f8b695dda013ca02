package dev.ringroad.net.packet;

import org.jspecify.annotations.Nullable;

/**
 * One thread's share of a shared pool's free packets: a stack, so that what is lent next is what
 * came back last. When it is empty a third of what it holds comes from the depot, and when it is
 * full the third that has lain longest goes there.
 *
 * <p>Its calls are the owner's alone. {@link PacketPool#acquire} and {@link Packet#release} in the
 * owner's thread find it by themselves; to call it directly saves the search.
 */
public final class PoolCache implements AutoCloseable {

    /**
     * One part moves at once. Who lends and takes back, by turns, up to the other parts never meets
     * the depot, however that falls; who only lends or only takes back meets it for each part.
     */
    private static final int PARTS = 3;

    private final Depot depot;
    private final Thread owner;
    private final @Nullable Custody custody;
    private final FreeStack free;
    private final int part;

    private boolean closed;
    private long acquired;
    private long refills;
    private long flushes;
    private long exhausted;
    private int peakLent;

    PoolCache(Depot depot, Thread owner, int cachePackets, @Nullable Custody custody) {
        this.depot = depot;
        this.owner = owner;
        this.custody = custody;
        this.free = new FreeStack(cachePackets);
        this.part = Math.max(1, cachePackets / PARTS);
    }

    Thread owner() {
        return owner;
    }

    /** Lends a packet, as {@link PacketPool#acquire} does; null when cache and depot are empty. */
    public @Nullable Packet acquire() {
        Packet packet = acquireRaw();
        if (packet != null) {
            packet.begin();
        }
        return packet;
    }

    /** Lends a packet with its former owner's window, as {@link PacketPool#acquireRaw()} does. */
    public @Nullable Packet acquireRaw() {
        requireOwner();
        if (free.count() == 0 && !refill(1)) {
            return null;
        }
        acquired++;
        Packet packet = free.pop();
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
        if (n > into.room() || !acquireRaw(into.array(), into.size(), n)) {
            return false;
        }
        into.beginBehind(n);
        return true;
    }

    /**
     * Lends {@code n} packets or, when there are fewer, none; with the windows that their former
     * owners left, as {@link PacketPool#acquireRaw(Packet[], int, int)} does.
     *
     * @param n at most what the cache holds
     */
    public boolean acquireRaw(Packet[] into, int at, int n) {
        requireOwner();
        if (n > free.count() && !refill(n)) {
            return false;
        }
        free.pop(into, at, n);
        acquired += n;
        if (PacketPool.CHECKED && custody != null) {
            custody.acquired(into, at, n);
        }
        return true;
    }

    /** Takes packets back unseen, as {@link PacketPool#releaseRaw(Packet[], int, int)} does. */
    public void releaseRaw(Packet[] from, int at, int n) {
        requireOwner();
        if (PacketPool.CHECKED && custody != null) {
            custody.releasedRaw(from, at, n);
        }
        giveBack(from, at, n);
    }

    /** Takes one packet back unseen, as {@link PacketPool#releaseRaw(Packet)} does. */
    public void releaseRaw(Packet packet) {
        requireOwner();
        if (PacketPool.CHECKED && custody != null) {
            custody.releasedRaw(packet);
        }
        giveBack(packet);
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
        if (wanted > free.capacity()) {
            throw new IllegalArgumentException(
                    wanted + " packets at once from a cache that holds " + free.capacity());
        }
        free.fill(depot, Math.min(free.capacity(), wanted + part) - free.count());
        refills++;
        peakLent = Math.max(peakLent, depot.lentNow());
        if (free.count() < wanted) {
            exhausted++;
            return false;
        }
        return true;
    }

    void giveBack(Packet packet) {
        if (free.room() == 0) {
            flush();
        }
        free.push(packet);
    }

    void giveBack(Packet[] from, int at, int n) {
        int done = 0;
        while (n - done > free.room()) {
            int part = free.room();
            free.push(from, at + done, part);
            done += part;
            flush();
        }
        free.push(from, at + done, n - done);
    }

    /** Gives the part that has lain longest to the depot. */
    private void flush() {
        free.flush(depot, part);
        flushes++;
    }

    /** How many packets lie in the cache now. */
    public int available() {
        return free.count();
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
        free.flush(depot, free.count());
        depot.close(this);
    }
}
