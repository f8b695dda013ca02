package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks through a store that nobody has open, and mends what is wrong with it.
 *
 * <p>It finds pages with a wrong checksum or of another place, clusters that are used twice or lie
 * outside the store, maps behind a volume's end, wrong counts, wrong names. A leak it cannot find,
 * as there is none: what no map reaches is free.
 *
 * <p>Mending is a commit like any other: a power cut leaves the store as it was or mended.
 */
public final class StoreCheck {
    private StoreCheck() {}

    /**
     * What a repair came to.
     *
     * @param findings what was wrong
     * @param done what was done about it, a sentence each
     * @param remaining what is still wrong
     */
    public record Repair(List<Finding> findings, List<String> done, List<Finding> remaining) {
        /** Whether the store can be opened now. */
        public boolean isSound() {
            return StoreCheck.isSound(remaining);
        }
    }

    /** Whether nothing of it keeps a store from being opened. */
    public static boolean isSound(List<Finding> findings) {
        return findings.stream().allMatch(finding -> finding.gravity() == Finding.Gravity.NOTE);
    }

    /**
     * Reads all metadata of a store, and changes nothing.
     *
     * @return what is not as it should be
     * @throws IOException when there is no superblock to begin with, or the store is open
     */
    public static List<Finding> check(BlockDevice device) throws IOException {
        VolumeStore.requireFit(device);
        try (BlockClaim _ = device.claim();
                PageReader pages = new PageReader(device)) {
            return List.copyOf(StoreReader.read(device, pages).findings());
        }
    }

    /**
     * Mends a store. A cluster that is used twice is copied, so that each user keeps what it reads.
     *
     * @param leaveOutLost whether to go on without what cannot be read any more, which is then gone
     *     for good and reads as zeroes, or is no volume any more; otherwise a store with such
     *     damage stays as it is
     * @throws IOException when there is no superblock to begin with, or the store has no room for
     *     mended pages
     */
    public static Repair repair(BlockDevice device, boolean leaveOutLost) throws IOException {
        VolumeStore.requireFit(device);
        try (BlockClaim _ = device.claim();
                PageReader pages = new PageReader(device)) {
            pages.settle();
            StoreReader reader = StoreReader.read(device, pages);
            List<Finding> findings = List.copyOf(reader.findings());
            boolean isLossy =
                    findings.stream()
                            .anyMatch(finding -> finding.gravity() == Finding.Gravity.LOSS);
            if (findings.isEmpty() || (isLossy && !leaveOutLost)) {
                return new Repair(findings, List.of(), findings);
            }
            List<String> done = mend(device, pages, reader, isLossy);
            return new Repair(
                    findings, done, List.copyOf(StoreReader.read(device, pages).findings()));
        }
    }

    private static List<String> mend(
            BlockDevice device, PageReader pages, StoreReader reader, boolean isLossy)
            throws IOException {
        List<String> done = new ArrayList<>();
        Metadata metadata = reader.metadata();
        if (isLossy) {
            done.add("Left out what cannot be read any more.");
        }
        int copied = separate(device, pages, reader);
        if (copied > 0) {
            done.add(
                    "Gave each user of a cluster that was used twice one of its own: "
                            + copied
                            + " copied.");
        }
        for (VolumeMap volume : reader.overlongVolumes) {
            requireRoom(metadata.cut(volume, volume.clusters), device);
            done.add("Gave up what lay behind the end of volume " + volume.name + ".");
        }
        for (VolumeMap volume : metadata.catalogue().volumes()) {
            rewrite(device, reader, volume);
        }
        for (int page : reader.changedCataloguePages()) {
            requireRoom(metadata.rewriteCatalogue(page), device);
        }
        metadata.touch();
        new VolumeStore(device, BlockClaim.NONE, metadata, reader.twinIsStale()).close();
        done.add("Wrote superblock, twin, names and counts as they should be.");
        return done;
    }

    private static void requireRoom(boolean isThere, BlockDevice device) throws IOException {
        if (!isThere) {
            throw new IOException(
                    "The store on "
                            + device.name()
                            + " has no room for mended pages, and stays as it was; make the device"
                            + " larger, or copy its volumes elsewhere");
        }
    }

    private static void rewrite(BlockDevice device, StoreReader reader, VolumeMap volume)
            throws IOException {
        Metadata metadata = reader.metadata();
        if (reader.changedVolumes.contains(volume)) {
            requireRoom(metadata.rewrite(volume), device);
        }
        List<Leaf> changed = new ArrayList<>();
        volume.forEachLeaf(
                leaf -> {
                    if (reader.changedLeaves.contains(leaf)) {
                        changed.add(leaf);
                    }
                });
        for (Leaf leaf : changed) {
            requireRoom(metadata.rewrite(volume, leaf), device);
        }
    }

    private static int separate(BlockDevice device, PageReader pages, StoreReader reader)
            throws IOException {
        Metadata metadata = reader.metadata();
        int pagesOfCluster = reader.superblock().pagesOfCluster();
        Set<StoreReader.Conflict> separated = new HashSet<>();
        for (StoreReader.Conflict conflict : reader.conflicts) {
            if (!separated.add(conflict)) {
                continue;
            }
            int old = conflict.leaf().cluster(conflict.slot());
            boolean isCounted = !reader.intruders.contains(conflict);
            int own = metadata.relocate(conflict.leaf(), conflict.slot(), isCounted);
            requireRoom(own > 0, device);
            pages.copy((long) old * pagesOfCluster, (long) own * pagesOfCluster, pagesOfCluster);
            reader.changedLeaves.add(conflict.leaf());
        }
        return separated.size();
    }
}
