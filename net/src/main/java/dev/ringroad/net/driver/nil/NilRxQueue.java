package dev.ringroad.net.driver.nil;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

/** Hands out packets as they come from the pool, or none. */
final class NilRxQueue implements RxQueue {

    private final PacketPool pool;
    private final DropCounters drops;
    private int frameBytes;

    /**
     * @param frameBytes of each frame; 0 when there are none
     */
    NilRxQueue(PacketPool pool, DropCounters drops, int frameBytes) {
        this.pool = pool;
        this.drops = drops;
        this.frameBytes = frameBytes;
    }

    @Override
    public int receive(Burst into) {
        int bytes = frameBytes;
        if (bytes == 0) {
            return 0;
        }
        int begin = into.size();
        int n = Math.min(into.room(), pool.available());
        if (n == 0 && into.room() > 0) {
            drops.count(DeviceDrop.POOL_EMPTY);
        }
        Packet[] packets = into.array();
        if (!pool.acquireRaw(packets, begin, n)) {
            return 0;
        }
        for (int i = begin; i < begin + n; i++) {
            packets[i].start(bytes);
        }
        into.size(begin + n);
        return n;
    }

    void close() {
        frameBytes = 0;
    }
}
