package dev.ringroad.bench.fileload;

/**
 * Random numbers that cost a few cycles: a counter, mixed (SplitMix64, Steele, Lea, Flood 2014).
 * The same seed gives the same numbers. Used by one thread.
 */
public final class RandomNumbers {
    private static final long STEP = 0x9e37_79b9_7f4a_7c15L;

    private long state;

    /** Those of a seed. */
    public RandomNumbers(long seed) {
        state = mixed(seed);
    }

    /** From 0 to below the bound; its upper bits decide, so no number is favoured noticeably. */
    public long below(long bound) {
        state += STEP;
        return Math.unsignedMultiplyHigh(mixed(state), bound);
    }

    /** Spreads each bit over all bits. */
    static long mixed(long value) {
        long z = (value ^ value >>> 30) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ z >>> 27) * 0x94d0_49bb_1331_11ebL;
        return z ^ z >>> 31;
    }
}
