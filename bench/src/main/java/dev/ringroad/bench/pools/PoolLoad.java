package dev.ringroad.bench.pools;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.packet.PoolCache;

import java.util.Objects;

/** Calls that give each packet empty and ready, and look at it when it comes back. */
final class PoolLoad extends CallLoad {

    private final PacketPool pool;
    private final Packet[] packets;
    private final Burst[] bursts;

    PoolLoad(PacketPool pool, PoolCase setting) {
        super(setting);
        this.pool = pool;
        int bulk = setting.bulk();
        packets = new Packet[setting.kept()];
        bursts = new Burst[setting.kept() / bulk];
        for (int i = 0; i < bursts.length; i++) {
            bursts[i] = new Burst(bulk);
        }
    }

    @Override
    void singly() {
        Packet[] all = packets;
        PacketPool from = pool;
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(from.acquire());
        }
        releaseSingly(all);
    }

    @Override
    void singly(PoolCache cache) {
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

    @Override
    void inBulks(int bulk) {
        Burst[] all = bursts;
        for (Burst burst : all) {
            require(pool.acquireBulk(burst, bulk));
        }
        releaseInBulks(all);
    }

    @Override
    void inBulks(PoolCache cache, int bulk) {
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
}
