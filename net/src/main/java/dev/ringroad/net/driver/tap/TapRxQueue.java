package dev.ringroad.net.driver.tap;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.VnetHeader;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.wire.EthernetHeader;

import java.lang.foreign.MemorySegment;

/**
 * Reads frames, one system call each, straight into packets: the header lands in the headroom, the
 * frame where the data belong.
 */
final class TapRxQueue implements RxQueue {

    private final Descriptor descriptor;
    private final PacketPool pool;
    private final DropCounters drops;
    private final TapLink link;

    TapRxQueue(Descriptor descriptor, PacketPool pool, DropCounters drops, TapLink link) {
        this.descriptor = descriptor;
        this.pool = pool;
        this.drops = drops;
        this.link = link;
    }

    @Override
    public int receive(Burst into) {
        int room = into.room();
        int received = 0;
        while (received < room && !link.isGone()) {
            Packet packet = pool.acquire();
            if (packet == null) {
                drops.count(DeviceDrop.POOL_EMPTY);
                break;
            }
            long frame = packet.offset();
            int bytes = read(packet, frame);
            if (bytes < 0) {
                packet.release();
                link.readFailed(-bytes);
                break;
            }
            if (accept(packet, frame, bytes)) {
                into.add(packet);
                received++;
            } else {
                packet.release();
            }
        }
        return received;
    }

    private int read(Packet packet, long frame) {
        int bytes;
        do {
            bytes =
                    descriptor.read(
                            packet.segment(),
                            frame - VnetHeader.BYTES,
                            VnetHeader.BYTES + packet.tailroom());
        } while (bytes == -Errno.EINTR);
        return bytes;
    }

    /** Makes a packet of what was read; false when it is counted and to be dropped. */
    private boolean accept(Packet packet, long frame, int bytes) {
        int length = bytes - VnetHeader.BYTES;
        if (length == packet.tailroom()) {
            // The kernel cuts what does not fit without a word, so a full buffer is a cut frame.
            drops.count(DeviceDrop.RECEIVED_TOO_LONG);
            return false;
        }
        MemorySegment segment = packet.segment();
        long header = frame - VnetHeader.BYTES;
        if (length < EthernetHeader.BYTES || !VnetHeader.isKnownKind(segment, header)) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return false;
        }
        packet.append(length);
        // What the kernel has left undone is to be done by a device that the packet is passed on
        // to.
        if (!VnetHeader.request(segment, header, packet, 0)) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
            return false;
        }
        if (VnetHeader.isVerified(segment, header)) {
            packet.setFlags(Packet.CHECKSUM_VERIFIED);
        }
        return true;
    }
}
