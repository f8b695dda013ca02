package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.driver.vhost.GuestMemory.Place;
import dev.ringroad.net.virtio.PackedRing;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VirtioFeature;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The device's side of a packed ring. Buffers are used at once and in the order in which they were
 * made available, so one position is that of both.
 *
 * <p>What is used in a burst is written from the second descriptor on, and the first one's flags
 * last: as the driver takes descriptors in their order, it sees all at once, and a burst costs one
 * release store.
 */
final class PackedSide implements DeviceSide {

    private static final int BASE_POSITION = 0x7FFF;
    private static final int BASE_WRAP = 0x8000;
    private static final int BASE_USED_SHIFT = 16;
    private static final long NOTHING_HELD = -1;

    final int size;
    private final MemorySegment descriptors;
    private final long descriptorsAt;
    private final MemorySegment driverEvent;
    private final long driverEventAt;
    private final MemorySegment deviceEvent;
    private final long deviceEventAt;
    private final boolean events;
    private int position;
    private boolean wrap;
    private long heldAt = NOTHING_HELD;
    private long held;

    /** Of {@link #held}, if {@link #useUpTo} has made it. */
    private int heldFlags;

    private int moved;

    /**
     * @throws VhostUserException if a part lies outside the memory, or a number is not allowed
     */
    PackedSide(Vring control, VringAddress address, GuestMemory memory, long features)
            throws VhostUserException {
        size = control.size;
        if (size < 1 || size > PackedRing.SIZE_MAX) {
            throw new VhostUserException(
                    control
                            + " has a size of "
                            + size
                            + ", which is not allowed for a packed ring.");
        }
        int base = control.base == Vring.NO_BASE ? BASE_WRAP : (int) control.base;
        position = base & BASE_POSITION;
        wrap = (base & BASE_WRAP) != 0;
        if (position >= size) {
            throw new VhostUserException(control + " can't begin at " + position + ".");
        }
        Place ring =
                memory.place(
                        control + ", its descriptors,",
                        address.descriptors(),
                        PackedRing.descriptorsBytes(size),
                        RingDescriptor.BYTES);
        Place driver =
                memory.place(
                        control + ", its driver event,",
                        address.available(),
                        PackedRing.EVENT_BYTES,
                        PackedRing.EVENT_BYTES);
        Place device =
                memory.place(
                        control + ", its device event,",
                        address.used(),
                        PackedRing.EVENT_BYTES,
                        PackedRing.EVENT_BYTES);
        descriptors = ring.segment();
        descriptorsAt = ring.at();
        driverEvent = driver.segment();
        driverEventAt = driver.at();
        deviceEvent = device.segment();
        deviceEventAt = device.at();
        events = VirtioFeature.EVENT_IDX.in(features);
        disarm();
    }

    MemorySegment descriptors() {
        return descriptors;
    }

    /** Where the descriptor of a position is. */
    long at(int index) {
        return RingDescriptor.at(descriptorsAt, index);
    }

    /** The position of the next available descriptor. */
    int position() {
        return position;
    }

    /** The wrap counter there. */
    boolean wrap() {
        return wrap;
    }

    /**
     * Says that a buffer is used; the driver sees it after {@link #publish}.
     *
     * @param at where its first descriptor is
     * @param count how many descriptors it had
     */
    void use(long at, long usedDescriptor, int count) {
        if (heldAt == NOTHING_HELD) {
            heldAt = at;
            held = usedDescriptor;
        } else {
            RingDescriptor.second(descriptors, at, usedDescriptor);
        }
        advance(count);
    }

    /** How many descriptors there are up to the end of the ring. */
    int untilWrap() {
        return size - position;
    }

    /**
     * As {@link #use} of several buffers, each of one descriptor, no more than {@link #untilWrap}.
     *
     * @param ids of the buffers
     * @param bytes that were written into each
     * @param flags of each beside those that say it is used
     */
    void useRun(int[] ids, int[] bytes, int count, int flags) {
        int all = flags | PackedRing.usedFlags(wrap);
        long at = at(position);
        int i = 0;
        if (heldAt == NOTHING_HELD) {
            heldAt = at;
            held = RingDescriptor.packed(bytes[0], ids[0], all);
            i = 1;
        }
        for (; i < count; i++) {
            long used = RingDescriptor.packed(bytes[i], ids[i], all);
            RingDescriptor.second(descriptors, RingDescriptor.at(at, i), used);
        }
        advance(count);
    }

    /**
     * As {@link #use} of all buffers of so many descriptors, none of which was written: only the
     * last one's id is told, where the first one that was not published lies.
     */
    void useUpTo(int lastId, int count) {
        if (heldAt == NOTHING_HELD) {
            heldAt = at(position);
            heldFlags = PackedRing.usedFlags(wrap);
        }
        held = RingDescriptor.packed(0, lastId, heldFlags);
        advance(count);
    }

    private void advance(int count) {
        moved += count;
        position += count;
        if (position >= size) {
            position -= size;
            wrap = !wrap;
        }
    }

    /** How many descriptors were used since the last {@link #publish}. */
    int moved() {
        return moved;
    }

    /**
     * Gives the driver all buffers that were used since the last call.
     *
     * @return whether it wants to be interrupted; false when there were none
     */
    boolean publish() {
        if (heldAt == NOTHING_HELD) {
            return false;
        }
        RingDescriptor.secondRelease(descriptors, heldAt, held);
        heldAt = NOTHING_HELD;
        int by = moved;
        moved = 0;
        // As in SplitSide.publish.
        VarHandle.fullFence();
        int flags = PackedRing.eventFlags(driverEvent, driverEventAt);
        if (events && flags == PackedRing.EVENT_AT_POSITION) {
            int event = PackedRing.eventPosition(driverEvent, driverEventAt);
            return PackedRing.passed(event, position, wrap, by, size);
        }
        return flags != PackedRing.EVENT_DISABLE;
    }

    @Override
    public boolean hasWork() {
        long second = RingDescriptor.secondAcquire(descriptors, at(position));
        return PackedRing.isAvailable(RingDescriptor.packedFlags(second), wrap);
    }

    @Override
    public void arm() {
        PackedRing.eventFlags(deviceEvent, deviceEventAt, PackedRing.EVENT_ENABLE);
        VarHandle.fullFence();
    }

    @Override
    public void disarm() {
        PackedRing.eventFlags(deviceEvent, deviceEventAt, PackedRing.EVENT_DISABLE);
    }

    @Override
    public int base() {
        int half = wrap ? position | BASE_WRAP : position;
        return half | half << BASE_USED_SHIFT;
    }
}
