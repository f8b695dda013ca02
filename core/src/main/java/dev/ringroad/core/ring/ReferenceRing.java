package dev.ringroad.core.ring;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Objects;

/**
 * A bounded first-in, first-out ring of references on the heap, between any numbers of threads.
 *
 * <p>It equals an {@link java.util.ArrayDeque} under a lock that refuses at capacity, for each call
 * as a whole: the elements of a bulk lie together. A slot is emptied when its element is taken, so
 * that the ring keeps nothing alive. Producers and consumers each keep to the {@link SyncMode} of
 * their side. No call allocates or enters the kernel, but for a processor given up to a thread that
 * is waited for.
 *
 * <p>In the modes SINGLE and HEAD_TAIL_SYNC slots can be reserved, filled in place and committed,
 * or looked at in place and released. Whoever has done the first step has to do the second; between
 * them the owner of a SINGLE side makes no other call on it, and the thread that holds a
 * HEAD_TAIL_SYNC side would wait for itself.
 */
public final class ReferenceRing<E> {
    private final @Nullable Object[] slots;
    private final HeapSide producers;
    private final HeapSide consumers;
    private final RingShape shape;

    /** An empty ring. */
    public ReferenceRing(RingShape shape) {
        this(shape, 0);
    }

    /**
     * @param firstPosition where both sides start, for tests of what happens when positions wrap
     */
    ReferenceRing(RingShape shape, int firstPosition) {
        this.shape = shape;
        slots = new @Nullable Object[shape.slots()];
        producers = new HeapSide(RingRole.producers(shape), firstPosition);
        consumers = new HeapSide(RingRole.consumers(shape), firstPosition);
        producers.face(consumers);
        consumers.face(producers);
    }

    /** Adds at the end; false when full. */
    public boolean offer(E element) {
        Objects.requireNonNull(element);
        long claim = producers.claim(1, 1);
        if (claim == RingSide.NOTHING) {
            return false;
        }
        int position = RingSide.positionOf(claim);
        @Nullable Object[] into = slots;
        into[position & into.length - 1] = element;
        producers.publish(position, 1);
        return true;
    }

    /**
     * Adds all of {@code from[start .. start+count)}, together and in order, or nothing.
     *
     * @return whether they were added
     */
    public boolean offerBulk(E[] from, int start, int count) {
        return offerFrom(from, start, count, count) == count;
    }

    /**
     * Adds as many of {@code from[start .. start+count)} as fit, together and in order.
     *
     * @return how many were added
     */
    public int offerBurst(E[] from, int start, int count) {
        return offerFrom(from, start, 1, count);
    }

    private int offerFrom(E[] from, int start, int least, int most) {
        requireElements(from, start, most);
        long claim = most == 0 ? RingSide.NOTHING : producers.claim(least, most);
        if (claim == RingSide.NOTHING) {
            return 0;
        }
        int position = RingSide.positionOf(claim);
        int count = RingSide.countOf(claim);
        @Nullable Object[] into = slots;
        int slotIndex = position & into.length - 1;
        int first = Math.min(count, into.length - slotIndex);
        System.arraycopy(from, start, into, slotIndex, first);
        if (first < count) {
            System.arraycopy(from, start + first, into, 0, count - first);
        }
        producers.publish(position, count);
        return count;
    }

    // Before anything is claimed: a claim cannot be given back.
    private static void requireElements(@Nullable Object[] from, int start, int count) {
        Objects.checkFromIndexSize(start, count, from.length);
        for (int i = 0; i < count; i++) {
            Objects.requireNonNull(from[start + i]);
        }
    }

    /** Takes from the front; null when empty. */
    public @Nullable E poll() {
        long claim = consumers.claim(1, 1);
        if (claim == RingSide.NOTHING) {
            return null;
        }
        int position = RingSide.positionOf(claim);
        @Nullable Object[] from = slots;
        int slotIndex = position & from.length - 1;
        E element = at(slotIndex);
        from[slotIndex] = null;
        consumers.publish(position, 1);
        return element;
    }

    /**
     * Takes exactly {@code count} elements into {@code into[start ..)}, or nothing.
     *
     * @return whether they were taken
     */
    public boolean pollBulk(E[] into, int start, int count) {
        return pollInto(into, start, count, count) == count;
    }

    /**
     * Takes up to {@code limit} elements into {@code into[start ..)}.
     *
     * @return how many were taken
     */
    public int pollBurst(E[] into, int start, int limit) {
        return pollInto(into, start, 1, limit);
    }

    private int pollInto(E[] into, int start, int least, int most) {
        Objects.checkFromIndexSize(start, most, into.length);
        long claim = most == 0 ? RingSide.NOTHING : consumers.claim(least, most);
        if (claim == RingSide.NOTHING) {
            return 0;
        }
        int position = RingSide.positionOf(claim);
        int count = RingSide.countOf(claim);
        try {
            copyOut(position, into, start, count);
        } finally {
            // Also when an element is not of the array's type: others wait for what was claimed.
            clear(position, count);
            consumers.publish(position, count);
        }
        return count;
    }

    private void copyOut(int position, E[] into, int start, int count) {
        @Nullable Object[] from = slots;
        int slotIndex = position & from.length - 1;
        int first = Math.min(count, from.length - slotIndex);
        System.arraycopy(from, slotIndex, into, start, first);
        if (first < count) {
            System.arraycopy(from, 0, into, start + first, count - first);
        }
    }

    private void clear(int position, int count) {
        @Nullable Object[] all = slots;
        int slotIndex = position & all.length - 1;
        int first = Math.min(count, all.length - slotIndex);
        Arrays.fill(all, slotIndex, slotIndex + first, null);
        if (first < count) {
            Arrays.fill(all, 0, count - first, null);
        }
    }

    /**
     * Reserves {@code count} slots at the end, or none; fill them with {@link #setReserved} and
     * {@link #commit} them. Modes SINGLE and HEAD_TAIL_SYNC only.
     *
     * @return whether they were reserved
     */
    public boolean reserveBulk(int count) {
        return count == 0 || producers.reserve(count, count) != 0;
    }

    /**
     * Reserves as many slots at the end as there are free, up to {@code limit}; otherwise as {@link
     * #reserveBulk}.
     *
     * @return how many were reserved
     */
    public int reserveBurst(int limit) {
        return producers.reserve(1, limit);
    }

    /** Fills a reserved slot; 0 is the first of them. */
    public void setReserved(int index, E element) {
        Objects.requireNonNull(element);
        slots[producers.reservedPosition(index) & slots.length - 1] = element;
    }

    /**
     * Adds the first {@code count} of the reserved slots, and gives the others back.
     *
     * @throws IllegalStateException if one of these slots was not filled; nothing happens then
     */
    public void commit(int count) {
        producers.requireReserved(count);
        int reserved = producers.reservedCount();
        for (int i = 0; i < count; i++) {
            if (slots[producers.reservedPosition(i) & slots.length - 1] == null) {
                throw new IllegalStateException("The reserved slot " + i + " was not filled");
            }
        }
        if (count < reserved) {
            clear(producers.reservedPosition(count), reserved - count);
        }
        producers.commit(count);
    }

    /**
     * Takes {@code count} elements in hand that stay in the ring, or none; look at them with {@link
     * #peeked} and {@link #release} them. Modes SINGLE and HEAD_TAIL_SYNC only.
     *
     * @return whether there were as many
     */
    public boolean peekBulk(int count) {
        return count == 0 || consumers.reserve(count, count) != 0;
    }

    /**
     * As {@link #peekBulk}, up to {@code limit} elements.
     *
     * @return how many there are to look at
     */
    public int peekBurst(int limit) {
        return consumers.reserve(1, limit);
    }

    /** An element in hand; 0 is the front. */
    public E peeked(int index) {
        return at(consumers.reservedPosition(index) & slots.length - 1);
    }

    /**
     * Takes the first {@code count} of the elements in hand off the ring; the others stay in it.
     */
    public void release(int count) {
        consumers.requireReserved(count);
        if (count > 0) {
            clear(consumers.reservedPosition(0), count);
        }
        consumers.commit(count);
    }

    @SuppressWarnings("unchecked")
    private E at(int slotIndex) {
        return (E) Objects.requireNonNull(slots[slotIndex]);
    }

    /**
     * How many elements it holds: published and not yet taken away. Exact when nobody else is at
     * work, else between 0 and the capacity.
     */
    public int count() {
        return RingSide.between(consumers, producers, shape.capacity());
    }

    /** How many more fit, seen as {@link #count} does. */
    public int free() {
        return shape.capacity() - count();
    }

    /** Whether it holds more than the watermark, seen as {@link #count} does. */
    public boolean isAboveWatermark() {
        return count() > shape.watermark();
    }

    /** What it was made to be. */
    public RingShape shape() {
        return shape;
    }
}
