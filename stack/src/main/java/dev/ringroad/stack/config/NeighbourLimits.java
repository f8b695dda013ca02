package dev.ringroad.stack.config;

/**
 * Limits of an interface's neighbour cache.
 *
 * @param entries most neighbours remembered by one interface
 * @param pendingPackets most packets that wait for one neighbour's answer (RFC 1122 section
 *     2.3.2.2: at least one; the largest datagram has 45 fragments on Ethernet)
 * @param pendingPacketsTotal most packets that wait for all neighbours of an interface together
 * @param retryNanos between two requests (RFC 1122 section 2.3.2.1: at most one a second for a
 *     destination)
 * @param requestsMax unanswered requests after which a neighbour counts as unreachable
 * @param reachableNanos how long an answer is trusted without another proof
 * @param delayNanos how long after that the upper layers may prove it before the neighbour is asked
 *     again
 * @param staleNanos after which an unused entry is forgotten
 */
public record NeighbourLimits(
        int entries,
        int pendingPackets,
        int pendingPacketsTotal,
        long retryNanos,
        int requestsMax,
        long reachableNanos,
        long delayNanos,
        long staleNanos) {

    /** What every profile starts with. */
    public static NeighbourLimits standard() {
        return new NeighbourLimits(
                1024,
                64,
                128,
                1_000_000_000L,
                3,
                30_000_000_000L,
                5_000_000_000L,
                600_000_000_000L);
    }
}
