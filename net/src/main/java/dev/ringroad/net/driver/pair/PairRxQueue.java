package dev.ringroad.net.driver.pair;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import java.util.Objects;

/** Copies frames into packets of its own pool and gives the sender's packets back. */
final class PairRxQueue implements RxQueue {

    private final PairLane lane;
    private final DropCounters drops;
    private final PacketPool pool;
    private final Packet[] taken;
    private boolean closed;

    PairRxQueue(PairLane lane, DropCounters drops, PacketPool pool) {
        this.lane = lane;
        this.drops = drops;
        this.pool = pool;
        this.taken = new Packet[lane.slots()];
    }

    @Override
    public int receive(Burst into) {
        if (closed) {
            return 0;
        }
        int free = pool.available();
        int limit = Math.min(Math.min(into.room(), free), taken.length);
        int n = lane.sent.pollBurst(taken, 0, limit);
        for (int i = 0; i < n; i++) {
            Packet target = Objects.requireNonNull(pool.acquire());
            Packet source = taken[i];
            int bytes = source.totalLength();
            target.append(bytes);
            source.copyOut(0, target.segment(), target.offset(), bytes);
            into.add(target);
        }
        if (n > 0) {
            lane.spent.offerBurst(taken, 0, n);
        } else if (free == 0 && !lane.sent.isEmpty()) {
            drops.count(DeviceDrop.POOL_EMPTY);
        }
        return n;
    }

    void close() {
        closed = true;
        lane.closeReceiver();
    }
}
