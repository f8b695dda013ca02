package dev.ringroad.bench.fileload;

import java.util.List;

/**
 * A whole load.
 *
 * @param threads each with a ring of its own and its own part of each file
 * @param cpus processors that the threads are bound to in turn; none to leave them where they are
 * @param limits when it ends
 */
public record LoadPlan(
        Workload workload, RingUse ring, int threads, List<Integer> cpus, Limits limits) {

    /** The most threads. */
    public static final int THREADS_MAX = 1024;

    /**
     * When a load ends, and how quick it may be.
     *
     * @param runtimeNanos after so long, or 0
     * @param ios after so many reads and writes of all threads, or 0. Without either, after as many
     *     as there are blocks
     * @param perSecond reads and writes of all threads a second at most, or 0
     */
    public record Limits(long runtimeNanos, long ios, long perSecond) {
        /** Refuses what cannot be. */
        public Limits {
            if (runtimeNanos < 0 || ios < 0 || perSecond < 0) {
                throw new IllegalArgumentException(
                        "A limit is not negative: "
                                + runtimeNanos
                                + " ns, "
                                + ios
                                + " reads and writes, "
                                + perSecond
                                + " a second");
            }
        }

        /** Ends after so long only. */
        public static Limits ofNanos(long runtimeNanos) {
            return new Limits(runtimeNanos, 0, 0);
        }
    }

    /** Refuses what cannot be. */
    public LoadPlan {
        cpus = List.copyOf(cpus);
        if (threads < 1 || threads > THREADS_MAX) {
            throw new IllegalArgumentException(
                    "There are 1 to " + THREADS_MAX + " threads, not " + threads);
        }
    }

    /** The same with another way to use the ring. */
    LoadPlan with(RingUse otherRing) {
        return new LoadPlan(workload, otherRing, threads, cpus, limits);
    }

    /** A thread's share of what all threads are to do: all shares together are the whole. */
    public static long share(long whole, int part, int parts) {
        return whole / parts + (part < whole % parts ? 1 : 0);
    }
}
