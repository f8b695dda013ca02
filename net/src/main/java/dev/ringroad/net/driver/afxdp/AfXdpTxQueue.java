package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.InterfaceLink;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import org.jspecify.annotations.Nullable;

/**
 * Gives packets of the device's pool to the kernel as they are, others and chained ones as copies;
 * takes them back from the COMPLETION ring.
 */
final class AfXdpTxQueue implements TxQueue {

    private final XdpSocket socket;
    private final XdpRing ring;
    private final XdpRing completion;
    private final Chunks chunks;
    private final PacketPool pool;
    private final DropCounters drops;
    private final InterfaceLink link;
    private final int frameBytesMax;

    private int producer;
    private int completed;

    AfXdpTxQueue(
            XdpSocket socket,
            XdpRing ring,
            XdpRing completion,
            Chunks chunks,
            PacketPool pool,
            DropCounters drops,
            InterfaceLink link,
            int frameBytesMax) {
        this.socket = socket;
        this.ring = ring;
        this.completion = completion;
        this.chunks = chunks;
        this.pool = pool;
        this.drops = drops;
        this.link = link;
        this.frameBytesMax = frameBytesMax;
    }

    @Override
    public int transmit(Burst from) {
        reclaim();
        int count = from.size();
        int taken = 0;
        if (count > 0) {
            int room = ring.size() - (producer - ring.consumerAcquire());
            int before = producer;
            Packet[] packets = from.array();
            while (taken < count && place(packets[taken], room - (producer - before))) {
                taken++;
            }
            from.removeFirst(taken);
            if (producer != before) {
                ring.producerRelease(producer);
            }
        }
        if (hasUnsent()) {
            kick();
        }
        return taken;
    }

    /** Whether there is something in the ring that the kernel has not looked at. */
    boolean hasUnsent() {
        return ring.consumerAcquire() != producer;
    }

    /** Puts a frame into the ring or drops it; false when there is no room now. */
    private boolean place(Packet packet, int room) {
        int bytes = packet.totalLength();
        if (bytes < EthernetHeader.BYTES) {
            return drop(packet, DeviceDrop.RUNT);
        }
        if (bytes > frameBytesMax || packet.segmentation() != Packet.SEGMENT_NONE) {
            return drop(packet, DeviceDrop.OVERSIZE);
        }
        if (!link.isUp()) {
            return drop(packet, DeviceDrop.LINK_DOWN);
        }
        if (room <= 0) {
            return false;
        }
        Offload.completeChecksum(packet);
        boolean asItIs = packet.pool() == pool && packet.next() == null;
        Packet ours = asItIs ? packet : copy(packet);
        if (ours == null) {
            return false;
        }
        chunks.send(ours);
        ring.frame(producer, ours.offset(), bytes);
        producer++;
        return true;
    }

    private boolean drop(Packet packet, DeviceDrop reason) {
        drops.count(reason);
        packet.release();
        return true;
    }

    /** A copy, in one piece, in the pool that the kernel knows; null when that has none left. */
    private @Nullable Packet copy(Packet packet) {
        Packet copy = pool.available() > 0 ? pool.acquire() : null;
        if (copy != null) {
            copy.copyFrom(packet);
            packet.release();
        }
        return copy;
    }

    /** Releases what has been sent. */
    private void reclaim() {
        int done = completion.producerAcquire() - completed;
        if (done <= 0 || done > completion.size()) {
            return;
        }
        for (int i = 0; i < done; i++) {
            if (!chunks.sent(completion.address(completed + i))) {
                drops.count(DeviceDrop.RECEIVED_BROKEN);
            }
        }
        completed += done;
        completion.consumerRelease(completed);
    }

    /**
     * Has the kernel send what is in the ring. In copy mode a call takes only so many frames and
     * says to come again; it is called for as long as it gets on.
     */
    void kick() {
        int before = ring.consumerAcquire();
        while (ring.needsWakeup()) {
            int result = socket.kick();
            if (result == -Errno.ENETDOWN || result == -Errno.ENXIO) {
                link.lost();
                return;
            }
            int after = ring.consumerAcquire();
            if (after == before || after == producer) {
                return;
            }
            before = after;
        }
    }
}
