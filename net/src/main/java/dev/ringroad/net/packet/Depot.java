package dev.ringroad.net.packet;

import dev.ringroad.core.ring.ReferenceRing;
import dev.ringroad.core.ring.RingShape;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The free packets of a shared pool that are in no thread's cache, in a ring.
 *
 * <p>Which cache is a thread's is looked up by its number, in a table with more empty places than
 * taken ones. The table is replaced, not changed, when a cache is opened or closed. A thread may
 * read an old one: it misses caches of others then, but never its own, which it opened itself.
 */
final class Depot {

    private static final int TABLE_PLACES_MIN = 16;

    private final String poolName;
    private final Packet[] packets;
    private final int cachePackets;
    private final @Nullable Custody custody;
    private final ReferenceRing<Packet> free;
    private final List<PoolCache> caches = new ArrayList<>();
    private final LongAdder exhausted = new LongAdder();
    private @Nullable PoolCache[] table = new PoolCache[TABLE_PLACES_MIN];
    private CacheTotals closedTotals = CacheTotals.NONE;

    Depot(String poolName, Packet[] packets, int cachePackets, @Nullable Custody custody) {
        this.poolName = poolName;
        this.packets = packets;
        this.cachePackets = cachePackets;
        this.custody = custody;
        free = new ReferenceRing<>(RingShape.multi(packets.length));
        free.offerBulk(packets, 0, packets.length);
    }

    /** The calling thread's cache; null when it has none. */
    @Nullable PoolCache own() {
        Thread thread = Thread.currentThread();
        @Nullable PoolCache[] places = table;
        PoolCache cache = places[(int) thread.threadId() & places.length - 1];
        return cache == null || cache.owner() == thread ? cache : search(places, thread);
    }

    /** Another thread's cache lies where this one's should. */
    private static @Nullable PoolCache search(@Nullable PoolCache[] places, Thread thread) {
        int mask = places.length - 1;
        int at = (int) thread.threadId() & mask;
        PoolCache cache = places[at];
        while (cache != null && cache.owner() != thread) {
            at = (at + 1) & mask;
            cache = places[at];
        }
        return cache;
    }

    synchronized PoolCache open(Thread owner) {
        if (own() != null) {
            throw new IllegalStateException(owner + " has a cache of " + poolName + " already");
        }
        PoolCache cache = new PoolCache(this, owner, cachePackets, custody);
        caches.add(cache);
        table = tableOf(caches);
        return cache;
    }

    /** What an emptied cache has counted stays counted. */
    synchronized void close(PoolCache cache) {
        if (caches.remove(cache)) {
            closedTotals = closedTotals.plus(cache.totals());
            table = tableOf(caches);
        }
    }

    private static @Nullable PoolCache[] tableOf(List<PoolCache> caches) {
        int least = Math.max(TABLE_PLACES_MIN, 4 * caches.size());
        int size = Integer.highestOneBit(least - 1) << 1;
        @Nullable PoolCache[] places = new PoolCache[size];
        for (PoolCache cache : caches) {
            int at = (int) cache.owner().threadId() & (size - 1);
            while (places[at] != null) {
                at = (at + 1) & (size - 1);
            }
            places[at] = cache;
        }
        return places;
    }

    @Nullable Packet acquireRaw() {
        PoolCache cache = own();
        return cache == null ? acquireUncached() : cache.acquireRaw();
    }

    private @Nullable Packet acquireUncached() {
        Packet packet = free.poll();
        if (packet == null) {
            exhausted.increment();
        } else if (custody != null) {
            custody.acquired(packet);
        }
        return packet;
    }

    boolean acquireRaw(Packet[] into, int at, int n) {
        PoolCache cache = own();
        if (cache != null) {
            return cache.acquireRaw(into, at, n);
        }
        if (!free.pollBulk(into, at, n)) {
            exhausted.increment();
            return false;
        }
        if (custody != null) {
            custody.acquired(into, at, n);
        }
        return true;
    }

    void giveBack(Packet packet) {
        PoolCache cache = own();
        if (cache != null) {
            cache.giveBack(packet);
        } else {
            free.offer(packet);
        }
    }

    void giveBack(Packet[] from, int at, int n) {
        PoolCache cache = own();
        if (cache != null) {
            cache.giveBack(from, at, n);
        } else {
            put(from, at, n);
        }
    }

    /** Moves up to {@code limit} free packets to a cache's stack; how many. */
    int take(Packet[] into, int start, int limit) {
        return free.pollBurst(into, start, limit);
    }

    /** Takes packets back; there is always room for all. */
    void put(Packet[] from, int at, int n) {
        free.offerBulk(from, at, n);
    }

    int available() {
        PoolCache cache = own();
        return free.count() + (cache == null ? 0 : cache.available());
    }

    /** How many packets are neither here nor in a cache; a guess while others use the pool. */
    int lentNow() {
        int lent = packets.length - free.count();
        for (PoolCache cache : table) {
            if (cache != null) {
                lent -= cache.available();
            }
        }
        return lent;
    }

    /** Those in all caches too; exact while nobody uses the pool. */
    synchronized int free() {
        int sum = free.count();
        for (PoolCache cache : caches) {
            sum += cache.available();
        }
        return sum;
    }

    /** What all caches have counted, closed ones too. */
    synchronized CacheTotals totals() {
        CacheTotals sum = closedTotals.plus(CacheTotals.exhausted(exhausted.sum()));
        for (PoolCache cache : caches) {
            sum = sum.plus(cache.totals());
        }
        return sum;
    }
}
