package dev.ringroad.core.ring;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * A bounded ring from one producing thread to one consuming thread.
 *
 * <p>It equals an {@link java.util.ArrayDeque} under a lock, with {@code offer} refusing at
 * capacity. Two pairs order it: {@code tail} is released by the producer and acquired by the
 * consumer, which protects the element; {@code head} is released by the consumer and acquired by
 * the producer, which protects the slot's reuse. Each side keeps the last value that it saw of the
 * other's index and looks again only when that says full or empty, so that a busy ring moves its
 * cache lines once in many elements. No locks, no allocation, no waiting.
 */
public final class SpscRing<E> extends SpscIndices.After {
    private static final VarHandle TAIL;
    private static final VarHandle HEAD;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TAIL = lookup.findVarHandle(SpscIndices.Producer.class, "tail", long.class);
            HEAD = lookup.findVarHandle(SpscIndices.Consumer.class, "head", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final @Nullable Object[] slots;
    private final int mask;

    /**
     * @param capacity a power of two
     */
    public SpscRing(int capacity) {
        if (Integer.bitCount(capacity) != 1 || capacity < 1) {
            throw new IllegalArgumentException(
                    "The capacity of a ring is a power of two, not " + capacity);
        }
        slots = new @Nullable Object[capacity];
        mask = capacity - 1;
    }

    /** Adds at the end; false when full. Producer only. */
    public boolean offer(E element) {
        Objects.requireNonNull(element);
        long at = tail;
        if (roomAt(at) == 0) {
            return false;
        }
        slots[(int) at & mask] = element;
        TAIL.setRelease(this, at + 1);
        return true;
    }

    /**
     * Adds as many of {@code from[start .. start+count)} as fit, in order, published by one release
     * store. Producer only.
     *
     * @return how many were added
     */
    public int offerBurst(E[] from, int start, int count) {
        Objects.checkFromIndexSize(start, count, from.length);
        long at = tail;
        int n = roomAt(at);
        if (n < count) {
            headSeen = (long) HEAD.getAcquire(this);
            n = roomAt(at);
        }
        n = Math.min(n, count);
        @Nullable Object[] into = slots;
        int m = mask;
        for (int i = 0; i < n; i++) {
            into[(int) (at + i) & m] = Objects.requireNonNull(from[start + i]);
        }
        if (n > 0) {
            TAIL.setRelease(this, at + n);
        }
        return n;
    }

    /**
     * Slots free for the producer at {@code at}, asking the consumer's index only when the last
     * view says none.
     */
    private int roomAt(long at) {
        int capacity = mask + 1;
        long used = at - headSeen;
        if (used == capacity) {
            headSeen = (long) HEAD.getAcquire(this);
            used = at - headSeen;
        }
        return capacity - (int) used;
    }

    /** Takes from the front; null when empty. Consumer only. */
    public @Nullable E poll() {
        long at = head;
        if (at == tailSeen) {
            tailSeen = (long) TAIL.getAcquire(this);
            if (at == tailSeen) {
                return null;
            }
        }
        int index = (int) at & mask;
        E element = at(index);
        slots[index] = null;
        HEAD.setRelease(this, at + 1);
        return element;
    }

    /** What {@link #poll} would give, left in place; null when empty. Consumer only. */
    public @Nullable E peek() {
        long at = head;
        if (at == tailSeen) {
            tailSeen = (long) TAIL.getAcquire(this);
            if (at == tailSeen) {
                return null;
            }
        }
        return at((int) at & mask);
    }

    /**
     * Takes up to {@code limit} elements into {@code into[start ..)}, handed back by one release
     * store. Consumer only.
     *
     * @return how many were taken
     */
    public int pollBurst(E[] into, int start, int limit) {
        Objects.checkFromIndexSize(start, limit, into.length);
        long at = head;
        if (tailSeen - at < limit) {
            tailSeen = (long) TAIL.getAcquire(this);
        }
        int n = (int) Math.min(tailSeen - at, limit);
        @Nullable Object[] from = slots;
        int m = mask;
        for (int i = 0; i < n; i++) {
            int index = (int) (at + i) & m;
            into[start + i] = at(index);
            from[index] = null;
        }
        if (n > 0) {
            HEAD.setRelease(this, at + n);
        }
        return n;
    }

    @SuppressWarnings("unchecked")
    private E at(int index) {
        return (E) Objects.requireNonNull(slots[index]);
    }

    /**
     * How many elements it holds; exact for the two owners when the other one rests, else between 0
     * and capacity.
     */
    public int size() {
        // The head first: read the other way round, elements that come and go in between could make
        // it negative.
        long front = (long) HEAD.getAcquire(this);
        long end = (long) TAIL.getAcquire(this);
        return (int) Math.min(end - front, mask + 1L);
    }

    /** Whether it holds nothing, seen as {@link #size} does. */
    public boolean isEmpty() {
        return size() == 0;
    }

    /** How many elements fit. */
    public int capacity() {
        return mask + 1;
    }
}
