package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.epoch.Grace;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Objects;

/**
 * All maps of a store in memory, and what of them the next commit has to write.
 *
 * <p>Its monitor is the store's one lock: held for a change of the maps, and while a commit
 * collects what it writes, never during I/O.
 *
 * <p>Whatever is to be changed gets its new page first ({@link DirtyPages}), so that a commit never
 * lacks room.
 */
final class Metadata {
    /** What a change of a leaf takes: leaf, directory, volume, catalogue. */
    private static final int PAGES_OF_PATH = 4;

    final Superblock shape;
    final int clusterBlocks;
    final Grace grace = new Grace();
    final Space space;

    private final Catalogue catalogue;
    private final DirtyPages pages;
    private final ArrayDeque<Limbo> graced = new ArrayDeque<>();
    private @Nullable Limbo committing;
    private long generation;
    private int nextVolume;

    private volatile @Nullable String stopped;

    Metadata(Superblock shape, Catalogue catalogue, Space space) {
        this.shape = shape;
        this.clusterBlocks = shape.clusterBytes() / shape.blockBytes();
        this.catalogue = catalogue;
        this.space = space;
        this.pages = new DirtyPages(catalogue, space);
        this.generation = shape.generation();
        this.nextVolume = shape.nextVolume();
    }

    Catalogue catalogue() {
        return catalogue;
    }

    /** Whether a commit has something to write. */
    boolean isDirty() {
        return pages.isDirty();
    }

    /** Whether the maps on disk say the same as those here. Read it after an entry, not before. */
    boolean isDurable() {
        return pages.isDurable();
    }

    /** Why nothing can be committed any more, or null. */
    @Nullable String stopped() {
        return stopped;
    }

    /** The commit that was collected last; under the monitor. */
    long generation() {
        return generation;
    }

    /** The identity of the next volume; under the monitor. */
    int nextVolume() {
        return nextVolume;
    }

    // --- clusters of a volume

    /**
     * Asks for writing in clusters that are not the volume's own yet.
     *
     * <p>{@code DONE}: new clusters are taken, and the operation says which; it fills them, then
     * calls {@link #publish}, or {@link #abandon}.
     *
     * @param wanted how many clusters the operation wants to write from there, at least 1
     */
    synchronized Verdict allocate(VolumeMap volume, Operation operation, int first, int wanted) {
        if (stopped != null) {
            return Verdict.STOPPED;
        }
        if (first >= volume.clusters) {
            return Verdict.BEHIND_END;
        }
        if (volume.sealing || volume.isAllocating(first, 1)) {
            return Verdict.WAIT;
        }
        int entry = volume.entryAcquire(first);
        if (entry < 0 || (entry != 0 && claim(volume, first, entry))) {
            return Verdict.IN_PLACE;
        }
        if (pages.isFull()) {
            return Verdict.COMMIT_FIRST;
        }
        reclaim();
        // Asked for at once: pages taken in vain would call for commit after commit.
        if (!space.hasRoomForData(PAGES_OF_PATH)
                || pages.own(volume, leafIndex(first), false) == null) {
            return lack();
        }
        int run = entry == 0 ? emptyRun(volume, first, wanted) : 1;
        operation.runStore = space.takeRun(run);
        operation.runCluster = first;
        operation.runClusters = space.runAt();
        operation.oldStore = entry;
        volume.allocating.add(operation);
        return Verdict.DONE;
    }

    // A cluster that was shared, and is not any more.
    private boolean claim(VolumeMap volume, int cluster, int entry) {
        @Nullable Leaf leaf = volume.leaf(leafIndex(cluster));
        if (leaf == null || leaf.sharers != 1 || space.sharers(entry) != 1) {
            return false;
        }
        leaf.entryRelease(slot(cluster), entry | Leaf.WRITABLE);
        return true;
    }

    private static int emptyRun(VolumeMap volume, int first, int wanted) {
        int most = Math.min(wanted, Page.CLUSTERS_OF_LEAF - slot(first));
        most = Math.min(most, volume.clusters - first);
        int run = 1;
        while (run < most
                && volume.entryAcquire(first + run) == 0
                && !volume.isAllocating(first + run, 1)) {
            run++;
        }
        return run;
    }

    /** Puts the clusters that an operation has filled into the map. */
    synchronized Verdict publish(VolumeMap volume, Operation operation) {
        if (stopped != null) {
            return Verdict.STOPPED;
        }
        reclaim();
        @Nullable Leaf leaf = pages.own(volume, leafIndex(operation.runCluster), false);
        if (leaf == null) {
            return lack();
        }
        pages.changed();
        for (int i = 0; i < operation.runClusters; i++) {
            int slot = slot(operation.runCluster + i);
            int old = leaf.cluster(slot);
            if (old == 0) {
                leaf.used++;
                volume.used++;
            } else {
                pages.limbo().cluster(old);
            }
            leaf.entryRelease(slot, operation.runStore + i | Leaf.WRITABLE);
        }
        volume.allocating.remove(operation);
        return Verdict.DONE;
    }

    /** Gives clusters back that were not published. */
    synchronized void abandon(VolumeMap volume, Operation operation) {
        for (int i = 0; i < operation.runClusters; i++) {
            space.dropSharer(operation.runStore + i);
        }
        volume.allocating.remove(operation);
    }

    /** Gives up clusters of one leaf, which read as zeroes from then on. */
    synchronized Verdict release(VolumeMap volume, int first, int count) {
        if (stopped != null) {
            return Verdict.STOPPED;
        }
        if (first + count > volume.clusters) {
            return Verdict.BEHIND_END;
        }
        if (volume.sealing || volume.isAllocating(first, count)) {
            return Verdict.WAIT;
        }
        @Nullable Leaf leaf = volume.leaf(leafIndex(first));
        int mapped = leaf == null ? 0 : mapped(leaf, slot(first), count);
        if (leaf == null || mapped == 0) {
            return Verdict.DONE;
        }
        reclaim();
        if (pages.isFull()) {
            return Verdict.COMMIT_FIRST;
        }
        if (mapped == leaf.used) {
            if (!pages.ownDirectory(volume, leafIndex(first), 0, true)) {
                return lack();
            }
            pages.changed();
            drop(volume, leaf.index);
            return Verdict.DONE;
        }
        @Nullable Leaf own = pages.own(volume, leafIndex(first), true);
        if (own == null) {
            return lack();
        }
        pages.changed();
        for (int slot = slot(first); slot < slot(first) + count; slot++) {
            int old = own.cluster(slot);
            if (old != 0) {
                own.entryRelease(slot, 0);
                pages.limbo().cluster(old);
            }
        }
        own.used -= mapped;
        volume.used -= mapped;
        return Verdict.DONE;
    }

    private static int mapped(Leaf leaf, int slot, int count) {
        int mapped = 0;
        for (int i = slot; i < slot + count; i++) {
            mapped += leaf.cluster(i) == 0 ? 0 : 1;
        }
        return mapped;
    }

    private static int leafIndex(int cluster) {
        return cluster / Page.CLUSTERS_OF_LEAF;
    }

    private static int slot(int cluster) {
        return cluster % Page.CLUSTERS_OF_LEAF;
    }

    // What a change that found no room can hope for.
    private Verdict lack() {
        if (pages.hasGivenUp()) {
            return Verdict.COMMIT_FIRST;
        }
        return committing != null || !graced.isEmpty() ? Verdict.WAIT : Verdict.NO_SPACE;
    }

    // --- volumes

    /**
     * Adds a volume, empty or with all leaves of another one, which must be sealed or read-only.
     *
     * @return null when there is no room
     */
    synchronized @Nullable VolumeMap add(
            String name,
            int clusters,
            boolean readOnly,
            @Nullable VolumeMap source,
            long createdMillis) {
        reclaim();
        int slot = catalogue.freeSlot();
        int directories = source == null ? 0 : source.directoryCount();
        if (!space.hasRoomForPages(directories + 2, false)) {
            return null;
        }
        int id = nextVolume++;
        VolumeMap volume =
                new VolumeMap(
                        id,
                        source == null ? 0 : source.id,
                        source == null ? id : source.family,
                        readOnly,
                        createdMillis,
                        name,
                        clusters);
        catalogue.put(slot, volume);
        if (source != null) {
            source.forEachLeaf(leaf -> share(leaf, volume));
            volume.used = source.used;
        }
        boolean ignored = pages.ownVolume(volume, directories, false);
        for (int i = 0; i < Page.DIRECTORIES; i++) {
            if (volume.hasDirectory(i)) {
                volume.directoryPages[i] = space.takePage();
                volume.dirtyDirectories.set(i);
            }
        }
        return volume;
    }

    private static void share(Leaf leaf, VolumeMap volume) {
        leaf.forbidWriting();
        leaf.sharers++;
        volume.leaf(leaf.index, leaf);
    }

    /**
     * Removes a volume.
     *
     * @return whether there was room for the change
     */
    synchronized boolean remove(VolumeMap volume) {
        reclaim();
        if (!catalogue.isDirty(volume.slot) && !space.hasRoomForPages(1, true)) {
            return false;
        }
        pages.changed();
        pages.ownCatalogue(volume.slot);
        catalogue.clear(volume.slot);
        volume.deleted = true;
        pages.limbo().page(volume.page);
        for (long page : volume.directoryPages) {
            pages.limbo().page(page);
        }
        volume.forEachLeaf(pages.limbo()::leaf);
        return true;
    }

    /** Changes name or size of a volume; what lies behind a new end must be released before. */
    synchronized boolean amend(VolumeMap volume, String name, int clusters) {
        reclaim();
        if (!pages.ownVolume(volume, 0, true)) {
            return false;
        }
        pages.changed();
        volume.name = name;
        volume.clusters = clusters;
        return true;
    }

    /** Has no new cluster taken for a volume, until {@link #unseal}. */
    synchronized void seal(VolumeMap volume) {
        volume.sealing = true;
    }

    /**
     * Has no more writes begin in place in a sealed volume for which nobody allocates.
     *
     * @return the epoch; when that is over, writes in place are over
     */
    synchronized long stopWriting(VolumeMap volume) {
        volume.forEachLeaf(Leaf::forbidWriting);
        return grace.epoch();
    }

    synchronized void unseal(VolumeMap volume) {
        volume.sealing = false;
    }

    synchronized boolean isAllocating(VolumeMap volume) {
        return !volume.allocating.isEmpty();
    }

    /** Makes a sealed volume smaller, without anything of what lay behind its new end. */
    synchronized boolean cut(VolumeMap volume, int clusters) {
        reclaim();
        int boundary = leafIndex(clusters);
        boolean isWhole = slot(clusters) == 0 || volume.leaf(boundary) == null;
        int directory = boundary / Page.LEAVES_OF_DIRECTORY;
        boolean isKept = boundary % Page.LEAVES_OF_DIRECTORY != 0 || slot(clusters) != 0;
        if (isKept && volume.hasDirectory(directory)) {
            if (isWhole
                    ? !pages.ownDirectory(volume, boundary, 0, true)
                    : pages.own(volume, boundary, true) == null) {
                return false;
            }
        } else if (!pages.ownVolume(volume, 0, true)) {
            return false;
        }
        pages.changed();
        volume.clusters = clusters;
        if (!isWhole) {
            clear(volume, boundary, slot(clusters));
        }
        for (int i = volume.leafCount(); i % Page.LEAVES_OF_DIRECTORY != 0; i++) {
            drop(volume, i);
        }
        int kept = (volume.leafCount() + Page.LEAVES_OF_DIRECTORY - 1) / Page.LEAVES_OF_DIRECTORY;
        for (int i = kept; i < Page.DIRECTORIES; i++) {
            dropDirectory(volume, i);
        }
        return true;
    }

    private void clear(VolumeMap volume, int leafIndex, int from) {
        Leaf leaf = Objects.requireNonNull(volume.leaf(leafIndex));
        for (int slot = from; slot < Page.CLUSTERS_OF_LEAF; slot++) {
            int old = leaf.cluster(slot);
            if (old != 0) {
                leaf.entryRelease(slot, 0);
                pages.limbo().cluster(old);
                leaf.used--;
                volume.used--;
            }
        }
    }

    private void drop(VolumeMap volume, int leafIndex) {
        @Nullable Leaf leaf = volume.leaf(leafIndex);
        if (leaf != null) {
            volume.leaf(leafIndex, null);
            volume.used -= leaf.used;
            pages.limbo().leaf(leaf);
        }
    }

    private void dropDirectory(VolumeMap volume, int directory) {
        if (volume.hasDirectory(directory)) {
            for (int i = 0; i < Page.LEAVES_OF_DIRECTORY; i++) {
                drop(volume, directory * Page.LEAVES_OF_DIRECTORY + i);
            }
            volume.dropDirectory(directory);
        }
        pages.limbo().page(volume.directoryPages[directory]);
        volume.directoryPages[directory] = 0;
        volume.dirtyDirectories.clear(directory);
    }

    /** Has a superblock written although no map has changed. */
    synchronized void touch() {
        pages.changed();
    }

    // --- mending, before anybody uses the store

    /**
     * Gives a leaf's entry a free cluster; 0 when there is none.
     *
     * @param isCounted whether the leaf is among the sharers of the old one
     */
    synchronized int relocate(Leaf leaf, int slot, boolean isCounted) {
        if (!space.hasRoomForData(PAGES_OF_PATH)) {
            return 0;
        }
        int cluster = space.takeRun(1);
        if (isCounted) {
            space.dropSharer(leaf.cluster(slot));
        }
        leaf.entryRelease(slot, cluster);
        return cluster;
    }

    /** Has a leaf, and what a volume has above it, written. */
    synchronized boolean rewrite(VolumeMap volume, Leaf leaf) {
        return pages.rewrite(volume, leaf);
    }

    /** Has a volume and all its directories written. */
    synchronized boolean rewrite(VolumeMap volume) {
        for (int i = 0; i < Page.DIRECTORIES; i++) {
            if ((volume.hasDirectory(i) || volume.directoryPages[i] != 0)
                    && !pages.ownDirectory(volume, i * Page.LEAVES_OF_DIRECTORY, 0, true)) {
                return false;
            }
        }
        return pages.ownVolume(volume, 0, true);
    }

    /** Has a page of the catalogue written. */
    synchronized boolean rewriteCatalogue(int index) {
        int slot = index * Page.VOLUMES_OF_PAGE;
        if (!catalogue.isDirty(slot) && !space.hasRoomForPages(1, true)) {
            return false;
        }
        pages.ownCatalogue(slot);
        return true;
    }

    // --- commits

    /** Collects what the maps are now, for a commit. */
    synchronized Superblock collect(Staging staging) {
        long store = shape.store();
        generation++;
        committing = pages.collect(staging, generation, store);
        return new Superblock(
                store,
                generation,
                shape.blockBytes(),
                shape.clusterBytes(),
                shape.clusters(),
                nextVolume,
                catalogue.volumeCount(),
                catalogue.mappedClusters(),
                catalogue.pages());
    }

    /** The commit is what will be found after a power cut. */
    synchronized void committed() {
        if (committing != null && !committing.isEmpty()) {
            committing.epoch = grace.epoch();
            graced.add(committing);
        }
        committing = null;
        pages.committed();
        reclaim();
    }

    /** Frees what commits have given up, when nobody uses it any more. */
    private void reclaim() {
        while (!graced.isEmpty() && grace.isOver(graced.getFirst().epoch)) {
            graced.removeFirst().release(space);
        }
    }

    /** No more commits: how far the last one came is not known. */
    synchronized void stop(String why) {
        if (stopped == null) {
            stopped = why;
        }
    }

    /** For figures: what is free, counting what is about to be. */
    synchronized int freeClusters() {
        reclaim();
        return space.freeClusters();
    }
}
