package dev.ringroad.nvme.volume;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The pages of the tree that the next commit writes, and what it gives up. Under the monitor of
 * {@link Metadata}.
 *
 * <p>What is to be changed gets a page of its own first, and so does all above it. When there is no
 * room for all of these, nothing has happened.
 */
final class DirtyPages {
    /**
     * When so many leaves wait for a commit, the next change makes one: bounds what a commit writes
     * at once.
     */
    private static final int LEAVES_MAX = 1024;

    private final Catalogue catalogue;
    private final Space space;
    private final List<Leaf> dirtyLeaves = new ArrayList<>();
    private final List<VolumeMap> dirtyVolumes = new ArrayList<>();
    private Limbo limbo = new Limbo();

    /** Whether anything changed since the last commit began; set before a change is published. */
    private volatile boolean dirty;

    /** Whether maps, as they are now, are durable. */
    private volatile boolean durable = true;

    DirtyPages(Catalogue catalogue, Space space) {
        this.catalogue = catalogue;
        this.space = space;
    }

    /** For any thread. */
    boolean isDirty() {
        return dirty;
    }

    /** For any thread. */
    boolean isDurable() {
        return durable;
    }

    /** To be called before a change is published. */
    void changed() {
        durable = false;
        dirty = true;
    }

    /** Whether a commit has to come first. */
    boolean isFull() {
        return dirtyLeaves.size() >= LEAVES_MAX;
    }

    /** What will be free after the next commit. */
    Limbo limbo() {
        return limbo;
    }

    /** Whether a commit would make something free. */
    boolean hasGivenUp() {
        return dirty && !limbo.isEmpty();
    }

    /**
     * Makes a leaf the volume's own, with a new page for it and all above it; null when there is no
     * room.
     */
    @Nullable Leaf own(VolumeMap volume, int leafIndex, boolean reserved) {
        @Nullable Leaf leaf = volume.leaf(leafIndex);
        boolean isReady = leaf != null && leaf.sharers == 1 && leaf.dirty;
        if (!ownDirectory(volume, leafIndex, isReady ? 0 : 1, reserved)) {
            return null;
        }
        if (leaf != null && isReady) {
            return leaf;
        }
        changed();
        if (leaf == null || leaf.sharers > 1) {
            leaf = leaf == null ? new Leaf(volume.family, leafIndex) : unshared(leaf);
            volume.leaf(leafIndex, leaf);
        } else {
            limbo.page(leaf.page);
        }
        leaf.page = space.takePage();
        leaf.dirty = true;
        dirtyLeaves.add(leaf);
        return leaf;
    }

    private Leaf unshared(Leaf shared) {
        Leaf own = new Leaf(shared.family, shared.index);
        own.used = shared.used;
        for (int i = 0; i < Page.CLUSTERS_OF_LEAF; i++) {
            int cluster = shared.cluster(i);
            if (cluster != 0) {
                space.addSharer(cluster);
                own.entryRelease(i, cluster);
            }
        }
        limbo.leaf(shared);
        return own;
    }

    /** Gives new pages to what lies above a leaf, when there is room for them and some more. */
    boolean ownDirectory(VolumeMap volume, int leafIndex, int pagesBelow, boolean reserved) {
        int directory = leafIndex / Page.LEAVES_OF_DIRECTORY;
        boolean isNew = !volume.dirtyDirectories.get(directory);
        if (!ownVolume(volume, pagesBelow + (isNew ? 1 : 0), reserved)) {
            return false;
        }
        if (isNew) {
            changed();
            limbo.page(volume.directoryPages[directory]);
            volume.directoryPages[directory] = space.takePage();
            volume.dirtyDirectories.set(directory);
        }
        return true;
    }

    /** Gives a volume and what is above it new pages, when there is room for them and some more. */
    boolean ownVolume(VolumeMap volume, int pagesBelow, boolean reserved) {
        int pages = pagesBelow + (volume.dirty ? 0 : 1) + (catalogue.isDirty(volume.slot) ? 0 : 1);
        if (!space.hasRoomForPages(pages, reserved)) {
            return false;
        }
        ownCatalogue(volume.slot);
        if (!volume.dirty) {
            changed();
            limbo.page(volume.page);
            volume.page = space.takePage();
            volume.dirty = true;
            dirtyVolumes.add(volume);
        }
        return true;
    }

    /** Gives a page of the catalogue a new place, for which there is room. */
    void ownCatalogue(int slot) {
        if (!catalogue.isDirty(slot)) {
            changed();
            limbo.page(catalogue.replacePage(slot, space.takePage()));
        }
    }

    /** Has a leaf, and what a volume has above it, written. */
    boolean rewrite(VolumeMap volume, Leaf leaf) {
        if (!ownDirectory(volume, leaf.index, leaf.dirty ? 0 : 1, true)) {
            return false;
        }
        if (!leaf.dirty) {
            changed();
            limbo.page(leaf.page);
            leaf.page = space.takePage();
            leaf.dirty = true;
            dirtyLeaves.add(leaf);
        }
        return true;
    }

    /**
     * Writes all of them into memory.
     *
     * @return what is free when they are durable
     */
    Limbo collect(Staging staging, long generation, long store) {
        dirty = false;
        for (Leaf leaf : dirtyLeaves) {
            leaf.encode(staging.next(leaf.page), generation, store);
            leaf.dirty = false;
        }
        dirtyLeaves.clear();
        for (VolumeMap volume : dirtyVolumes) {
            if (!volume.deleted) {
                collect(volume, staging, generation, store);
            }
        }
        dirtyVolumes.clear();
        catalogue.collect(staging, generation, store);
        Limbo givenUp = limbo;
        limbo = new Limbo();
        return givenUp;
    }

    private static void collect(VolumeMap volume, Staging staging, long generation, long store) {
        BitSet directories = volume.dirtyDirectories;
        for (int i = directories.nextSetBit(0); i >= 0; i = directories.nextSetBit(i + 1)) {
            volume.encodeDirectory(staging.next(volume.directoryPages[i]), i, generation, store);
        }
        directories.clear();
        volume.encode(staging.next(volume.page), generation, store);
        volume.dirty = false;
    }

    /** What was collected is durable. */
    void committed() {
        durable = !dirty;
    }
}
