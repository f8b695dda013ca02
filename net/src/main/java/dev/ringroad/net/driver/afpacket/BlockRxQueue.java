package dev.ringroad.net.driver.afpacket;

import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DropCounters;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;

import java.lang.foreign.MemorySegment;

/**
 * Receives from a ring of blocks, in which frames of any length lie close together. The status word
 * of a block says whose it is; the kernel releases it to us when the block is full or old, and we
 * release it back behind the last frame.
 *
 * <pre>
 *   struct tpacket_block_desc (linux/if_packet.h)
 *   0         4         8        12       16            20      24
 *   | version | private | status | frames | first frame | bytes | number, times …
 * </pre>
 */
final class BlockRxQueue implements AfPacketRxQueue {

    private static final int STATUS = 8;
    private static final int FRAMES = 12;
    private static final int FIRST_FRAME = 16;
    private static final int NEXT_FRAME = 0;

    private final MemorySegment ring;
    private final int blockBytes;
    private final int blocks;
    private final FrameHeader header;
    private final FrameIntake intake;
    private final PacketPool pool;
    private final DropCounters drops;

    private int block;

    /** Frames of the block that are still to be received; 0 when it is not ours. */
    private int framesLeft;

    private long frameAt;

    BlockRxQueue(
            MemorySegment ring,
            RingGeometry geometry,
            FrameIntake intake,
            PacketPool pool,
            DropCounters drops) {
        this.ring = ring;
        this.blockBytes = geometry.receiveBlockBytes();
        this.blocks = geometry.receiveBlocks();
        this.header = FrameHeader.of(geometry.receive());
        this.intake = intake;
        this.pool = pool;
        this.drops = drops;
    }

    @Override
    public int receive(Burst into) {
        int room = into.room();
        int received = 0;
        while (received < room) {
            if (framesLeft == 0 && !openBlock()) {
                break;
            }
            Packet packet = pool.acquire();
            if (packet == null) {
                drops.count(DeviceDrop.POOL_EMPTY);
                break;
            }
            if (takeFrame(packet)) {
                into.add(packet);
                received++;
            } else {
                packet.release();
            }
        }
        return received;
    }

    /** Begins the next block if it is ours. */
    private boolean openBlock() {
        long at = (long) block * blockBytes;
        if ((FrameHeader.statusAcquire(ring, at + STATUS) & FrameHeader.USER) == 0) {
            return false;
        }
        framesLeft = FrameHeader.u32(ring, at + FRAMES);
        frameAt = at + Integer.toUnsignedLong(FrameHeader.u32(ring, at + FIRST_FRAME));
        if (framesLeft > 0 && isInside(at)) {
            return true;
        }
        if (framesLeft != 0) {
            drops.count(DeviceDrop.RECEIVED_BROKEN);
        }
        closeBlock(at);
        return false;
    }

    /** Whether the next frame's header lies in the block. */
    private boolean isInside(long at) {
        return frameAt >= at && frameAt <= at + blockBytes - header.bytes();
    }

    /** Copies a frame and goes to the next, which may be in the next block. */
    private boolean takeFrame(Packet packet) {
        MemorySegment s = ring;
        long at = (long) block * blockBytes;
        long frame = frameAt;
        int status = FrameHeader.u32(s, frame + header.status());
        long step = Integer.toUnsignedLong(FrameHeader.u32(s, frame + NEXT_FRAME));
        boolean taken = intake.take(s, frame, at + blockBytes, status, packet);
        framesLeft--;
        frameAt = frame + step;
        if (framesLeft > 0 && (step == 0 || !isInside(at))) {
            drops.count(DeviceDrop.RECEIVED_BROKEN, framesLeft);
            framesLeft = 0;
        }
        if (framesLeft == 0) {
            closeBlock(at);
        }
        return taken;
    }

    private void closeBlock(long at) {
        framesLeft = 0;
        FrameHeader.statusRelease(ring, at + STATUS, FrameHeader.AVAILABLE);
        block = block + 1 == blocks ? 0 : block + 1;
    }

    @Override
    public boolean isReadable() {
        long at = (long) block * blockBytes + STATUS;
        return framesLeft > 0 || (FrameHeader.statusAcquire(ring, at) & FrameHeader.USER) != 0;
    }
}
