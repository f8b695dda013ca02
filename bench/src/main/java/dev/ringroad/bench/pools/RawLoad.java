package dev.ringroad.bench.pools;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.packet.PoolCache;

import java.util.Objects;

/** As {@link PoolLoad}, by the calls that look at no packet, as rte_mempool's look at no object. */
final class RawLoad extends CallLoad {

    private final PacketPool pool;
    private final Packet[] packets;

    RawLoad(PacketPool pool, PoolCase setting) {
        super(setting);
        this.pool = pool;
        packets = new Packet[setting.kept()];
    }

    @Override
    void singly() {
        Packet[] all = packets;
        PacketPool from = pool;
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(from.acquireRaw());
        }
        for (Packet packet : all) {
            from.releaseRaw(packet);
        }
    }

    @Override
    void singly(PoolCache cache) {
        Packet[] all = packets;
        for (int i = 0; i < all.length; i++) {
            all[i] = Objects.requireNonNull(cache.acquireRaw());
        }
        for (Packet packet : all) {
            cache.releaseRaw(packet);
        }
    }

    @Override
    void inBulks(int bulk) {
        Packet[] all = packets;
        PacketPool from = pool;
        for (int i = 0; i < all.length; i += bulk) {
            require(from.acquireRaw(all, i, bulk));
        }
        for (int i = 0; i < all.length; i += bulk) {
            from.releaseRaw(all, i, bulk);
        }
    }

    @Override
    void inBulks(PoolCache cache, int bulk) {
        Packet[] all = packets;
        for (int i = 0; i < all.length; i += bulk) {
            require(cache.acquireRaw(all, i, bulk));
        }
        for (int i = 0; i < all.length; i += bulk) {
            cache.releaseRaw(all, i, bulk);
        }
    }
}
