package dev.ringroad.net.packet;

/**
 * How a pool has been used, at one moment.
 *
 * @param packets in all
 * @param lent in somebody's hands; of a shared pool in use a guess, as are the others
 * @param peakLent the most that were lent at once; of a shared pool the most that were seen when a
 *     cache was refilled
 * @param exhausted how often packets were wanted and not there
 * @param acquired how many packets were lent from caches; 0 of a pool without caches
 * @param cacheRefills how often a cache had to fetch packets from the depot; the other times what
 *     was wanted was there
 * @param cacheFlushes how often a cache was full and gave packets to the depot
 */
public record PoolStatistics(
        int packets,
        int lent,
        int peakLent,
        long exhausted,
        long acquired,
        long cacheRefills,
        long cacheFlushes) {

    /** How many are not lent, in the pool or in caches. */
    public int available() {
        return packets - lent;
    }
}
