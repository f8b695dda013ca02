package dev.ringroad.bench.compare;

/**
 * How long a comparison takes its time.
 *
 * @param rounds how often every setting runs; rows hold the medians
 * @param repeats how often a workload's runs are made again, within a round, when the processors
 *     were moved meanwhile
 * @param warmUpRoundTrips at least so many before measuring
 * @param warmUpMillis at least so long before measuring, for the compilers on both ends
 * @param peerWarmUpMillis the same where the kernel has the protocols and there is less to compile
 * @param millis the measured interval of one run
 * @param everyPlacement whether the peer's http, whose warm-up is the longest, runs in every
 *     placement; if not, it runs unpinned, which suits it best nearly always
 */
public record Pace(
        int rounds,
        int repeats,
        int warmUpRoundTrips,
        int warmUpMillis,
        int peerWarmUpMillis,
        int millis,
        boolean everyPlacement) {
    /**
     * A minute in all. The compilers come to rest within 0.5 to 1 s over the kernel's sockets, and
     * within 3 s over a stack that is Java too. Until then they take the core from the program in
     * slices of milliseconds, because each program has one core, which it shares with its
     * compilers.
     */
    public static Pace quick() {
        return new Pace(1, 0, 20_000, 3_000, 750, 300, false);
    }

    /** A few minutes, with enough round trips for the higher percentiles. */
    public static Pace full() {
        return new Pace(3, 1, 50_000, 4_000, 1_000, 1_500, true);
    }
}
