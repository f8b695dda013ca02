package dev.ringroad.core.counter;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How many operations took how long: each power of two of nanoseconds in 64 equal steps, so that a
 * percentile is at most 1.6 percent too high. One thread counts, others may look.
 */
public final class LatencyCounts {
    private static final int STEP_BITS = 6;
    private static final int STEPS = 1 << STEP_BITS;
    private static final int POWERS = 40 - STEP_BITS; // longer than 18 minutes counts as that
    private static final int BUCKETS = (POWERS + 1) * STEPS;
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] counts = new long[BUCKETS];

    /** With nothing counted. */
    public LatencyCounts() {}

    /** Counts one; by one thread only. */
    public void record(long nanos) {
        int bucket = bucket(nanos);
        long[] into = counts;
        // Opaque: whoever looks sees whole counts, some of them a moment old.
        COUNT.setOpaque(into, bucket, into[bucket] + 1);
    }

    private static int bucket(long nanos) {
        int power = Math.max(0, 63 - STEP_BITS - Long.numberOfLeadingZeros(nanos | 1));
        long bucket = ((long) power << STEP_BITS) + (nanos >>> power);
        return Math.clamp(bucket, 0, BUCKETS - 1);
    }

    /** The longest time that falls into a bucket. */
    private static long nanosMax(int bucket) {
        int power = Math.max(0, (bucket >> STEP_BITS) - 1);
        long step = bucket - ((long) power << STEP_BITS);
        return ((step + 1) << power) - 1;
    }

    /** Adds what another has counted up to now. */
    public void add(LatencyCounts other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += (long) COUNT.getOpaque(other.counts, i);
        }
    }

    /** Takes away what had been counted then. */
    public void subtract(LatencyCounts before) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] -= before.counts[i];
        }
    }

    /** All that was counted. */
    public long total() {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) {
            total += (long) COUNT.getOpaque(counts, i);
        }
        return total;
    }

    /**
     * The time that so many percent did not exceed, in nanoseconds; 0 when nothing was counted. At
     * 100 it is the longest.
     */
    public long percentileNanos(double percent) {
        long wanted = Math.max(1, (long) Math.ceil(total() * percent / 100));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return nanosMax(i);
            }
        }
        return 0;
    }
}
