package dev.ringroad.net.driver.afpacket;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import java.lang.foreign.MemorySegment;

/**
 * Receives from a ring of frames: the status word of a slot says whose it is. The kernel releases
 * it to us behind the frame; we release it back when the frame is copied.
 */
final class SlotRxQueue implements AfPacketRxQueue {

    private final MemorySegment ring;
    private final long slotBytes;
    private final long slotMask;
    private final FrameHeader header;
    private final FrameIntake intake;
    private final PacketPool pool;
    private final DropCounters drops;
    private long next;

    SlotRxQueue(
            MemorySegment ring,
            RingGeometry geometry,
            FrameIntake intake,
            PacketPool pool,
            DropCounters drops) {
        this.ring = ring;
        this.slotBytes = geometry.slotBytes();
        this.slotMask = geometry.receiveBytes() / slotBytes - 1;
        this.header = FrameHeader.of(geometry.receive());
        this.intake = intake;
        this.pool = pool;
        this.drops = drops;
    }

    @Override
    public int receive(Burst into) {
        MemorySegment s = ring;
        int statusAt = header.status();
        int room = into.room();
        int received = 0;
        while (received < room) {
            long at = (next & slotMask) * slotBytes;
            int status = FrameHeader.statusAcquire(s, at + statusAt);
            if ((status & FrameHeader.USER) == 0) {
                break;
            }
            Packet packet = pool.acquire();
            if (packet == null) {
                drops.count(DeviceDrop.POOL_EMPTY);
                break;
            }
            if (intake.take(s, at, at + slotBytes, status, packet)) {
                into.add(packet);
                received++;
            } else {
                packet.release();
            }
            FrameHeader.statusRelease(s, at + statusAt, FrameHeader.AVAILABLE);
            next++;
        }
        return received;
    }

    @Override
    public boolean isReadable() {
        long at = (next & slotMask) * slotBytes + header.status();
        return (FrameHeader.statusAcquire(ring, at) & FrameHeader.USER) != 0;
    }
}
