package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Reads a store from its device, believes nothing, and tells what is wrong.
 *
 * <p>What cannot be used is left out of what it makes, so that {@link #metadata} is consistent in
 * any case: to be used when nothing was found, to be written back when it shall be mended.
 *
 * <p>It ends and stays small whatever it reads: the tree has four levels; each catalogue, volume
 * and directory page is read once; a leaf is read once and kept once, whoever has it; and nothing
 * is allocated for what a page promises before that has been read as well.
 */
final class StoreReader {
    private static final int FINDINGS_MAX = 10_000;

    /** An entry that names a cluster which something else has. */
    record Conflict(Leaf leaf, int slot) {}

    private final BlockDevice device;
    private final PageReader pages;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<Long, Leaf> leaves = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<Integer> identities = new HashSet<>();

    /** What has to be written if the store is to be as it was read. */
    final Set<Leaf> changedLeaves = new HashSet<>();

    final Set<VolumeMap> changedVolumes = new HashSet<>();
    final Set<VolumeMap> overlongVolumes = new HashSet<>();
    final List<Conflict> conflicts = new ArrayList<>();

    /** Those of them that {@link Space} does not count, as another place has the cluster. */
    final Set<Conflict> intruders = new HashSet<>();

    private final List<Integer> changedCataloguePages = new ArrayList<>();

    private Superblock superblock;
    private boolean twinIsStale;
    private Space space;
    private Catalogue catalogue;

    /** By cluster: family and place of the first who has it. */
    private long[] firstUses = new long[64];

    private @Nullable Metadata metadata;

    private StoreReader(BlockDevice device, PageReader pages) throws IOException {
        this.device = device;
        this.pages = pages;
        this.superblock = readSuperblock();
        this.space = new Space(superblock.clusters(), superblock.pagesOfCluster());
        this.catalogue = new Catalogue(superblock.cataloguePages());
    }

    /**
     * Reads everything.
     *
     * @throws IOException when there is no store at all
     */
    static StoreReader read(BlockDevice device, PageReader pages) throws IOException {
        StoreReader reader = new StoreReader(device, pages);
        reader.readCatalogue();
        reader.compareUses();
        reader.compareCounts();
        return reader;
    }

    List<Finding> findings() {
        return findings;
    }

    Superblock superblock() {
        return superblock;
    }

    boolean twinIsStale() {
        return twinIsStale;
    }

    List<Integer> changedCataloguePages() {
        return changedCataloguePages;
    }

    /** What was read, without what is wrong. */
    Metadata metadata() {
        if (metadata == null) {
            metadata = new Metadata(superblock, catalogue, space);
        }
        return metadata;
    }

    private void found(Finding.Gravity gravity, String sentence) {
        if (findings.size() < FINDINGS_MAX) {
            findings.add(new Finding(gravity, sentence));
        }
    }

    private void lost(String sentence) {
        found(Finding.Gravity.LOSS, sentence);
    }

    private void mendable(String sentence) {
        found(Finding.Gravity.MENDABLE, sentence);
    }

    // --- superblock

    private Superblock readSuperblock() throws IOException {
        Candidate main = candidate(Page.SUPERBLOCK_PAGE);
        Candidate twin = candidate(Page.TWIN_PAGE);
        if (main.superblock == null && twin.superblock == null) {
            throw new IOException(
                    device.name()
                            + " holds no volume store that can be read: of the superblock, "
                            + main.objection
                            + "; of its twin, "
                            + twin.objection
                            + ". See that it is the right device; a new store is made with"
                            + " ringroad volume init.");
        }
        if (main.superblock == null) {
            found(
                    Finding.Gravity.NOTE,
                    "The superblock is not readable ("
                            + main.objection
                            + "), as after a power cut; its twin is used.");
            return Objects.requireNonNull(twin.superblock);
        }
        if (twin.superblock == null) {
            twinIsStale = true;
            found(
                    Finding.Gravity.NOTE,
                    "The superblock's twin is not readable ("
                            + twin.objection
                            + "), as after a power cut.");
            return main.superblock;
        }
        return chosen(main.superblock, twin.superblock);
    }

    private Superblock chosen(Superblock main, Superblock twin) {
        if (main.equals(twin)) {
            return main;
        }
        if (main.store() != twin.store()) {
            mendable("The superblock and its twin are of different stores; the first is used.");
        } else if (main.generation() > twin.generation()) {
            found(
                    Finding.Gravity.NOTE,
                    "The superblock's twin is a commit behind, as after a power cut.");
        } else {
            mendable(
                    "The superblock is older than its twin, which is used; a write of the"
                            + " superblock was lost.");
            return twin;
        }
        twinIsStale = true;
        return main;
    }

    private record Candidate(@Nullable Superblock superblock, String objection) {}

    private Candidate candidate(long number) {
        Page page = pages.read(number);
        if (page == null) {
            return new Candidate(null, "it cannot be read from the device");
        }
        String objection =
                Superblock.objection(
                        page, number, device.geometry().blockBytes(), device.geometry().byteSize());
        return objection == null
                ? new Candidate(Superblock.decode(page), "")
                : new Candidate(null, objection);
    }

    // --- the tree

    /** Why a page is not what its parent takes it for, or null. */
    private @Nullable String objection(
            @Nullable Page page, BlockStatus why, int kind, long number, int owner, int index) {
        if (page == null) {
            return "it cannot be read: " + why.sentence();
        }
        if (!page.hasValidChecksum()) {
            return "its checksum does not match";
        }
        if (page.kind() != kind || page.number() != number || page.store() != superblock.store()) {
            return "it is a page of something else";
        }
        if (page.generation() > superblock.generation()) {
            return "it is newer than the superblock";
        }
        if ((owner != 0 && page.owner() != owner) || page.index() != index) {
            return "it is the page of another place";
        }
        return null;
    }

    /** Takes a page into account that one parent alone may have. */
    private boolean enter(long number, String what) {
        if (!superblock.isPage(number)) {
            lost(what + " is said to be page " + number + ", which is not in the store.");
            return false;
        }
        if (!space.addPage(number)) {
            lost(what + " is said to be page " + number + ", which is something else already.");
            return false;
        }
        return true;
    }

    // What was entered and turned out to be no such page.
    private void unreadable(String what, long number, String objection) {
        space.dropPage(number);
        lost(
                what
                        + " (page "
                        + number
                        + ", byte "
                        + number * Page.BYTES
                        + ") is lost: "
                        + objection
                        + ".");
    }

    private void readCatalogue() {
        long[] numbers = superblock.cataloguePages();
        for (int i = 0; i < numbers.length; i++) {
            String what = "Page " + i + " of the catalogue of volumes";
            if (numbers[i] == 0) {
                continue;
            }
            if (!enter(numbers[i], what)) {
                catalogue.forgetPage(i);
                changedCataloguePages.add(i);
                continue;
            }
            @Nullable Page page = pages.read(numbers[i]);
            String objection =
                    objection(page, BlockStatus.MEDIA_ERROR, Page.CATALOGUE, numbers[i], 0, i);
            if (page == null || objection != null) {
                unreadable(what, numbers[i], String.valueOf(objection));
                catalogue.forgetPage(i);
                changedCataloguePages.add(i);
                continue;
            }
            readVolumes(i, longs(page, Page.HEADER, Page.VOLUMES_OF_PAGE));
        }
    }

    private static long[] longs(Page page, int offset, int count) {
        long[] numbers = new long[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = page.longAt(offset + (long) i * Long.BYTES);
        }
        return numbers;
    }

    private void readVolumes(int cataloguePage, long[] numbers) {
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] == 0) {
                continue;
            }
            int slot = cataloguePage * Page.VOLUMES_OF_PAGE + i;
            VolumeMap volume =
                    enter(numbers[i], volumeName(slot)) ? volume(slot, numbers[i]) : null;
            if (volume == null) {
                changedCataloguePages.add(cataloguePage);
            }
        }
    }

    private static String volumeName(int slot) {
        return "The volume in slot " + slot + " of the catalogue";
    }

    private @Nullable VolumeMap volume(int slot, long number) {
        @Nullable Page page = pages.read(number);
        String objection = objection(page, BlockStatus.MEDIA_ERROR, Page.VOLUME, number, 0, 0);
        VolumeMap volume = page == null || objection != null ? null : VolumeMap.decode(page);
        if (page == null || volume == null) {
            unreadable(
                    volumeName(slot),
                    number,
                    objection == null ? "what it says of itself cannot be" : objection);
            return null;
        }
        if (!identities.add(volume.id)) {
            unreadable(volumeName(slot), number, "its identity is that of another volume");
            return null;
        }
        catalogue.put(slot, volume);
        checkName(volume);
        readDirectories(volume, longs(page, Page.DIRECTORY_LIST, Page.DIRECTORIES));
        return volume;
    }

    private void checkName(VolumeMap volume) {
        if (!VolumeStore.isName(volume.name) || !names.add(volume.name)) {
            String name = "volume-" + volume.id;
            while (!names.add(name)) {
                name += "-";
            }
            mendable(
                    "Volume "
                            + volume.id
                            + " has "
                            + (VolumeStore.isName(volume.name)
                                    ? "the name " + volume.name + " of another volume"
                                    : "a name that cannot be")
                            + "; it is called "
                            + name
                            + " instead.");
            volume.name = name;
            changedVolumes.add(volume);
        }
    }

    private void readDirectories(VolumeMap volume, long[] numbers) {
        long used = volume.used;
        volume.used = 0;
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] != 0 && !readDirectory(volume, i, numbers[i])) {
                changedVolumes.add(volume);
            }
        }
        if (volume.used != used && !changedVolumes.contains(volume)) {
            mendable(
                    "Volume "
                            + volume.name
                            + " says that it holds "
                            + used
                            + " clusters, and its map has "
                            + volume.used
                            + ".");
        }
        if (volume.used != used) {
            changedVolumes.add(volume);
        }
    }

    /** Whether it is to be kept. */
    private boolean readDirectory(VolumeMap volume, int directory, long number) {
        String what = "Directory " + directory + " of volume " + volume.name;
        if (directory * Page.LEAVES_OF_DIRECTORY >= volume.leafCount()) {
            mendable(what + " lies behind the volume's end.");
            return false;
        }
        if (!enter(number, what)) {
            return false;
        }
        @Nullable Page page = pages.read(number);
        String objection =
                objection(
                        page,
                        BlockStatus.MEDIA_ERROR,
                        Page.DIRECTORY,
                        number,
                        volume.id,
                        directory);
        if (page == null || objection != null) {
            unreadable(what, number, String.valueOf(objection));
            return false;
        }
        volume.directoryPages[directory] = number;
        readLeaves(volume, directory, longs(page, Page.HEADER, Page.LEAVES_OF_DIRECTORY));
        return true;
    }

    private void readLeaves(VolumeMap volume, int directory, long[] numbers) {
        int first = directory * Page.LEAVES_OF_DIRECTORY;
        long[] unread = numbers.clone();
        for (int i = 0; i < numbers.length; i++) {
            Leaf leaf = leaves.get(numbers[i]);
            if (leaf != null) {
                unread[i] = 0;
                addShared(volume, first + i, leaf, numbers[i]);
            } else if (numbers[i] != 0 && !enterLeaf(volume, first + i, numbers[i])) {
                unread[i] = 0;
                changedVolumes.add(volume);
            }
        }
        pages.read(unread, (i, page, why) -> addRead(volume, first + i, numbers[i], page, why));
    }

    private static String leafName(VolumeMap volume, int index) {
        long first = (long) index * Page.CLUSTERS_OF_LEAF;
        return "The map of clusters "
                + first
                + " to "
                + (first + Page.CLUSTERS_OF_LEAF - 1)
                + " of volume "
                + volume.name;
    }

    private boolean enterLeaf(VolumeMap volume, int index, long number) {
        if (index >= volume.leafCount()) {
            mendable(leafName(volume, index) + " lies behind its end.");
            return false;
        }
        return enter(number, leafName(volume, index));
    }

    private void addShared(VolumeMap volume, int index, Leaf leaf, long number) {
        if (leaf.family != volume.family || leaf.index != index) {
            lost(
                    leafName(volume, index)
                            + " is said to be page "
                            + number
                            + ", which is the map of another place.");
            changedVolumes.add(volume);
            return;
        }
        leaf.sharers++;
        add(volume, leaf);
    }

    private void add(VolumeMap volume, Leaf leaf) {
        volume.leaf(leaf.index, leaf);
        volume.used += leaf.used;
        int behind = volume.clusters - leaf.index * Page.CLUSTERS_OF_LEAF;
        for (int i = Math.max(behind, 0); i < Page.CLUSTERS_OF_LEAF; i++) {
            if (leaf.cluster(i) != 0) {
                mendable("Volume " + volume.name + " has clusters behind its end.");
                overlongVolumes.add(volume);
                return;
            }
        }
    }

    private void addRead(
            VolumeMap volume, int index, long number, @Nullable Page page, BlockStatus why) {
        String objection = objection(page, why, Page.LEAF, number, volume.family, index);
        if (page == null || objection != null) {
            unreadable(leafName(volume, index), number, String.valueOf(objection));
            changedVolumes.add(volume);
            return;
        }
        Leaf leaf = new Leaf(volume.family, index);
        leaf.page = number;
        leaves.put(number, leaf);
        readEntries(volume, leaf, page);
        add(volume, leaf);
    }

    private void readEntries(VolumeMap volume, Leaf leaf, Page page) {
        int bad = 0;
        for (int i = 0; i < Page.CLUSTERS_OF_LEAF; i++) {
            int cluster = page.intAt(Page.HEADER + (long) i * Integer.BYTES);
            if (cluster == 0) {
                continue;
            }
            if (cluster < 0 || cluster >= superblock.clusters()) {
                bad++;
                continue;
            }
            leaf.used++;
            leaf.entryRelease(i, cluster);
            use(leaf, i, cluster);
        }
        if (bad > 0) {
            lost(leafName(volume, leaf.index) + " names " + bad + " clusters outside the store.");
            changedLeaves.add(leaf);
        } else if (leaf.used != page.used()) {
            mendable(
                    leafName(volume, leaf.index)
                            + " says that it has "
                            + page.used()
                            + " clusters, and has "
                            + leaf.used
                            + ".");
            changedLeaves.add(leaf);
        }
    }

    // --- uses and counts

    private void use(Leaf leaf, int slot, int cluster) {
        if (cluster >= firstUses.length) {
            firstUses =
                    Arrays.copyOf(
                            firstUses,
                            (int)
                                    Math.min(
                                            superblock.clusters(),
                                            Math.max(cluster + 1L, 2L * cluster)));
        }
        long place = (long) leaf.index * Page.CLUSTERS_OF_LEAF + slot;
        long use = (long) leaf.family << 32 | place;
        if (firstUses[cluster] == 0) {
            firstUses[cluster] = use;
        } else if (firstUses[cluster] != use) {
            // Not a sharer: of those who should not have it there can be any number.
            conflict(leaf, slot, cluster, "another place has as well");
            intruders.add(new Conflict(leaf, slot));
            return;
        }
        space.addSharer(cluster);
    }

    private void conflict(Leaf leaf, int slot, int cluster, String other) {
        mendable(
                "Cluster "
                        + cluster
                        + " is used twice: the volumes of family "
                        + leaf.family
                        + " have it at their cluster "
                        + ((long) leaf.index * Page.CLUSTERS_OF_LEAF + slot)
                        + ", and "
                        + other
                        + ".");
        conflicts.add(new Conflict(leaf, slot));
    }

    private void compareUses() {
        for (Leaf leaf : leaves.values()) {
            for (int i = 0; i < Page.CLUSTERS_OF_LEAF; i++) {
                int cluster = leaf.cluster(i);
                if (cluster != 0 && (cluster < 1 || space.isMetadata(cluster))) {
                    conflict(leaf, i, cluster, "metadata lie in it");
                }
            }
        }
    }

    private void compareCounts() {
        int highest = identities.stream().mapToInt(id -> id).max().orElse(0);
        if (highest >= superblock.nextVolume()) {
            mendable(
                    "The next volume would be number "
                            + superblock.nextVolume()
                            + ", and there is a number "
                            + highest
                            + " already.");
            superblock = superblock.withNextVolume(Math.max(highest, highest + 1));
        }
        if (findings.stream().anyMatch(finding -> finding.gravity() != Finding.Gravity.NOTE)) {
            return; // they cannot be right, and are written anew with the rest
        }
        if (catalogue.volumeCount() != superblock.volumes()
                || catalogue.mappedClusters() != superblock.mappedClusters()) {
            mendable(
                    "The superblock says that there are "
                            + superblock.volumes()
                            + " volumes with "
                            + superblock.mappedClusters()
                            + " clusters, and there are "
                            + catalogue.volumeCount()
                            + " with "
                            + catalogue.mappedClusters()
                            + ".");
        }
    }
}
