package dev.ringroad.net.packet;

/**
 * What threads' caches of a shared pool have counted.
 *
 * @param acquired packets
 * @param refills how often a cache fetched packets from the depot
 * @param flushes how often a cache gave packets to the depot
 * @param exhausted how often neither cache nor depot had what was wanted
 * @param peakLent the most packets that were in nobody's cache and not in the depot, as seen when a
 *     cache was refilled
 */
record CacheTotals(long acquired, long refills, long flushes, long exhausted, int peakLent) {

    static final CacheTotals NONE = new CacheTotals(0, 0, 0, 0, 0);

    static CacheTotals exhausted(long times) {
        return new CacheTotals(0, 0, 0, times, 0);
    }

    CacheTotals plus(CacheTotals other) {
        return new CacheTotals(
                acquired + other.acquired,
                refills + other.refills,
                flushes + other.flushes,
                exhausted + other.exhausted,
                Math.max(peakLent, other.peakLent));
    }
}
