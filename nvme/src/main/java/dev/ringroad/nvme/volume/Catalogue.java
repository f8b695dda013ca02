package dev.ringroad.nvme.volume;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The volumes of a store, each in a slot of a catalogue page. Under the monitor of {@link
 * Metadata}.
 */
final class Catalogue {
    static final int VOLUMES_MAX = Page.CATALOGUE_PAGES_MAX * Page.VOLUMES_OF_PAGE;

    private final List<@Nullable VolumeMap> slots = new ArrayList<>();
    private final long[] pages;
    private final BitSet dirtyPages = new BitSet();

    /**
     * @param pages where its pages are, 0 for none
     */
    Catalogue(long[] pages) {
        this.pages = pages.clone();
    }

    long[] pages() {
        return pages.clone();
    }

    List<VolumeMap> volumes() {
        List<VolumeMap> volumes = new ArrayList<>();
        for (@Nullable VolumeMap volume : slots) {
            if (volume != null) {
                volumes.add(volume);
            }
        }
        return volumes;
    }

    @Nullable VolumeMap find(String name) {
        for (@Nullable VolumeMap volume : slots) {
            if (volume != null && volume.name.equals(name)) {
                return volume;
            }
        }
        return null;
    }

    /** The first free slot; {@link #VOLUMES_MAX} when there is none. */
    int freeSlot() {
        int slot = slots.indexOf(null);
        return slot >= 0 ? slot : slots.size();
    }

    void put(int slot, VolumeMap volume) {
        while (slots.size() <= slot) {
            slots.add(null);
        }
        slots.set(slot, volume);
        volume.slot = slot;
    }

    void clear(int slot) {
        slots.set(slot, null);
    }

    boolean isDirty(int slot) {
        return dirtyPages.get(slot / Page.VOLUMES_OF_PAGE);
    }

    /** Has the page of a slot written to a new place, and tells the old one. */
    long replacePage(int slot, long page) {
        int index = slot / Page.VOLUMES_OF_PAGE;
        long old = pages[index];
        pages[index] = page;
        dirtyPages.set(index);
        return old;
    }

    /** Leaves out a page that cannot be read. */
    void forgetPage(int index) {
        pages[index] = 0;
    }

    /** How many clusters hold data, summed over volumes: shared ones count several times. */
    long mappedClusters() {
        long sum = 0;
        for (@Nullable VolumeMap volume : slots) {
            sum += volume == null ? 0 : volume.used;
        }
        return sum;
    }

    int volumeCount() {
        int count = 0;
        for (@Nullable VolumeMap volume : slots) {
            count += volume == null ? 0 : 1;
        }
        return count;
    }

    /** Writes the pages that have changed. */
    void collect(Staging staging, long generation, long store) {
        for (int i = dirtyPages.nextSetBit(0); i >= 0; i = dirtyPages.nextSetBit(i + 1)) {
            Page page = staging.next(pages[i]);
            page.begin(Page.CATALOGUE, pages[i], generation, store);
            int count = 0;
            for (int j = 0; j < Page.VOLUMES_OF_PAGE; j++) {
                int slot = i * Page.VOLUMES_OF_PAGE + j;
                @Nullable VolumeMap volume = slot < slots.size() ? slots.get(slot) : null;
                if (volume != null) {
                    page.putLong(Page.HEADER + (long) j * Long.BYTES, volume.page);
                    count++;
                }
            }
            page.place(0, i, count).seal();
        }
        dirtyPages.clear();
    }
}
