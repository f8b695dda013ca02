package dev.ringroad.net.driver.vhost;

import dev.ringroad.net.driver.vhost.GuestMemory.Place;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.SplitRing;
import dev.ringroad.net.virtio.VhostUserException;
import dev.ringroad.net.virtio.VhostUserPayload.VringAddress;
import dev.ringroad.net.virtio.VirtioFeature;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;

/**
 * The device's side of a split ring. Buffers are used at once and in the order in which they were
 * made available, so one index is the position in both rings.
 */
final class SplitSide implements DeviceSide {

    /** That the driver has moved its index by more than the ring has. */
    static final int JUMPED = -1;

    final int size;
    final MemorySegment descriptors;
    final long descriptorsAt;
    private final MemorySegment available;
    private final long availableAt;
    private final MemorySegment used;
    private final long usedAt;
    private final boolean events;
    private int next;
    private int seen;

    /**
     * @throws VhostUserException if a part lies outside the memory, or the size is not allowed
     */
    SplitSide(Vring control, VringAddress address, GuestMemory memory, long features)
            throws VhostUserException {
        size = control.size;
        if (size < 1 || Integer.bitCount(size) != 1 || size > SplitRing.SIZE_MAX) {
            throw new VhostUserException(
                    control
                            + " has a size of "
                            + size
                            + ", which is not allowed for a split ring.");
        }
        Place table =
                memory.place(
                        control + ", its descriptors,",
                        address.descriptors(),
                        SplitRing.descriptorsBytes(size),
                        RingDescriptor.BYTES);
        Place driver =
                memory.place(
                        control + ", its available part,",
                        address.available(),
                        SplitRing.availableBytes(size),
                        SplitRing.AVAILABLE_ALIGNMENT_BYTES);
        Place device =
                memory.place(
                        control + ", its used part,",
                        address.used(),
                        SplitRing.usedBytes(size),
                        SplitRing.USED_ALIGNMENT_BYTES);
        descriptors = table.segment();
        descriptorsAt = table.at();
        available = driver.segment();
        availableAt = driver.at();
        used = device.segment();
        usedAt = device.at();
        events = VirtioFeature.EVENT_IDX.in(features);
        // What the memory says is right also after a device before this one ended in a crash.
        next = SplitRing.indexAcquire(used, usedAt);
        seen = next;
        disarm();
    }

    /** The index of the next available buffer. */
    int next() {
        return next;
    }

    /** How many buffers are known to be available. */
    int known() {
        return (seen - next) & SplitRing.INDEX_MASK;
    }

    /**
     * Looks at the driver's index, which takes the cache line away from the driver: not to be done
     * while enough buffers are known.
     *
     * @return how many buffers are available, or {@link #JUMPED}
     */
    int look() {
        int index = SplitRing.indexAcquire(available, availableAt);
        int count = (index - next) & SplitRing.INDEX_MASK;
        if (count > size) {
            return JUMPED;
        }
        seen = index;
        return count;
    }

    /** The head of the available buffer at an index; it may be anything up to 65535. */
    int head(int index) {
        return SplitRing.available(available, availableAt, index & (size - 1));
    }

    /** Says that the buffer at an index is used; the driver sees it after {@link #publish}. */
    void use(int index, int head, int writtenBytes) {
        SplitRing.used(used, usedAt, index & (size - 1), head, writtenBytes);
    }

    /**
     * Moves the used index: all buffers before it are the driver's.
     *
     * @return whether the driver wants to be interrupted
     */
    boolean publish(int index) {
        int former = next;
        next = index & SplitRing.INDEX_MASK;
        SplitRing.indexRelease(used, usedAt, index);
        // Between the store of the index and the load of what the driver stores before it looks at
        // that index: see DeviceSide.arm, the other way round.
        VarHandle.fullFence();
        if (events) {
            int event = SplitRing.usedEvent(available, availableAt, size);
            return SplitRing.passed(event, former, next);
        }
        return (SplitRing.flags(available, availableAt) & SplitRing.FLAG_SILENT) == 0;
    }

    @Override
    public boolean hasWork() {
        return SplitRing.indexAcquire(available, availableAt) != next;
    }

    @Override
    public void arm() {
        if (events) {
            SplitRing.availableEvent(used, usedAt, size, next);
        } else {
            SplitRing.flags(used, usedAt, 0);
        }
        VarHandle.fullFence();
    }

    @Override
    public void disarm() {
        if (events) {
            // The driver's index comes there only after a whole round of 65536.
            SplitRing.availableEvent(used, usedAt, size, next - 1);
        } else {
            SplitRing.flags(used, usedAt, SplitRing.FLAG_SILENT);
        }
    }

    @Override
    public int base() {
        return next;
    }
}
