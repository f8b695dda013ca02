package dev.ringroad.bench.compare;

/**
 * How long a comparison takes its time.
 *
 * @param rounds how often every setting runs; rows hold the medians
 * @param warmUpRoundTrips at least so many before measuring
 * @param warmUpMillis at least so long before measuring, for the compilers on both ends
 * @param millis the measured interval of one run
 */
public record Pace(int rounds, int warmUpRoundTrips, int warmUpMillis, int millis) {
    /** About a minute in all. */
    public static Pace quick() {
        return new Pace(1, 20_000, 1_500, 500);
    }

    /** A few minutes, with enough round trips for the higher percentiles. */
    public static Pace full() {
        return new Pace(3, 50_000, 2_000, 2_000);
    }
}
