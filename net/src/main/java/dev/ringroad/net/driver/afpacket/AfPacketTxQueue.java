package dev.ringroad.net.driver.afpacket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PacketSocket;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.InterfaceLink;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.device.VnetHeader;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/**
 * Copies frames into the transmit ring and has the kernel send them, one system call a burst.
 *
 * <p>A packet is released as soon as it is copied. The kernel sends a frame later, when its
 * neighbours let it; {@link #hasUnsent} tells whether it has to be asked again.
 */
final class AfPacketTxQueue implements TxQueue {

    /** Ethernet with two tags, then the longest IP packet. */
    static final int JOINED_BYTES_MAX =
            EthernetHeader.BYTES + 2 * EthernetHeader.TAG_BYTES + 0xFFFF;

    private final PacketSocket socket;
    private final MemorySegment ring;
    private final long slotBytes;
    private final long slotMask;
    private final FrameHeader header;
    private final Capabilities capabilities;
    private final DropCounters drops;
    private final Counter refused;
    private final InterfaceLink link;

    private long next;
    private boolean unsent;

    /** Of frames that the kernel has not said to have sent. */
    private long unsentBytes;

    AfPacketTxQueue(
            PacketSocket socket,
            MemorySegment ring,
            RingGeometry geometry,
            Capabilities capabilities,
            DropCounters drops,
            Counter refused,
            InterfaceLink link) {
        this.socket = socket;
        this.ring = ring;
        this.slotBytes = geometry.slotBytes();
        this.slotMask = geometry.transmitBytes() / slotBytes - 1;
        this.header = FrameHeader.of(geometry.receive());
        this.capabilities = capabilities;
        this.drops = drops;
        this.refused = refused;
        this.link = link;
    }

    @Override
    public int transmit(Burst from) {
        int count = from.size();
        int taken = 0;
        if (count > 0) {
            Packet[] packets = from.array();
            while (taken < count && place(packets[taken])) {
                packets[taken].release();
                taken++;
            }
            from.removeFirst(taken);
        }
        if (unsent) {
            kick();
        }
        return taken;
    }

    /** Whether the kernel has to be asked again to send what is in the ring. */
    boolean hasUnsent() {
        return unsent;
    }

    /** Puts a frame into the ring or drops it; false when there is no room now. */
    private boolean place(Packet packet) {
        int bytes = packet.totalLength();
        if (bytes < EthernetHeader.BYTES) {
            drops.unsent(DeviceDrop.RUNT, bytes);
            return true;
        }
        if (bytes > bytesMax(packet)) {
            drops.unsent(DeviceDrop.OVERSIZE, bytes);
            return true;
        }
        if (!link.isUp()) {
            drops.unsent(DeviceDrop.LINK_DOWN, bytes);
            return true;
        }
        MemorySegment s = ring;
        long at = (next & slotMask) * slotBytes;
        if (FrameHeader.statusAcquire(s, at + header.status()) != FrameHeader.AVAILABLE) {
            return false;
        }
        write(s, at, packet, bytes);
        FrameHeader.statusRelease(s, at + header.status(), FrameHeader.SEND_REQUEST);
        next++;
        unsent = true;
        unsentBytes += bytes;
        return true;
    }

    private int bytesMax(Packet packet) {
        if (packet.segmentation() == Packet.SEGMENT_NONE) {
            return capabilities.frameBytesMax();
        }
        return capabilities.segmentation() ? JOINED_BYTES_MAX : 0;
    }

    private void write(MemorySegment s, long at, Packet packet, int bytes) {
        if (!capabilities.transmitChecksum()) {
            Offload.completeChecksum(packet);
        }
        long vnet = at + header.bytes();
        VnetHeader.write(s, vnet, packet);
        packet.copyOut(0, s, vnet + VnetHeader.BYTES, bytes);
        s.set(JAVA_INT, at + header.length(), VnetHeader.BYTES + bytes);
    }

    /** Has the kernel send all that is in the ring. */
    void kick() {
        int sent = socket.kick();
        if (sent < 0) {
            if (sent == -Errno.ENETDOWN || sent == -Errno.ENXIO) {
                link.lost();
                unsent = false;
            }
            return;
        }
        unsentBytes -= sent;
        long last = ((next - 1) & slotMask) * slotBytes + header.status();
        if (FrameHeader.statusAcquire(ring, last) == FrameHeader.SEND_REQUEST) {
            return;
        }
        unsent = false;
        if (unsentBytes > 0) {
            // It passes over what it cannot take and does not say how many frames that was.
            drops.unsent(refused, 1, unsentBytes);
        }
        unsentBytes = 0;
    }
}
