package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.linux.XdpSocket.Ring;
import dev.ringroad.net.device.Capabilities;
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

    /** What has to be free before a frame. */
    private final int headroomBytes;

    private final boolean asksForChecksum;
    private final boolean asksForTime;
    private @Nullable SentTimes times;

    private int producer;
    private int completed;

    AfXdpTxQueue(
            AfXdpQueue queue,
            Umem memory,
            Capabilities capabilities,
            DropCounters drops,
            InterfaceLink link,
            boolean timestamps) {
        socket = queue.socket();
        ring = queue.ring(Ring.TRANSMIT);
        completion = queue.ring(Ring.COMPLETION);
        chunks = queue.chunks();
        pool = memory.pool();
        this.drops = drops;
        this.link = link;
        frameBytesMax = capabilities.frameBytesMax();
        headroomBytes = memory.hasMetadata() ? TxMetadata.BYTES : 0;
        asksForChecksum = capabilities.transmitChecksum();
        asksForTime = timestamps;
    }

    /** Has times told from now on; false when they are not asked for. */
    boolean onSent(SentTimes listener) {
        times = listener;
        return asksForTime;
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
        if (!asksForChecksum) {
            Offload.completeChecksum(packet);
        }
        boolean asItIs =
                packet.pool() == pool
                        && packet.next() == null
                        && packet.headroom() >= headroomBytes;
        Packet ours = asItIs ? packet : copy(packet);
        if (ours == null) {
            return false;
        }
        chunks.send(ours);
        boolean checksum = asksForChecksum && ours.has(Packet.CHECKSUM_REQUESTED);
        boolean asked = TxMetadata.ask(ours, checksum, asksForTime);
        ring.frame(producer, ours.offset(), bytes, asked ? XdpRing.METADATA : 0);
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
            long address = completion.address(completed + i);
            Packet packet = chunks.sent(address);
            if (packet == null) {
                drops.count(DeviceDrop.RECEIVED_BROKEN);
                continue;
            }
            if (asksForTime) {
                tell(packet, address);
            }
            packet.release();
        }
        completed += done;
        completion.consumerRelease(completed);
    }

    /** Believes the kernel that the frame began there only if requests fit before it. */
    private void tell(Packet packet, long address) {
        SentTimes listener = times;
        if (listener != null && address % Chunks.BYTES >= TxMetadata.BYTES) {
            long nanos = TxMetadata.sentNanos(packet.segment(), address);
            if (nanos != 0) {
                listener.sent(packet, nanos);
            }
        }
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
