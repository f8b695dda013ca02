package dev.ringroad.nvme.volume;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/**
 * A volume in memory: its record, and which clusters its own are.
 *
 * <p>{@link #entryAcquire} and the size are for any thread; everything else is under the monitor of
 * {@link Metadata}.
 */
final class VolumeMap {
    static final int READ_ONLY = 1;

    private static final int ID = 64;
    private static final int ORIGIN = 68;
    private static final int FLAGS = 72;
    private static final int NAME_BYTES = 76;
    private static final int SIZE = 80;
    private static final int USED = 88;
    private static final int CREATED = 96;
    private static final int FAMILY = 104;

    private static final VarHandle DIRECTORY = MethodHandles.arrayElementVarHandle(Leaf[][].class);
    private static final VarHandle LEAF = MethodHandles.arrayElementVarHandle(Leaf[].class);

    final int id;
    final int origin;
    final int family;
    final boolean readOnly;
    final long createdMillis;
    String name;

    /** Its size. */
    volatile int clusters;

    /** How many clusters hold data. */
    long used;

    /** Where in the catalogue it is. */
    int slot;

    /** Where its page is, or will be after the next commit. */
    long page;

    boolean dirty;
    boolean deleted;

    /** No new cluster may be taken: its writes are being stopped for a snapshot or a cut. */
    boolean sealing;

    /** How many have it open, and how many channels they have. */
    int users;

    final List<Operation> allocating = new ArrayList<>();
    final long[] directoryPages = new long[Page.DIRECTORIES];
    final BitSet dirtyDirectories = new BitSet();
    private final @Nullable Leaf[] @Nullable [] directories = new Leaf[Page.DIRECTORIES][];

    VolumeMap(
            int id,
            int origin,
            int family,
            boolean readOnly,
            long createdMillis,
            String name,
            int clusters) {
        this.id = id;
        this.origin = origin;
        this.family = family;
        this.readOnly = readOnly;
        this.createdMillis = createdMillis;
        this.name = name;
        this.clusters = clusters;
    }

    /** What the volume has at a cluster of its own: 0 for nothing, or an entry of a leaf. */
    int entryAcquire(int cluster) {
        int leafIndex = cluster / Page.CLUSTERS_OF_LEAF;
        @Nullable Leaf leaf = leaf(leafIndex);
        return leaf == null ? 0 : leaf.entryAcquire(cluster - leafIndex * Page.CLUSTERS_OF_LEAF);
    }

    @Nullable Leaf leaf(int leafIndex) {
        int directory = leafIndex / Page.LEAVES_OF_DIRECTORY;
        @Nullable Leaf @Nullable [] leaves =
                (@Nullable Leaf @Nullable []) DIRECTORY.getAcquire(directories, directory);
        return leaves == null
                ? null
                : (@Nullable Leaf)
                        LEAF.getAcquire(leaves, leafIndex - directory * Page.LEAVES_OF_DIRECTORY);
    }

    void leaf(int leafIndex, @Nullable Leaf leaf) {
        int directory = leafIndex / Page.LEAVES_OF_DIRECTORY;
        @Nullable Leaf @Nullable [] leaves = directories[directory];
        if (leaves == null) {
            leaves = new Leaf[Page.LEAVES_OF_DIRECTORY];
            DIRECTORY.setRelease(directories, directory, leaves);
        }
        LEAF.setRelease(leaves, leafIndex - directory * Page.LEAVES_OF_DIRECTORY, leaf);
    }

    /** How many leaves its size may need. */
    int leafCount() {
        return (clusters + Page.CLUSTERS_OF_LEAF - 1) / Page.CLUSTERS_OF_LEAF;
    }

    boolean hasDirectory(int directory) {
        return directories[directory] != null;
    }

    int directoryCount() {
        int count = 0;
        for (int i = 0; i < Page.DIRECTORIES; i++) {
            count += hasDirectory(i) ? 1 : 0;
        }
        return count;
    }

    void dropDirectory(int directory) {
        DIRECTORY.setRelease(directories, directory, null);
    }

    void forEachLeaf(Consumer<Leaf> action) {
        for (@Nullable Leaf @Nullable [] leaves : directories) {
            if (leaves == null) {
                continue;
            }
            for (@Nullable Leaf leaf : leaves) {
                if (leaf != null) {
                    action.accept(leaf);
                }
            }
        }
    }

    /** Whether somebody fills one of these clusters at the moment. */
    boolean isAllocating(int first, int count) {
        for (int i = 0; i < allocating.size(); i++) {
            Operation other = allocating.get(i);
            if (first < other.runCluster + other.runClusters && other.runCluster < first + count) {
                return true;
            }
        }
        return false;
    }

    void encode(Page target, long generation, long store) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        target.begin(Page.VOLUME, page, generation, store).place(id, 0, directoryCount());
        target.putInt(ID, id);
        target.putInt(ORIGIN, origin);
        target.putInt(FLAGS, readOnly ? READ_ONLY : 0);
        target.putInt(NAME_BYTES, text.length);
        target.putLong(SIZE, clusters);
        target.putLong(USED, used);
        target.putLong(CREATED, createdMillis);
        target.putInt(FAMILY, family);
        target.putBytes(Page.NAME, text);
        for (int i = 0; i < Page.DIRECTORIES; i++) {
            target.putLong(Page.DIRECTORY_LIST + (long) i * Long.BYTES, directoryPages[i]);
        }
        target.seal();
    }

    void encodeDirectory(Page target, int directory, long generation, long store) {
        target.begin(Page.DIRECTORY, directoryPages[directory], generation, store);
        int count = 0;
        for (int i = 0; i < Page.LEAVES_OF_DIRECTORY; i++) {
            @Nullable Leaf leaf = leaf(directory * Page.LEAVES_OF_DIRECTORY + i);
            if (leaf != null) {
                count++;
                target.putLong(Page.HEADER + (long) i * Long.BYTES, leaf.page);
            }
        }
        target.place(id, directory, count).seal();
    }

    /** The record of a page, without its map; null when it is nonsense. */
    static @Nullable VolumeMap decode(Page page) {
        int nameBytes = page.intAt(NAME_BYTES);
        long size = page.longAt(SIZE);
        if (page.intAt(ID) < 1
                || page.owner() != page.intAt(ID)
                || nameBytes < 0
                || nameBytes > Page.NAME_BYTES_MAX
                || size < 1
                || size > Page.VOLUME_CLUSTERS_MAX
                || page.intAt(FAMILY) < 1
                || page.intAt(ORIGIN) < 0) {
            return null;
        }
        VolumeMap volume =
                new VolumeMap(
                        page.intAt(ID),
                        page.intAt(ORIGIN),
                        page.intAt(FAMILY),
                        (page.intAt(FLAGS) & READ_ONLY) != 0,
                        page.longAt(CREATED),
                        new String(page.bytes(Page.NAME, nameBytes), StandardCharsets.UTF_8),
                        (int) size);
        volume.used = page.longAt(USED);
        volume.page = page.number();
        return volume;
    }
}
