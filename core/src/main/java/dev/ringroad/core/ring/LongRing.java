package dev.ringroad.core.ring;

import dev.ringroad.core.memory.SharedRegion;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/**
 * A bounded first-in, first-out ring of longs in a memory segment, between any numbers of threads
 * of any processes that map it. What a long stands for, a slot of a table or an offset, is theirs
 * to agree on.
 *
 * <p>Its calls mean what those of {@link ReferenceRing} mean. The memory is validated when it is
 * opened, and what was read then is never read again; after that the other side can at worst hand
 * over wrong longs or make calls throw {@link RingCorruptedException}. It cannot make this process
 * touch memory outside the ring. It can make a shared side wait for ever, as a process can that
 * dies between claim and publication: against a peer that is not trusted, have a SINGLE side, which
 * never waits.
 *
 * <p>The segment has to outlive the ring; after its end every call throws {@link
 * IllegalStateException}.
 */
public final class LongRing {
    private static final ValueLayout.OfLong SLOT = ValueLayout.JAVA_LONG;

    private final MemorySegment elements;
    private final int mask;
    private final SegmentSide producers;
    private final SegmentSide consumers;
    private final RingShape shape;

    private LongRing(MemorySegment memory, RingShape shape) {
        this.shape = shape;
        mask = shape.slots() - 1;
        elements = RingMemory.elements(memory, shape);
        producers = RingMemory.producers(memory, shape);
        consumers = RingMemory.consumers(memory, shape);
    }

    /** How much memory a ring of this shape takes, its header included. */
    public static long byteSize(RingShape shape) {
        return RingMemory.byteSize(shape);
    }

    /**
     * Makes an empty ring at the beginning of the memory, whatever was in it. No one may open it
     * before.
     *
     * @param memory native, aligned to 8 bytes, of {@link #byteSize} or more
     */
    public static LongRing create(MemorySegment memory, RingShape shape) {
        return create(memory, shape, 0);
    }

    /**
     * @param firstPosition where both sides start, for tests of what happens when positions wrap
     */
    static LongRing create(MemorySegment memory, RingShape shape, int firstPosition) {
        RingMemory.initialise(memory, shape, firstPosition);
        return new LongRing(memory, shape);
    }

    /**
     * Opens a ring that somebody else has made.
     *
     * @param atBytes where in the region it begins
     * @throws IOException if there is no ring, if its header contradicts itself or the region, or
     *     if the region could lose pages while the ring is in use
     */
    public static LongRing open(SharedRegion region, long atBytes) throws IOException {
        if (!region.keepsItsPages()) {
            throw new IOException(
                    "The region of the ring could lose pages while it is in use. Remedy: its owner has"
                            + " to make it of ordinary pages and to set F_SEAL_SHRINK.");
        }
        if (atBytes < 0 || atBytes > region.byteSize()) {
            throw new IOException(
                    "The ring at byte "
                            + atBytes
                            + " is outside its region of "
                            + region.byteSize()
                            + " bytes");
        }
        MemorySegment memory = region.segment().asSlice(atBytes);
        return new LongRing(memory, RingMemory.validate(memory));
    }

    /** Adds at the end; false when full. */
    public boolean offer(long element) {
        long claim = producers.claim(1, 1);
        if (claim == RingSide.NOTHING) {
            return false;
        }
        int position = RingSide.positionOf(claim);
        elements.set(SLOT, byteAt(position), element);
        producers.publish(position, 1);
        return true;
    }

    /**
     * Adds all of {@code from[start .. start+count)}, together and in order, or nothing.
     *
     * @return whether they were added
     */
    public boolean offerBulk(long[] from, int start, int count) {
        return offerFrom(from, start, count, count) == count;
    }

    /**
     * Adds as many of {@code from[start .. start+count)} as fit, together and in order.
     *
     * @return how many were added
     */
    public int offerBurst(long[] from, int start, int count) {
        return offerFrom(from, start, 1, count);
    }

    private int offerFrom(long[] from, int start, int least, int most) {
        Objects.checkFromIndexSize(start, most, from.length);
        long claim = most == 0 ? RingSide.NOTHING : producers.claim(least, most);
        if (claim == RingSide.NOTHING) {
            return 0;
        }
        int position = RingSide.positionOf(claim);
        int count = RingSide.countOf(claim);
        int first = Math.min(count, mask + 1 - (position & mask));
        copyIn(from, start, byteAt(position), first);
        if (first < count) {
            copyIn(from, start + first, 0, count - first);
        }
        producers.publish(position, count);
        return count;
    }

    /**
     * Takes from the front.
     *
     * @return the element, or {@code ifEmpty}
     */
    public long poll(long ifEmpty) {
        long claim = consumers.claim(1, 1);
        if (claim == RingSide.NOTHING) {
            return ifEmpty;
        }
        int position = RingSide.positionOf(claim);
        long element = elements.get(SLOT, byteAt(position));
        consumers.publish(position, 1);
        return element;
    }

    /**
     * Takes exactly {@code count} elements into {@code into[start ..)}, or nothing.
     *
     * @return whether they were taken
     */
    public boolean pollBulk(long[] into, int start, int count) {
        return pollInto(into, start, count, count) == count;
    }

    /**
     * Takes up to {@code limit} elements into {@code into[start ..)}.
     *
     * @return how many were taken
     */
    public int pollBurst(long[] into, int start, int limit) {
        return pollInto(into, start, 1, limit);
    }

    private int pollInto(long[] into, int start, int least, int most) {
        Objects.checkFromIndexSize(start, most, into.length);
        long claim = most == 0 ? RingSide.NOTHING : consumers.claim(least, most);
        if (claim == RingSide.NOTHING) {
            return 0;
        }
        int position = RingSide.positionOf(claim);
        int count = RingSide.countOf(claim);
        int first = Math.min(count, mask + 1 - (position & mask));
        copyOut(byteAt(position), into, start, first);
        if (first < count) {
            copyOut(0, into, start + first, count - first);
        }
        consumers.publish(position, count);
        return count;
    }

    private void copyIn(long[] from, int start, long atBytes, int count) {
        MemorySegment.copy(from, start, elements, SLOT, atBytes, count);
    }

    private void copyOut(long atBytes, long[] into, int start, int count) {
        MemorySegment.copy(elements, SLOT, atBytes, into, start, count);
    }

    private long byteAt(int position) {
        return (long) (position & mask) * Long.BYTES;
    }

    /** As {@link ReferenceRing#reserveBulk}. */
    public boolean reserveBulk(int count) {
        return count == 0 || producers.reserve(count, count) != 0;
    }

    /** As {@link ReferenceRing#reserveBurst}. */
    public int reserveBurst(int limit) {
        return producers.reserve(1, limit);
    }

    /** Fills a reserved slot; 0 is the first of them. */
    public void setReserved(int index, long element) {
        elements.set(SLOT, byteAt(producers.reservedPosition(index)), element);
    }

    /** Adds the first {@code count} of the reserved slots, and gives the others back. */
    public void commit(int count) {
        producers.commit(count);
    }

    /** As {@link ReferenceRing#peekBulk}. */
    public boolean peekBulk(int count) {
        return count == 0 || consumers.reserve(count, count) != 0;
    }

    /** As {@link ReferenceRing#peekBurst}. */
    public int peekBurst(int limit) {
        return consumers.reserve(1, limit);
    }

    /** An element in hand; 0 is the front. */
    public long peeked(int index) {
        return elements.get(SLOT, byteAt(consumers.reservedPosition(index)));
    }

    /**
     * Takes the first {@code count} of the elements in hand off the ring; the others stay in it.
     */
    public void release(int count) {
        consumers.commit(count);
    }

    /** As {@link ReferenceRing#count}; between 0 and the capacity whatever lies in the memory. */
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
