package dev.ringroad.bench.compare;

/** How percentiles are written. */
public final class Percentiles {
    private Percentiles() {}

    /** Without a needless fraction: 50, 99, 99.9. */
    public static String name(double percentile) {
        return percentile == Math.rint(percentile)
                ? Long.toString((long) percentile)
                : Double.toString(percentile);
    }
}
