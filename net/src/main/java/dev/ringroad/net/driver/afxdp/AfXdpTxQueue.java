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
 * Gives packets of the device's pool to the kernel as they are, chained ones too if it can gather
 * them, and others as copies; takes them back from the COMPLETION ring.
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
    private final int partsMax;

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
        partsMax = queue.partsMax();
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
        return placeFrame(packet, bytes, room);
    }

    /** Puts a frame into the ring as it is, if the kernel knows where it lies, or as a copy. */
    private boolean placeFrame(Packet packet, int bytes, int room) {
        boolean request = handsDown(packet);
        if (!request) {
            Offload.completeChecksum(packet);
        }
        if (packet.next() == null && isOurs(packet)) {
            enter(packet, request, 0);
            return true;
        }
        int entries = ownParts(packet);
        if (entries == 0) {
            return placeCopy(packet, bytes, request, room);
        }
        if (entries > room) {
            return false;
        }
        enter(packet, request, entries > 1 ? XdpRing.CONTINUED : 0);
        int left = entries - 1;
        for (Packet part = packet.next(); part != null; part = part.next()) {
            if (part.length() > 0) {
                part.retain();
                left--;
                enterBehind(part, left);
            }
        }
        return true;
    }

    /** Whether the checksum that a packet requests is somebody else's task. */
    private boolean handsDown(Packet packet) {
        if (!asksForChecksum || !packet.has(Packet.CHECKSUM_REQUESTED)) {
            return false;
        }
        int end = packet.checksumStart() + packet.checksumOffset() + Short.BYTES;
        return end <= Math.min(packet.length(), pool.dataBytesMax());
    }

    private boolean isOurs(Packet packet) {
        return packet.pool() == pool && packet.headroom() >= headroomBytes;
    }

    /** How many entries a frame takes as it is; 0 when it has to be copied. */
    private int ownParts(Packet head) {
        int entries = 0;
        for (Packet part = head; part != null; part = part.next()) {
            boolean shared = part != head && headroomBytes > 0 && part.references() > 1;
            if (!isOurs(part) || shared) {
                return 0;
            }
            entries += part.length() > 0 ? 1 : 0;
        }
        return head.length() > 0 && entries <= partsMax ? entries : 0;
    }

    /** Copies a frame into the pool that the kernel knows; false when there is no room now. */
    private boolean placeCopy(Packet packet, int bytes, boolean request, int room) {
        int most = pool.dataBytesMax();
        int entries = (bytes + most - 1) / most;
        if (entries > room || entries > pool.available()) {
            return false;
        }
        for (int i = 0; i < entries; i++) {
            Packet copy = pool.acquire();
            if (copy == null) {
                return false; // as many as counted are there
            }
            int at = i * most;
            copy.append(Math.min(most, bytes - at));
            packet.copyOut(at, copy.segment(), copy.offset(), copy.length());
            if (i > 0) {
                enterBehind(copy, entries - 1 - i);
                continue;
            }
            if (request) {
                copy.requestChecksum(packet.checksumStart(), packet.checksumOffset());
            }
            enter(copy, request, entries > 1 ? XdpRing.CONTINUED : 0);
        }
        packet.release();
        return true;
    }

    /** Enters the beginning of a frame. */
    private void enter(Packet packet, boolean checksum, int options) {
        chunks.send(packet);
        boolean asked = TxMetadata.ask(packet, checksum, asksForTime);
        int all = options | (asked ? XdpRing.METADATA : 0);
        ring.frame(producer, packet.offset(), packet.length(), all);
        producer++;
    }

    /** Enters what follows in a frame, with so many entries behind it. */
    private void enterBehind(Packet part, int left) {
        chunks.send(part);
        if (asksForTime) {
            TxMetadata.clear(part);
        }
        ring.frame(producer, part.offset(), part.length(), left > 0 ? XdpRing.CONTINUED : 0);
        producer++;
    }

    private boolean drop(Packet packet, DeviceDrop reason) {
        drops.unsent(reason, packet.totalLength());
        packet.release();
        return true;
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
