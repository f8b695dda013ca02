package dev.ringroad.nvme.volume;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * What is free: clusters, and pages in the clusters of metadata.
 *
 * <p>Nothing of it is on disk; it is counted from the maps when the store is opened. Under the
 * monitor of {@link Metadata}.
 *
 * <p>Some room is kept back for whoever gives room up (unmap, delete): that takes pages as well
 * until the commit is done.
 */
final class Space {
    /** The pages that only those get who give up others. */
    static final int RESERVED_PAGES = 32;

    /** More leaves than volumes can have a cluster only for the moment of a commit. */
    private static final int SHARERS_MAX = Character.MAX_VALUE;

    private final int clusters;
    private final int pagesOfCluster;
    private final BitSet taken = new BitSet();

    /** How many leaves have a cluster; grown to where clusters are taken. */
    private char[] sharers = new char[64];

    /** By cluster of metadata: its pages that are in use. */
    private final Map<Integer, BitSet> metadata = new HashMap<>();

    private int freeClusters;
    private int freePages;
    private int searchFrom = 1;
    private long dataClusters;

    Space(int clusters, int pagesOfCluster) {
        this.clusters = clusters;
        this.pagesOfCluster = pagesOfCluster;
        freeClusters = clusters - 1;
        taken.set(0);
    }

    int freeClusters() {
        return freeClusters;
    }

    int metadataClusters() {
        return metadata.size();
    }

    /** How many clusters hold data. */
    long dataClusters() {
        return dataClusters;
    }

    /** How many leaves have the cluster. */
    int sharers(int cluster) {
        return cluster < sharers.length ? sharers[cluster] : 0;
    }

    boolean isMetadata(int cluster) {
        return metadata.containsKey(cluster);
    }

    /**
     * Whether a cluster of data can be had, and pages besides, without the room that is kept back.
     * Where pages are taken first, they leave the cluster.
     */
    boolean hasRoomForData(int pages) {
        return freeClusters > 0
                && (long) (freeClusters - 1) * pagesOfCluster + freePages - pages >= RESERVED_PAGES;
    }

    /**
     * Takes neighbouring clusters, as many as there are in one place up to the limit; each is had
     * by one leaf from now on.
     *
     * @return the first; their count is {@link #runAt}
     */
    int takeRun(int countMax) {
        int first = nextFree();
        int count = 0;
        while (count < countMax
                && first + count < clusters
                && !taken.get(first + count)
                && hasRoomForData(0)) {
            take(first + count);
            addSharer(first + count);
            count++;
        }
        searchFrom = first + count;
        runClusters = count;
        return first;
    }

    private int runClusters;

    /** How many clusters the last {@link #takeRun} took, at least 1 when there was room. */
    int runAt() {
        return runClusters;
    }

    private int nextFree() {
        int cluster = taken.nextClearBit(searchFrom);
        return cluster < clusters ? cluster : taken.nextClearBit(1);
    }

    private void take(int cluster) {
        taken.set(cluster);
        freeClusters--;
    }

    /** One more leaf has the cluster, which may have been free (when a store is opened). */
    void addSharer(int cluster) {
        if (cluster >= sharers.length) {
            int length = (int) Math.min(clusters, Math.max(cluster + 1L, sharers.length * 2L));
            sharers = Arrays.copyOf(sharers, length);
        }
        if (sharers[cluster] == SHARERS_MAX) {
            throw new IllegalStateException("A cluster cannot be shared more than 65535 times");
        }
        if (!taken.get(cluster)) {
            take(cluster);
        }
        dataClusters += sharers[cluster]++ == 0 ? 1 : 0;
    }

    /** One leaf less has it; when it was the last, the cluster is free. */
    void dropSharer(int cluster) {
        if (--sharers[cluster] == 0) {
            dataClusters--;
            if (isMetadata(cluster)) {
                return; // used twice, which a repair is just mending
            }
            taken.clear(cluster);
            freeClusters++;
            searchFrom = Math.min(searchFrom, cluster);
        }
    }

    /** Whether so many pages can be had; {@code reserved} for those who give up others. */
    boolean hasRoomForPages(int count, boolean reserved) {
        long room = (long) freeClusters * pagesOfCluster + freePages;
        return room - count >= (reserved ? 0 : RESERVED_PAGES);
    }

    /** Takes a page, for which there is room. */
    long takePage() {
        if (freePages == 0) {
            int cluster = nextFree();
            take(cluster);
            metadata.put(cluster, new BitSet(pagesOfCluster));
            freePages += pagesOfCluster;
        }
        int cluster = clusterWithFreePage();
        BitSet pages = metadata.getOrDefault(cluster, new BitSet());
        int page = pages.nextClearBit(0);
        pages.set(page);
        freePages--;
        return (long) cluster * pagesOfCluster + page;
    }

    private int lastMetadataCluster;

    private int clusterWithFreePage() {
        @Nullable BitSet pages = metadata.get(lastMetadataCluster);
        if (pages == null || pages.nextClearBit(0) >= pagesOfCluster) {
            for (Map.Entry<Integer, BitSet> entry : metadata.entrySet()) {
                if (entry.getValue().nextClearBit(0) < pagesOfCluster) {
                    lastMetadataCluster = entry.getKey();
                    break;
                }
            }
        }
        return lastMetadataCluster;
    }

    /**
     * Notes that a page is in use, when a store is opened.
     *
     * @return false when it was in use already
     */
    boolean addPage(long page) {
        int cluster = (int) (page / pagesOfCluster);
        BitSet pages = metadata.computeIfAbsent(cluster, this::newMetadataCluster);
        int index = (int) (page % pagesOfCluster);
        if (pages.get(index)) {
            return false;
        }
        pages.set(index);
        freePages--;
        return true;
    }

    private BitSet newMetadataCluster(int cluster) {
        if (!taken.get(cluster)) {
            take(cluster);
        }
        freePages += pagesOfCluster;
        return new BitSet(pagesOfCluster);
    }

    /** Gives a page back; a cluster of free pages is free. */
    void dropPage(long page) {
        int cluster = (int) (page / pagesOfCluster);
        @Nullable BitSet pages = metadata.get(cluster);
        if (pages == null) {
            throw new IllegalStateException("Page " + page + " is not one of metadata");
        }
        pages.clear((int) (page % pagesOfCluster));
        freePages++;
        if (pages.isEmpty() && sharers(cluster) == 0) {
            metadata.remove(cluster);
            freePages -= pagesOfCluster;
            taken.clear(cluster);
            freeClusters++;
        }
    }
}
