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

import org.jspecify.annotations.Nullable;

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

    /** Of a frame whose rest has not come. */
    private final Packet[] parts;

    private int partCount;
    private @Nullable DeviceDrop fault;

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
        parts = new Packet[queue.partsMax()];
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

    /** Takes a buffer; the answer is 1 when it ends a frame that is sound. */
    private int take(Burst into, int cursor) {
        Packet packet = chunks.filled(ring.address(cursor), ring.bytes(cursor));
        boolean last = !ring.isContinued(cursor);
        if (packet == null) {
            fault = DeviceDrop.RECEIVED_BROKEN;
        } else if (last && partCount == 0 && fault == null) {
            return give(into, packet);
        } else if (partCount == parts.length) {
            packet.release();
            fault = DeviceDrop.RECEIVED_TOO_LONG;
        } else {
            parts[partCount++] = packet;
        }
        return last ? join(into) : 0;
    }

    private int give(Burst into, Packet packet) {
        if (packet.length() < EthernetHeader.BYTES) {
            packet.release();
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return 0;
        }
        into.add(packet);
        return 1;
    }

    /** Ends a frame of several buffers, or one that is broken. */
    private int join(Burst into) {
        DeviceDrop reason = fault;
        if (reason != null) {
            fault = null;
            releaseParts();
            drops.count(reason);
            return 0;
        }
        Packet head = parts[0];
        head.chainAll(parts, 1, partCount);
        partCount = 0;
        return give(into, head);
    }

    /** Gives back what there is of a frame whose rest does not come. */
    void releaseParts() {
        for (int i = 0; i < partCount; i++) {
            parts[i].release();
        }
        partCount = 0;
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
