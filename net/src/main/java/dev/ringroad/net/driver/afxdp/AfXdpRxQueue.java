package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.linux.XdpSocket.Ring;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

/**
 * Takes filled buffers out of the RECEIVE ring and gives as many empty ones into the FILL ring, so
 * that the kernel always has the same number while the pool lasts.
 */
final class AfXdpRxQueue implements RxQueue {

    private final XdpSocket socket;
    private final XdpRing ring;
    private final XdpRing fill;
    private final Chunks chunks;
    private final PacketPool pool;
    private final DropCounters drops;
    private final boolean busyPolls;

    private int consumer;
    private int fillProducer;

    /** How many buffers the kernel has, filled ones included. */
    private int given;

    /**
     * @param busyPolls whether the kernel is called when there is nothing, so that it looks
     */
    AfXdpRxQueue(AfXdpQueue queue, PacketPool pool, DropCounters drops, boolean busyPolls) {
        socket = queue.socket();
        ring = queue.ring(Ring.RECEIVE);
        fill = queue.ring(Ring.FILL);
        chunks = queue.chunks();
        this.pool = pool;
        this.drops = drops;
        this.busyPolls = busyPolls;
        refill();
    }

    @Override
    public int receive(Burst into) {
        int waiting = ring.producerAcquire() - consumer;
        if (waiting == 0 && busyPolls) {
            socket.pull();
            waiting = ring.producerAcquire() - consumer;
        }
        if (waiting < 0 || waiting > ring.size()) {
            // No kernel does that; nothing in the ring can be believed.
            return 0;
        }
        int count = Math.min(waiting, into.room());
        int received = 0;
        for (int i = 0; i < count; i++) {
            received += take(into, consumer + i);
        }
        if (count > 0) {
            consumer += count;
            ring.consumerRelease(consumer);
            given -= count;
        }
        if (given < ring.size()) {
            refill();
            if (count > 0 && given < ring.size()) {
                drops.count(DeviceDrop.POOL_EMPTY);
            }
        }
        return received;
    }

    private int take(Burst into, int cursor) {
        Packet packet = chunks.filled(ring.address(cursor), ring.bytes(cursor));
        if (packet == null) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return 0;
        }
        if (packet.length() < EthernetHeader.BYTES) {
            packet.release();
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return 0;
        }
        into.add(packet);
        return 1;
    }

    private void refill() {
        int room = fill.size() - (fillProducer - fill.consumerAcquire());
        int wanted = Math.min(Math.min(ring.size() - given, room), pool.available());
        for (int i = 0; i < wanted; i++) {
            Packet packet = pool.acquire();
            if (packet == null) {
                break;
            }
            fill.address(fillProducer, chunks.fill(packet));
            fillProducer++;
            given++;
        }
        if (wanted > 0) {
            fill.producerRelease(fillProducer);
            if (fill.needsWakeup()) {
                socket.pull();
            }
        }
    }

    /** Whether a frame waits. */
    boolean isReadable() {
        return ring.producerAcquire() != consumer;
    }
}
