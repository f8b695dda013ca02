package dev.ringroad.core.ring;

import java.util.Objects;

/**
 * What a ring is made to be.
 *
 * @param capacity how many elements fit, exactly; 1 to {@link #CAPACITY_MAX}
 * @param producers how those who offer share the ring
 * @param consumers how those who take share it
 * @param watermark the ring counts as filling up when it holds more elements than this; the
 *     capacity for never
 */
public record RingShape(int capacity, SyncMode producers, SyncMode consumers, int watermark) {
    /** The largest capacity: positions are 32 bits, and need room to tell full from empty. */
    public static final int CAPACITY_MAX = 1 << 30;

    /** Refuses what no ring can be. */
    public RingShape {
        Objects.requireNonNull(producers);
        Objects.requireNonNull(consumers);
        if (capacity < 1 || capacity > CAPACITY_MAX) {
            throw new IllegalArgumentException(
                    "A ring holds 1 to " + CAPACITY_MAX + " elements, not " + capacity);
        }
        if (watermark < 0 || watermark > capacity) {
            throw new IllegalArgumentException(
                    "The watermark of a ring for "
                            + capacity
                            + " elements is 0 to "
                            + capacity
                            + ", not "
                            + watermark);
        }
    }

    /** A ring without a watermark. */
    public static RingShape of(int capacity, SyncMode producers, SyncMode consumers) {
        return new RingShape(capacity, producers, consumers, capacity);
    }

    /** From one thread to one thread. */
    public static RingShape single(int capacity) {
        return of(capacity, SyncMode.SINGLE, SyncMode.SINGLE);
    }

    /** From any number of threads to any number of threads. */
    public static RingShape multi(int capacity) {
        return of(capacity, SyncMode.MULTI, SyncMode.MULTI);
    }

    /** The same with this watermark. */
    public RingShape withWatermark(int elements) {
        return new RingShape(capacity, producers, consumers, elements);
    }

    /** The slots for it: a power of two, so that a position's low bits are its slot. */
    int slots() {
        return capacity == 1 ? 1 : Integer.highestOneBit(capacity - 1) << 1;
    }
}
