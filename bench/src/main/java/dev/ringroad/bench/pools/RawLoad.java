package dev.ringroad.bench.pools;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.packet.PoolCache;

import java.util.Objects;

/** As {@link PoolLoad}, by the calls that look at no packet, as rte_mempool's look at no object. */
final class RawLoad {

    private final PacketPool pool;
    private final int bulk;
    private final Packet[] packets;

    RawLoad(PacketPool pool, PoolCase setting) {
        this.pool = pool;
        bulk = setting.bulk();
        packets = new Packet[setting.kept()];
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
            all[i] = Objects.requireNonNull(from.acquireRaw());
        }
        for (Packet packet : all) {
            from.releaseRaw(packet);
        }
    }

    private void singly(PoolCache cache) {
        Packet[] all = packets;
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(cache.acquireRaw());
        }
        for (Packet packet : all) {
            cache.releaseRaw(packet);
        }
    }

    private void inBulks() {
        Packet[] all = packets;
        PacketPool from = pool;
        int n = bulk;
        for (int i = 0; i < all.length; i += n) {
            PoolLoad.require(from.acquireRaw(all, i, n));
        }
        for (int i = 0; i < all.length; i += n) {
            from.releaseRaw(all, i, n);
        }
    }

    private void inBulks(PoolCache cache) {
        Packet[] all = packets;
        int n = bulk;
        for (int i = 0; i < all.length; i += n) {
            PoolLoad.require(cache.acquireRaw(all, i, n));
        }
        for (int i = 0; i < all.length; i += n) {
            cache.releaseRaw(all, i, n);
        }
    }
}
