package dev.ringroad.nvme.volume;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A piece of a volume's map in memory: the clusters of 1008 neighbours.
 *
 * <p>The entries are read by any thread; everything else, and all changes, are under the monitor of
 * {@link Metadata}.
 */
final class Leaf {
    /** In an entry: the cluster is this volume's alone, and may be written in place. */
    static final int WRITABLE = 1 << 31;

    /** The cluster of an entry. */
    static final int CLUSTER = ~WRITABLE;

    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(int[].class);

    final int family;
    final int index;

    /** How many maps have it. While there are several, no entry is writable. */
    int sharers = 1;

    /** How many entries are not 0. */
    int used;

    /** Where it is on disk, or will be after the next commit. */
    long page;

    /** Whether the next commit writes it. */
    boolean dirty;

    private final int[] entries = new int[Page.CLUSTERS_OF_LEAF];

    Leaf(int family, int index) {
        this.family = family;
        this.index = index;
    }

    /** Pairs with {@link #entryRelease}: what was written to a new cluster is visible with it. */
    int entryAcquire(int slot) {
        return (int) ENTRY.getAcquire(entries, slot);
    }

    void entryRelease(int slot, int entry) {
        ENTRY.setRelease(entries, slot, entry);
    }

    int cluster(int slot) {
        return entries[slot] & CLUSTER;
    }

    /** From here on every write to these clusters asks first. */
    void forbidWriting() {
        for (int i = 0; i < entries.length; i++) {
            int entry = entries[i];
            if (entry < 0) {
                entryRelease(i, entry & CLUSTER);
            }
        }
    }

    void encode(Page target, long generation, long store) {
        target.begin(Page.LEAF, page, generation, store).place(family, index, used);
        for (int i = 0; i < entries.length; i++) {
            target.putInt(Page.HEADER + (long) i * Integer.BYTES, entries[i] & CLUSTER);
        }
        target.seal();
    }
}
