package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.VirtioNetHeader;

import java.lang.invoke.VarHandle;

/**
 * The driver's side of a packed ring ({@link PackedRing}).
 *
 * <p>The size is a power of two here, so position and wrap counter are both bits of one count that
 * runs freely. A descriptor's second half, with length, identity and flags, is one long: it is
 * stored and loaded whole. The first one of a batch is stored last, so that a device finds either
 * nothing or all of it.
 */
final class PackedQueue extends Virtqueue {

    private final long descriptors;
    private final long driverEvent;
    private final long deviceEvent;
    private final int sizeLog2;

    /** Up to where the device has been shown what it was given. */
    private int published;

    /** Second half of the descriptor at {@link #published}. */
    private long firstSecond;

    /** What was given when the device was last looked after. */
    private int kicked;

    PackedQueue(QueueMemory place, int writableBytes, long features) {
        super(place, writableBytes, features);
        descriptors = place.descriptorsAt();
        driverEvent = place.driverAt();
        deviceEvent = place.deviceAt();
        sizeLog2 = Integer.numberOfTrailingZeros(size);
        place.clear();
        PackedRing.eventFlags(memory, driverEvent, PackedRing.EVENT_DISABLE);
    }

    private boolean wrap(int count) {
        return (count >>> sizeLog2 & 1) == 0;
    }

    @Override
    long next() {
        int count = taken;
        long at = RingDescriptor.at(descriptors, count & mask);
        long second = RingDescriptor.secondAcquire(memory, at);
        if (count == published
                || !PackedRing.isUsed(RingDescriptor.packedFlags(second), wrap(count))) {
            return NOTHING;
        }
        int id = RingDescriptor.packedId(second);
        if (id >= size) {
            return impossible(VirtioDrop.UNKNOWN_BUFFER);
        }
        return returned(id, RingDescriptor.length(second));
    }

    @Override
    int announced() {
        return published - taken;
    }

    @Override
    void reordered(int position, int id) {
        // An identity is told with each descriptor.
    }

    @Override
    boolean hasReturned() {
        return isInBatch() || next() != NOTHING;
    }

    @Override
    int giveEmpty(PacketPool pool, int count) {
        for (int i = 0; i < count; i++) {
            Packet packet = pool.acquire();
            if (packet == null) {
                return i;
            }
            give(packet, headerAddress(packet), writableBytes(), RingDescriptor.WRITE);
        }
        return count;
    }

    @Override
    void give(Packet[] packets, int begin, int end) {
        for (int i = begin; i < end; i++) {
            Packet packet = packets[i];
            give(packet, headerAddress(packet), VirtioNetHeader.BYTES + packet.length(), 0);
        }
    }

    @Override
    void giveTable(Packet packet, long table, int bytes) {
        give(packet, table, bytes, RingDescriptor.INDIRECT);
    }

    private void give(Packet packet, long address, int bytes, int flags) {
        int count = given;
        int id = lend(packet);
        long at = RingDescriptor.at(descriptors, count & mask);
        RingDescriptor.address(memory, at, address);
        long second =
                RingDescriptor.packed(bytes, id, flags | PackedRing.availableFlags(wrap(count)));
        if (count == published) {
            firstSecond = second;
        } else {
            RingDescriptor.secondRelease(memory, at, second);
        }
    }

    @Override
    void publish() {
        if (given != published) {
            long at = RingDescriptor.at(descriptors, published & mask);
            RingDescriptor.secondRelease(memory, at, firstSecond);
            published = given;
        }
    }

    /** See {@link SplitQueue#kickWanted}. */
    @Override
    boolean kickWanted() {
        VarHandle.fullFence();
        if (events) {
            return isEventPassed();
        }
        return PackedRing.eventFlags(memory, deviceEvent) != PackedRing.EVENT_DISABLE;
    }

    private boolean isEventPassed() {
        int moved = given - kicked;
        kicked = given;
        int flags = PackedRing.eventFlags(memory, deviceEvent);
        if (flags != PackedRing.EVENT_AT_POSITION) {
            return flags != PackedRing.EVENT_DISABLE;
        }
        int event = PackedRing.eventPosition(memory, deviceEvent);
        return PackedRing.passed(event, given & mask, wrap(given), moved, size);
    }

    @Override
    void armInterrupt() {
        if (events) {
            PackedRing.eventPosition(memory, driverEvent, taken & mask, wrap(taken));
            VarHandle.releaseFence();
            PackedRing.eventFlags(memory, driverEvent, PackedRing.EVENT_AT_POSITION);
        } else {
            PackedRing.eventFlags(memory, driverEvent, PackedRing.EVENT_ENABLE);
        }
        VarHandle.fullFence();
    }

    @Override
    void disarmInterrupt() {
        PackedRing.eventFlags(memory, driverEvent, PackedRing.EVENT_DISABLE);
    }
}
