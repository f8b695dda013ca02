package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.epoch.Grace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the changes of one commit have given up: free only when the commit is durable, as until then
 * the state before may be what is found after a power cut, and when nobody uses it any more. Under
 * the monitor of {@link Metadata}.
 */
final class Limbo {
    private long[] pages = new long[16];
    private int pageCount;
    private int[] clusters = new int[16];
    private int clusterCount;
    private final List<Leaf> leaves = new ArrayList<>();

    /** The epoch of {@link Grace} in which the commit became durable. */
    long epoch;

    boolean isEmpty() {
        return pageCount == 0 && clusterCount == 0 && leaves.isEmpty();
    }

    void page(long page) {
        if (page == 0) {
            return; // it never had one
        }
        if (pageCount == pages.length) {
            pages = Arrays.copyOf(pages, 2 * pageCount);
        }
        pages[pageCount++] = page;
    }

    /** A cluster that one leaf has given up. */
    void cluster(int cluster) {
        if (clusterCount == clusters.length) {
            clusters = Arrays.copyOf(clusters, 2 * clusterCount);
        }
        clusters[clusterCount++] = cluster;
    }

    /** A leaf that one map has given up. */
    void leaf(Leaf leaf) {
        leaves.add(leaf);
    }

    /** Gives everything back. */
    void release(Space space) {
        for (int i = 0; i < pageCount; i++) {
            space.dropPage(pages[i]);
        }
        for (int i = 0; i < clusterCount; i++) {
            space.dropSharer(clusters[i]);
        }
        for (Leaf leaf : leaves) {
            if (--leaf.sharers == 0) {
                release(leaf, space);
            }
        }
    }

    private static void release(Leaf leaf, Space space) {
        if (leaf.page != 0) {
            space.dropPage(leaf.page);
        }
        for (int i = 0; i < Page.CLUSTERS_OF_LEAF; i++) {
            int cluster = leaf.cluster(i);
            if (cluster != 0) {
                space.dropSharer(cluster);
            }
        }
    }
}
