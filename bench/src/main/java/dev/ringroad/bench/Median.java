package dev.ringroad.bench;

import java.util.stream.DoubleStream;

/** The middle of measured values; of an even number, the upper one of both. */
public final class Median {

    private Median() {}

    /** Of one value or more. */
    public static double of(DoubleStream values) {
        double[] sorted = values.sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
