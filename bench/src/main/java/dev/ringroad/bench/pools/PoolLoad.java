package dev.ringroad.bench.pools;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.packet.PoolCache;

import java.util.Objects;

/**
 * One thread's calls: rounds of acquiring what is kept, each packet empty and ready, and releasing
 * it.
 */
final class PoolLoad {

    private final PacketPool pool;
    private final int bulk;
    private final Packet[] packets;
    private final Burst[] bursts;

    PoolLoad(PacketPool pool, PoolCase setting) {
        this.pool = pool;
        bulk = setting.bulk();
        packets = new Packet[setting.kept()];
        bursts = new Burst[setting.kept() / bulk];
        for (int i = 0; i < bursts.length; i++) {
            bursts[i] = new Burst(bulk);
        }
    }

    /** Runs with the pool's own calls. */
    void run(int rounds) {
        for (int i = 0; i < rounds; i++) {
            if (bulk == 1) {
                singly();
            } else {
                inBulks();
            }
        }
    }

    /** Runs with a cache's calls. */
    void run(PoolCache cache, int rounds) {
        for (int i = 0; i < rounds; i++) {
            if (bulk == 1) {
                singly(cache);
            } else {
                inBulks(cache);
            }
        }
    }

    private void singly() {
        Packet[] all = packets;
        PacketPool from = pool;
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(from.acquire());
        }
        releaseSingly(all);
    }

    private void singly(PoolCache cache) {
        Packet[] all = packets;
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(cache.acquire());
        }
        releaseSingly(all);
    }

    private static void releaseSingly(Packet[] all) {
        for (Packet packet : all) {
            packet.release();
        }
    }

    private void inBulks() {
        Burst[] all = bursts;
        for (Burst burst : all) {
            require(pool.acquireBulk(burst, bulk));
        }
        releaseInBulks(all);
    }

    private void inBulks(PoolCache cache) {
        Burst[] all = bursts;
        for (Burst burst : all) {
            require(cache.acquireBulk(burst, bulk));
        }
        releaseInBulks(all);
    }

    private static void releaseInBulks(Burst[] all) {
        for (Burst burst : all) {
            burst.releaseAll();
        }
    }

    static void require(boolean acquired) {
        if (!acquired) {
            throw new IllegalStateException("the pool is empty");
        }
    }
}
