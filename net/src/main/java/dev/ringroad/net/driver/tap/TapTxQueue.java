package dev.ringroad.net.driver.tap;

import dev.ringroad.core.counter.Counter;
import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IoVector;
import dev.ringroad.net.device.Capabilities;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.device.VnetHeader;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Writes frames, one system call each. The kernel copies them at once, so every packet is released
 * as soon as it is written.
 */
final class TapTxQueue implements TxQueue {

    /** Ethernet with two tags, then the longest IP packet. */
    private static final int JOINED_BYTES_MAX =
            EthernetHeader.BYTES + 2 * EthernetHeader.TAG_BYTES + 0xFFFF;

    private final Descriptor descriptor;
    private final Capabilities capabilities;
    private final DropCounters drops;
    private final Counter refused;
    private final TapLink link;

    /** For frames that leave no room for the header before them. */
    private final IoVector vector = new IoVector(VnetHeader.BYTES);

    /** For chained frames. */
    private final MemorySegment gathered =
            Arena.ofAuto().allocate(VnetHeader.BYTES + JOINED_BYTES_MAX);

    TapTxQueue(
            Descriptor descriptor,
            Capabilities capabilities,
            DropCounters drops,
            Counter refused,
            TapLink link) {
        this.descriptor = descriptor;
        this.capabilities = capabilities;
        this.drops = drops;
        this.refused = refused;
        this.link = link;
    }

    @Override
    public int transmit(Burst from) {
        int count = from.size();
        if (count == 0) {
            return 0;
        }
        Packet[] packets = from.array();
        int taken = 0;
        while (taken < count && send(packets[taken])) {
            packets[taken].release();
            taken++;
        }
        from.removeFirst(taken);
        return taken;
    }

    /** Sends or drops a frame; false when the kernel has no room for it now. */
    private boolean send(Packet packet) {
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
        if (!capabilities.transmitChecksum()) {
            Offload.completeChecksum(packet);
        }
        int written = packet.next() == null ? write(packet, bytes) : gather(packet, bytes);
        return settle(written, bytes);
    }

    private int bytesMax(Packet packet) {
        if (packet.segmentation() == Packet.SEGMENT_NONE) {
            return capabilities.frameBytesMax();
        }
        return capabilities.segmentation() ? JOINED_BYTES_MAX : 0;
    }

    private int write(Packet packet, int bytes) {
        long frame = packet.offset();
        if (packet.headroom() >= VnetHeader.BYTES) {
            long header = frame - VnetHeader.BYTES;
            VnetHeader.write(packet.segment(), header, packet);
            return descriptor.write(packet.segment(), header, VnetHeader.BYTES + bytes);
        }
        VnetHeader.write(vector.head(), 0, packet);
        vector.body(packet.segment(), frame, bytes);
        return descriptor.writev(vector);
    }

    private int gather(Packet packet, int bytes) {
        VnetHeader.write(gathered, 0, packet);
        packet.copyOut(0, gathered, VnetHeader.BYTES, bytes);
        return descriptor.write(gathered, 0, VnetHeader.BYTES + bytes);
    }

    private boolean settle(int written, int bytes) {
        if (written >= 0) {
            return true;
        }
        switch (-written) {
            case Errno.EAGAIN, Errno.EINTR, Errno.ENOBUFS, Errno.ENOMEM -> {
                return false;
            }
            case Errno.EIO, Errno.EBADFD, Errno.EBADF, Errno.ENODEV -> {
                link.writeFailed(-written);
                drops.unsent(DeviceDrop.LINK_DOWN, bytes);
            }
            default -> drops.unsent(refused, 1, bytes);
        }
        return true;
    }
}
