package dev.ringroad.net.packet;

import dev.ringroad.core.ring.LongRing;
import dev.ringroad.core.ring.RingShape;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The free packets of a shared pool that are in no thread's cache, as indices in a ring.
 *
 * <p>Which cache is a thread's is looked up by its number, in a table with more empty places than
 * taken ones. The table is replaced, not changed, when a cache is opened or closed. A thread may
 * read an old one: it misses caches of others then, but never its own, which it opened itself.
 */
final class Depot {

    private static final long NONE = -1;
    private static final int TABLE_PLACES_MIN = 16;

    private final String poolName;
    private final Packet[] packets;
    private final int cachePackets;
    private final @Nullable Custody custody;
    private final LongRing free;
    private final List<PoolCache> caches = new ArrayList<>();
    private final LongAdder exhausted = new LongAdder();
    private @Nullable PoolCache[] table = new PoolCache[TABLE_PLACES_MIN];
    private CacheTotals closedTotals = CacheTotals.NONE;

    Depot(String poolName, Packet[] packets, int cachePackets, @Nullable Custody custody) {
        this.poolName = poolName;
        this.packets = packets;
        this.cachePackets = cachePackets;
        this.custody = custody;
        RingShape shape = RingShape.multi(packets.length);
        free = LongRing.create(Arena.ofAuto().allocate(LongRing.byteSize(shape), 64), shape);
        for (int i = 0; i < packets.length; i++) {
            free.offer(i);
        }
    }

    /** The calling thread's cache; null when it has none. */
    @Nullable PoolCache own() {
        Thread thread = Thread.currentThread();
        @Nullable PoolCache[] places = table;
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
        PoolCache cache = new PoolCache(this, owner, packets, cachePackets, custody);
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

    @Nullable Packet acquire() {
        PoolCache cache = own();
        return cache == null ? acquireUncached() : cache.acquire();
    }

    private @Nullable Packet acquireUncached() {
        long index = free.poll(NONE);
        if (index == NONE) {
            exhausted.increment();
            return null;
        }
        Packet packet = packets[(int) index];
        packet.begin();
        if (custody != null) {
            custody.acquired(packet);
        }
        return packet;
    }

    boolean acquireBulk(Burst into, int n) {
        PoolCache cache = own();
        if (cache != null) {
            return cache.acquireBulk(into, n);
        }
        int before = into.size();
        for (int i = 0; i < n; i++) {
            Packet packet = acquireUncached();
            if (packet == null) {
                while (into.size() > before) {
                    into.get(into.size() - 1).release();
                    into.size(into.size() - 1);
                }
                return false;
            }
            into.add(packet);
        }
        return true;
    }

    void giveBack(Packet packet) {
        PoolCache cache = own();
        if (cache != null) {
            cache.giveBack(packet);
        } else {
            free.offer(packet.bufferIndex());
        }
    }

    /** Moves up to {@code limit} free packets' indices to a cache's stack; how many. */
    int take(long[] into, int start, int limit) {
        return free.pollBurst(into, start, limit);
    }

    /** Takes indices back; there is always room for all. */
    void put(long[] from, int start, int count) {
        free.offerBulk(from, start, count);
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
