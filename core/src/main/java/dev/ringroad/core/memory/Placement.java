package dev.ringroad.core.memory;

/**
 * Where and of which pages a region is wanted.
 *
 * @param preferred the page size to try first; ordinary pages are the fallback
 * @param numaNode the node to bind to, or -1 for any
 * @param hugepagesRequired whether to fail instead of falling back
 */
public record Placement(PageSize preferred, int numaNode, boolean hugepagesRequired) {

    /** Ordinary pages, on any node. */
    public static Placement ordinary() {
        return new Placement(PageSize.ORDINARY, -1, false);
    }

    /** Hugepages of 2 MiB when some are free, otherwise ordinary pages; on any node. */
    public static Placement preferHuge() {
        return new Placement(PageSize.HUGE_2M, -1, false);
    }
}
