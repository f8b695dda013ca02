package dev.ringroad.bench.machine;

import java.util.Arrays;

/**
 * How many cycles a second the processor does. Neither the clock that /proc/cpuinfo names nor the
 * time-stamp counter tells it where the processor changes its clock, so it is measured: by a chain
 * of shifts and exclusive ors, each of which waits for the one before and takes one cycle.
 */
public final class ClockRate {
    private static final int SAMPLES = 15;
    private static final int ROUNDS = 200_000;
    private static final int CYCLES_A_ROUND = 6;

    private ClockRate() {}

    /** Of the calling thread's processor now; takes some ten milliseconds of it. */
    public static double cyclesASecond() {
        double[] samples = new double[SAMPLES];
        long state = System.nanoTime() | 1;
        for (int sample = 0; sample < SAMPLES; sample++) {
            long begin = System.nanoTime();
            state = chain(state);
            samples[sample] = ROUNDS * CYCLES_A_ROUND * 1e9 / (System.nanoTime() - begin);
        }
        if (state == 0) {
            throw new AssertionError("Such a chain never comes to zero");
        }
        // Interruptions and the interpreter only make a sample slower.
        return Arrays.stream(samples).max().orElseThrow();
    }

    /** Marsaglia, "Xorshift RNGs", 2003: a permutation of all numbers but zero. */
    private static long chain(long begin) {
        long x = begin;
        for (int i = 0; i < ROUNDS; i++) {
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
        }
        return x;
    }
}
