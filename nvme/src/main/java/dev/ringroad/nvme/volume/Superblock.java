package dev.ringroad.nvme.volume;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * What a superblock says.
 *
 * @param store the store's identity, a random number
 * @param generation counts commits
 * @param blockBytes of the device that it was made on
 * @param clusters how many clusters the store has, with the one of the superblocks
 * @param nextVolume the identity of the next volume
 * @param volumes how many volumes and snapshots there are
 * @param mappedClusters how many clusters hold data, summed over volumes
 * @param cataloguePages the pages of the catalogue, 0 for none
 */
record Superblock(
        long store,
        long generation,
        int blockBytes,
        int clusterBytes,
        int clusters,
        int nextVolume,
        int volumes,
        long mappedClusters,
        long[] cataloguePages) {
    static final int CLUSTER_BYTES_MIN = 16 << 10;
    static final int CLUSTER_BYTES_MAX = 4 << 20;

    /** The least store: superblocks, metadata, some data. */
    static final int CLUSTERS_MIN = 8;

    /** So that what is kept in memory for each cluster stays below a gibibyte. */
    static final int CLUSTERS_MAX = 1 << 27;

    private static final long GENERATION_MAX = 1L << 62;

    private static final int VERSION = 64;
    private static final int BLOCK_BYTES = 68;
    private static final int CLUSTER_BYTES = 72;
    private static final int CLUSTERS = 76;
    private static final int NEXT_VOLUME = 80;
    private static final int VOLUMES = 84;
    private static final int MAPPED_CLUSTERS = 88;

    /** Writes it as the page of that number. */
    void encode(Page page, long number) {
        page.begin(Page.SUPERBLOCK, number, generation, store);
        page.putInt(VERSION, Page.VERSION);
        page.putInt(BLOCK_BYTES, blockBytes);
        page.putInt(CLUSTER_BYTES, clusterBytes);
        page.putInt(CLUSTERS, clusters);
        page.putInt(NEXT_VOLUME, nextVolume);
        page.putInt(VOLUMES, volumes);
        page.putLong(MAPPED_CLUSTERS, mappedClusters);
        for (int i = 0; i < cataloguePages.length; i++) {
            page.putLong(Page.CATALOGUE_LIST + (long) i * Long.BYTES, cataloguePages[i]);
        }
        page.seal();
    }

    /** Reads one; what cannot be used at all is refused by {@link #objection}. */
    static Superblock decode(Page page) {
        long[] pages = new long[Page.CATALOGUE_PAGES_MAX];
        for (int i = 0; i < pages.length; i++) {
            pages[i] = page.longAt(Page.CATALOGUE_LIST + (long) i * Long.BYTES);
        }
        return new Superblock(
                page.store(),
                page.generation(),
                page.intAt(BLOCK_BYTES),
                page.intAt(CLUSTER_BYTES),
                page.intAt(CLUSTERS),
                page.intAt(NEXT_VOLUME),
                page.intAt(VOLUMES),
                page.longAt(MAPPED_CLUSTERS),
                pages);
    }

    /** Why the page is no superblock for a device of that size, or null when it is one. */
    static @Nullable String objection(
            Page page, long number, int deviceBlockBytes, long deviceBytes) {
        if (page.kind() != Page.SUPERBLOCK) {
            return "there is none";
        }
        if (!page.hasValidChecksum()) {
            return "its checksum does not match";
        }
        if (page.number() != number) {
            return "it says that it is page " + page.number();
        }
        if (page.intAt(VERSION) != Page.VERSION) {
            return "it has version " + page.intAt(VERSION) + ", and this program knows version 1";
        }
        return decode(page).nonsense(deviceBlockBytes, deviceBytes);
    }

    private @Nullable String nonsense(int deviceBlockBytes, long deviceBytes) {
        if (blockBytes != deviceBlockBytes) {
            return "the store has blocks of "
                    + blockBytes
                    + " bytes, and the device has blocks of "
                    + deviceBlockBytes;
        }
        if (Integer.bitCount(clusterBytes) != 1
                || clusterBytes < CLUSTER_BYTES_MIN
                || clusterBytes > CLUSTER_BYTES_MAX) {
            return "clusters of " + clusterBytes + " bytes cannot be";
        }
        if (clusters < CLUSTERS_MIN || clusters > CLUSTERS_MAX) {
            return clusters + " clusters cannot be";
        }
        if ((long) clusters * clusterBytes > deviceBytes) {
            return "the store has "
                    + (long) clusters * clusterBytes
                    + " bytes, and the device only "
                    + deviceBytes;
        }
        return generation < 1 || generation > GENERATION_MAX || nextVolume < 1
                ? "its counts cannot be"
                : null;
    }

    Superblock withNextVolume(int next) {
        return new Superblock(
                store,
                generation,
                blockBytes,
                clusterBytes,
                clusters,
                next,
                volumes,
                mappedClusters,
                cataloguePages);
    }

    int pagesOfCluster() {
        return clusterBytes / Page.BYTES;
    }

    /** Whether a page of that number can be one of metadata. */
    boolean isPage(long number) {
        return number >= pagesOfCluster() && number < (long) clusters * pagesOfCluster();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Superblock twin
                && store == twin.store
                && generation == twin.generation
                && Arrays.equals(cataloguePages, twin.cataloguePages);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(store * 31 + generation);
    }
}
