package dev.ringroad.core.memory;

/**
 * Where a region's memory should come from.
 *
 * @param preferred the page size to try first
 * @param numaNode the only NUMA node to take pages from, or -1 for any
 * @param hugepagesRequired whether smaller pages than the preferred ones are an error instead of
 *     the fall-back
 */
public record Placement(PageSize preferred, int numaNode, boolean hugepagesRequired) {
    public Placement {
        if (numaNode < -1) {
            throw new IllegalArgumentException(
                    "A NUMA node is 0 or more, or -1 for any, not " + numaNode);
        }
    }

    /** Ordinary pages from any node. */
    public static Placement ordinary() {
        return new Placement(PageSize.ORDINARY, -1, false);
    }

    /** Hugepages of 2 MiB when there are any, ordinary pages when not, from any node. */
    public static Placement preferHuge() {
        return new Placement(PageSize.HUGE_2M, -1, false);
    }

    /** The same pages from one node only. */
    public Placement onNode(int node) {
        return new Placement(preferred, node, hugepagesRequired);
    }
}
