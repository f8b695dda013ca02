package dev.ringroad.net.driver.virtio;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VirtioNetHeader;

import java.lang.invoke.VarHandle;

/**
 * The driver's side of a split ring ({@link SplitRing}).
 *
 * <p>The available ring is written once, at the start, and then only where a device gave buffers
 * back in another order than it got them. So its lines stay in the caches of both ends, and of what
 * is published per packet the device has to fetch the descriptor only.
 */
final class SplitQueue extends Virtqueue {

    private final long descriptors;
    private final long available;
    private final long used;

    /** What the used index was when it was last looked at, running freely as {@link #taken}. */
    private int seen;

    /** What was given when the device was last looked after. */
    private int kicked;

    SplitQueue(QueueMemory place, int writableBytes, long features) {
        super(place, writableBytes, features);
        descriptors = place.descriptorsAt();
        available = place.driverAt();
        used = place.deviceAt();
        place.clear();
        disarmInterrupt();
        for (int i = 0; i < size; i++) {
            SplitRing.available(memory, available, i, i);
            long second = RingDescriptor.split(writableBytes, RingDescriptor.WRITE, 0);
            RingDescriptor.second(memory, RingDescriptor.at(descriptors, i), second);
        }
    }

    @Override
    long next() {
        if (seen == taken) {
            int index = SplitRing.indexAcquire(memory, used);
            int moved = (index - seen) & SplitRing.INDEX_MASK;
            if (moved == 0) {
                return NOTHING;
            }
            if (moved > lentCount()) {
                return impossible(VirtioDrop.INDEX_JUMP);
            }
            seen += moved;
        }
        long element = SplitRing.used(memory, used, taken & mask);
        long id = SplitRing.usedId(element);
        if (id >= size) {
            return impossible(VirtioDrop.UNKNOWN_BUFFER);
        }
        return returned((int) id, SplitRing.usedLength(element));
    }

    @Override
    int announced() {
        return seen - taken;
    }

    @Override
    void reordered(int position, int id) {
        SplitRing.available(memory, available, position, id);
    }

    @Override
    boolean hasReturned() {
        return seen != taken
                || SplitRing.indexAcquire(memory, used) != (taken & SplitRing.INDEX_MASK);
    }

    @Override
    int giveEmpty(PacketPool pool, int count) {
        for (int i = 0; i < count; i++) {
            Packet packet = pool.acquire();
            if (packet == null) {
                return i;
            }
            long at = RingDescriptor.at(descriptors, lend(packet));
            RingDescriptor.address(memory, at, headerAddress(packet));
        }
        return count;
    }

    @Override
    void give(Packet[] packets, int begin, int end) {
        for (int i = begin; i < end; i++) {
            Packet packet = packets[i];
            long at = RingDescriptor.at(descriptors, lend(packet));
            RingDescriptor.address(memory, at, headerAddress(packet));
            int bytes = VirtioNetHeader.BYTES + packet.length();
            RingDescriptor.second(memory, at, RingDescriptor.split(bytes, 0, 0));
        }
    }

    @Override
    void giveTable(Packet packet, long table, int bytes) {
        long at = RingDescriptor.at(descriptors, lend(packet));
        RingDescriptor.address(memory, at, table);
        RingDescriptor.second(memory, at, RingDescriptor.split(bytes, RingDescriptor.INDIRECT, 0));
    }

    @Override
    void publish() {
        SplitRing.indexRelease(memory, available, given);
    }

    /**
     * As in every such pair, each side stores one thing and then loads the other's: we the index
     * and then the flag, the device the flag and then the index. With the fence at least one of the
     * two sees what the other stored. Once events are agreed, the flag is an index.
     */
    @Override
    boolean kickWanted() {
        VarHandle.fullFence();
        if (events) {
            int from = kicked;
            kicked = given;
            int event = SplitRing.availableEvent(memory, used, size);
            return SplitRing.passed(event, from, given);
        }
        return (SplitRing.flags(memory, used) & SplitRing.FLAG_SILENT) == 0;
    }

    @Override
    void armInterrupt() {
        if (events) {
            SplitRing.usedEvent(memory, available, size, taken);
        } else {
            SplitRing.flags(memory, available, 0);
        }
        VarHandle.fullFence();
    }

    /** With events, by an index that has just been passed: it comes again after all others. */
    @Override
    void disarmInterrupt() {
        if (events) {
            SplitRing.usedEvent(memory, available, size, taken - 1);
        } else {
            SplitRing.flags(memory, available, SplitRing.FLAG_SILENT);
        }
    }
}
