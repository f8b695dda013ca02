package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockClaim;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/**
 * Volumes on a block device; the package says how it works.
 *
 * <p>Its methods are for any thread. Those that change something wait for each other, and when they
 * return, what they did is durable. They need a channel of the device while they run. A thread that
 * has requests outstanding in channels of its own must not call those that change something, as it
 * would wait for itself; they say so.
 *
 * <p>A device has one store, and a store is opened once at a time: it claims its device. Where a
 * device knows no claims, another process that opens the store as well would destroy it.
 */
public final class VolumeStore implements AutoCloseable {
    /** The size of a cluster where the user has no wish: 64 KiB. */
    public static final int CLUSTER_BYTES = 64 << 10;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._+@:-]{0,63}");
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final BlockDevice device;
    private final BlockClaim claim;
    private final Metadata metadata;
    private final Commit commit;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment zeroes;
    private final List<Volume> open = new ArrayList<>();
    private volatile boolean closed;

    VolumeStore(BlockDevice device, BlockClaim claim, Metadata metadata, boolean twinIsStale) {
        this.device = device;
        this.claim = claim;
        this.metadata = metadata;
        this.commit = new Commit(metadata, device, twinIsStale);
        this.zeroes = arena.allocate(metadata.shape.clusterBytes(), Page.BYTES);
    }

    /**
     * Makes an empty store on a device; what was on it is lost.
     *
     * @param clusterBytes what is taken at a time: a power of two from 16 KiB to 4 MiB; small ones
     *     suit small writes and cost memory, about 6 bytes each
     * @throws IOException when the device does not do; it says why
     */
    public static void format(BlockDevice device, int clusterBytes) throws IOException {
        requireFit(device);
        if (Integer.bitCount(clusterBytes) != 1
                || clusterBytes < Superblock.CLUSTER_BYTES_MIN
                || clusterBytes > Superblock.CLUSTER_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "A cluster is a power of two from 16 KiB to 4 MiB, not "
                            + clusterBytes
                            + " bytes");
        }
        long clusters = device.geometry().byteSize() / clusterBytes;
        if (clusters < Superblock.CLUSTERS_MIN || clusters > Superblock.CLUSTERS_MAX) {
            throw new IOException(
                    device.name()
                            + " would have "
                            + clusters
                            + " clusters, and a store has "
                            + Superblock.CLUSTERS_MIN
                            + " to "
                            + Superblock.CLUSTERS_MAX
                            + "; choose "
                            + (clusters < Superblock.CLUSTERS_MIN ? "smaller" : "larger")
                            + " clusters");
        }
        Superblock superblock =
                new Superblock(
                        new SecureRandom().nextLong(),
                        1,
                        device.geometry().blockBytes(),
                        clusterBytes,
                        (int) clusters,
                        1,
                        0,
                        0,
                        new long[Page.CATALOGUE_PAGES_MAX]);
        try (BlockClaim _ = device.claim();
                PageReader pages = new PageReader(device)) {
            // First nothing of an earlier store, so that its superblock is not taken for a newer
            // one.
            pages.write(Page.SUPERBLOCK_PAGE, _ -> {});
            pages.write(Page.TWIN_PAGE, _ -> {});
            pages.flush();
            pages.write(Page.TWIN_PAGE, page -> superblock.encode(page, Page.TWIN_PAGE));
            pages.write(
                    Page.SUPERBLOCK_PAGE, page -> superblock.encode(page, Page.SUPERBLOCK_PAGE));
            pages.flush();
        }
    }

    /** Whether a device seems to hold a store, sound or not. */
    public static boolean isOn(BlockDevice device) throws IOException {
        requireFit(device);
        try (PageReader pages = new PageReader(device)) {
            return isSuperblock(pages.read(Page.SUPERBLOCK_PAGE))
                    || isSuperblock(pages.read(Page.TWIN_PAGE));
        }
    }

    private static boolean isSuperblock(@Nullable Page page) {
        return page != null && page.kind() == Page.SUPERBLOCK;
    }

    /**
     * Opens a store.
     *
     * @param device stays the caller's, and is closed after the store
     * @throws IOException when there is none, it is open already, or something is wrong with it
     *     that {@link StoreCheck} tells in full
     */
    public static VolumeStore open(BlockDevice device) throws IOException {
        requireFit(device);
        BlockClaim claim = device.claim();
        try {
            return open(device, claim);
        } catch (Throwable t) {
            claim.close();
            throw t;
        }
    }

    private static VolumeStore open(BlockDevice device, BlockClaim claim) throws IOException {
        try (PageReader pages = new PageReader(device)) {
            pages.settle();
            StoreReader reader = StoreReader.read(device, pages);
            for (Finding finding : reader.findings()) {
                if (finding.gravity() != Finding.Gravity.NOTE) {
                    throw new IOException(
                            "The volume store on "
                                    + device.name()
                                    + " is damaged: "
                                    + finding.sentence()
                                    + " Check and repair it first.");
                }
            }
            return new VolumeStore(device, claim, reader.metadata(), reader.twinIsStale());
        }
    }

    static void requireFit(BlockDevice device) throws IOException {
        BlockGeometry geometry = device.geometry();
        if (geometry.blockBytes() > Page.BYTES) {
            throw new IOException(
                    device.name()
                            + " has blocks of "
                            + geometry.blockBytes()
                            + " bytes, and a volume store writes 4096 at a time");
        }
        if (geometry.requestBlocksMax() * (long) geometry.blockBytes() < Page.BYTES) {
            throw new IOException(
                    device.name() + " takes less than the 4096 bytes that a volume store writes");
        }
        if (geometry.metadataBytes() > 0) {
            throw new IOException(
                    device.name()
                            + " has metadata beside its blocks, which volumes do not have; format"
                            + " it without");
        }
        if (geometry.byteSize() < (long) Superblock.CLUSTERS_MIN * Superblock.CLUSTER_BYTES_MIN) {
            throw new IOException(
                    device.name() + " is too small for a volume store, which needs 128 KiB");
        }
        if (!device.operations().contains(BlockOperation.WRITE)) {
            throw new IOException(
                    device.name() + " is read-only, and a volume store needs to write");
        }
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    Metadata metadata() {
        return metadata;
    }

    Commit commit() {
        return commit;
    }

    MemorySegment zeroes() {
        return zeroes;
    }

    /** What it is on. */
    public BlockDevice device() {
        return device;
    }

    /** How full it is. */
    public StoreInfo info() {
        Superblock shape = metadata.shape;
        synchronized (metadata) {
            return new StoreInfo(
                    (long) shape.clusters() * shape.clusterBytes(),
                    (long) metadata.freeClusters() * shape.clusterBytes(),
                    shape.clusterBytes(),
                    metadata.generation(),
                    metadata.catalogue().volumeCount());
        }
    }

    /** All volumes and snapshots, in the order of their making. */
    public List<VolumeInfo> volumes() {
        synchronized (metadata) {
            List<VolumeMap> maps = metadata.catalogue().volumes();
            List<VolumeInfo> infos = new ArrayList<>();
            for (VolumeMap map : maps) {
                String origin =
                        maps.stream()
                                .filter(other -> other.id == map.origin)
                                .map(other -> other.name)
                                .findFirst()
                                .orElse(null);
                infos.add(info(map, origin));
            }
            infos.sort(java.util.Comparator.comparingInt(VolumeInfo::identity));
            return infos;
        }
    }

    private VolumeInfo info(VolumeMap map, @Nullable String origin) {
        long clusterBytes = metadata.shape.clusterBytes();
        return new VolumeInfo(
                map.name,
                map.id,
                map.readOnly,
                origin,
                map.clusters * clusterBytes,
                map.used * clusterBytes,
                map.createdMillis);
    }

    /**
     * Opens a volume or a snapshot for I/O.
     *
     * @return to be closed before the store
     */
    public Volume openVolume(String name) throws IOException {
        return openVolume(name, () -> {});
    }

    /**
     * The same for a volume that closes something after itself.
     *
     * @param owned stays the caller's when this fails
     */
    Volume openVolume(String name, Closeable owned) throws IOException {
        synchronized (open) {
            requireOpen();
            Volume volume = new Volume(this, require(name), owned);
            open.add(volume);
            return volume;
        }
    }

    void closed(Volume volume) {
        synchronized (open) {
            boolean ignored = open.remove(volume);
        }
    }

    /**
     * Makes an empty volume.
     *
     * @param bytes its size, which is rounded up to whole clusters; it may be larger than the store
     */
    public synchronized void create(String name, long bytes) throws IOException {
        beginChange();
        requireNewName(name);
        add(name, clusters(bytes), false, null);
    }

    /**
     * Keeps what a volume holds now, under a name of its own and read-only. Writes that are under
     * way are in it or not; later ones are not, and wait for a moment.
     */
    public synchronized void snapshot(String source, String name) throws IOException {
        copy(source, name, true);
    }

    /** Makes a volume that holds what a volume or a snapshot holds now, and goes its own way. */
    public synchronized void branch(String source, String name) throws IOException {
        copy(source, name, false);
    }

    private void copy(String source, String name, boolean readOnly) throws IOException {
        beginChange();
        requireNewName(name);
        VolumeMap map = require(source);
        if (map.readOnly) {
            add(name, map.clusters, readOnly, map);
            return;
        }
        try {
            stopWriting(map);
            add(name, map.clusters, readOnly, map);
        } finally {
            metadata.unseal(map);
        }
    }

    private void add(String name, int clusters, boolean readOnly, @Nullable VolumeMap source)
            throws IOException {
        requireRoomForVolume();
        commitUnless(
                () ->
                        metadata.add(name, clusters, readOnly, source, System.currentTimeMillis())
                                != null,
                "Making " + name);
    }

    /**
     * Changes the size of a volume, which may be open and in use.
     *
     * @param bytes rounded up to whole clusters; what lies behind a smaller size is given up
     */
    public synchronized void resize(String name, long bytes) throws IOException {
        beginChange();
        VolumeMap map = require(name);
        int clusters = clusters(bytes);
        if (map.readOnly) {
            throw new IOException(name + " is a snapshot, and these stay as they are");
        }
        if (clusters < map.clusters) {
            try {
                stopWriting(map);
                commitUnless(() -> metadata.cut(map, clusters), "Making " + name + " smaller");
            } finally {
                metadata.unseal(map);
            }
        } else {
            commitUnless(
                    () -> metadata.amend(map, map.name, clusters), "Making " + name + " larger");
        }
        synchronized (open) {
            open.stream().filter(volume -> volume.map() == map).forEach(Volume::resized);
        }
    }

    /** Gives a volume or snapshot another name. */
    public synchronized void rename(String name, String newName) throws IOException {
        beginChange();
        VolumeMap map = require(name);
        requireNewName(newName);
        commitUnless(() -> metadata.amend(map, newName, map.clusters), "Renaming " + name);
    }

    /**
     * Deletes a volume or snapshot that nobody has open; what others share with it stays theirs.
     */
    public synchronized void delete(String name) throws IOException {
        beginChange();
        VolumeMap map = require(name);
        commitUnless(() -> remove(map), "Deleting " + name);
    }

    private boolean remove(VolumeMap map) throws IOException {
        synchronized (open) {
            if (open.stream().anyMatch(volume -> volume.map() == map)) {
                throw new IOException(map.name + " is open; close it, then delete it");
            }
            return metadata.remove(map);
        }
    }

    /** Makes everything durable that is completed, on all volumes. */
    public synchronized void flush() throws IOException {
        beginChange();
        try (PageReader pages = new PageReader(device)) {
            pages.flush();
        }
        makeDurable();
    }

    /** A change of the maps; false when there is no room for it. */
    private interface Change {
        boolean make() throws IOException;
    }

    private void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("The volume store on " + device.name() + " is closed");
        }
        requireRunning();
    }

    private void requireRunning() throws IOException {
        String why = metadata.stopped();
        if (why != null) {
            throw new IOException(why);
        }
    }

    private void beginChange() throws IOException {
        requireOpen();
        synchronized (open) {
            for (Volume volume : open) {
                if (volume.isBusyFor(Thread.currentThread())) {
                    throw new IllegalStateException(
                            "This thread has requests outstanding on "
                                    + volume.name()
                                    + ", and would wait for itself: poll its channel until there"
                                    + " are none");
                }
            }
        }
    }

    private VolumeMap require(String name) throws IOException {
        @Nullable VolumeMap map;
        synchronized (metadata) {
            map = metadata.catalogue().find(name);
        }
        if (map == null) {
            throw new IOException(
                    "There is no volume " + name + " in the store on " + device.name());
        }
        return map;
    }

    private void requireNewName(String name) throws IOException {
        if (!isName(name)) {
            throw new IOException(
                    "A volume's name has up to 64 letters, digits and ._+@:- and begins with a"
                            + " letter or digit; \""
                            + name
                            + "\" has not");
        }
        synchronized (metadata) {
            if (metadata.catalogue().find(name) != null) {
                throw new IOException(
                        "There is already a volume " + name + " in the store on " + device.name());
            }
        }
    }

    private void requireRoomForVolume() throws IOException {
        synchronized (metadata) {
            if (metadata.catalogue().freeSlot() >= Catalogue.VOLUMES_MAX
                    || metadata.nextVolume() == Integer.MAX_VALUE) {
                throw new IOException(
                        "The store on "
                                + device.name()
                                + " has as many volumes as it can have; delete some");
            }
        }
    }

    private int clusters(long bytes) throws IOException {
        int clusterBytes = metadata.shape.clusterBytes();
        long most = (long) Page.VOLUME_CLUSTERS_MAX * clusterBytes;
        if (bytes < 1 || bytes > most) {
            throw new IOException(
                    "A volume with clusters of "
                            + clusterBytes
                            + " bytes has 1 to "
                            + most
                            + " bytes, not "
                            + bytes);
        }
        return (int) ((bytes + clusterBytes - 1) / clusterBytes);
    }

    // --- waiting

    /** Ends writes in place and new clusters, until the volume is unsealed. */
    private void stopWriting(VolumeMap map) throws IOException {
        metadata.seal(map);
        await(() -> !metadata.isAllocating(map), "new clusters of " + map.name);
        long epoch = metadata.stopWriting(map);
        await(() -> metadata.grace.isOver(epoch), "I/O under way");
    }

    private void await(BooleanSupplier condition, String what) throws IOException {
        Backoff backoff = new Backoff();
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            requireRunning();
            if (System.nanoTime() - begin > PATIENCE_NANOS) {
                throw new IOException(
                        "Waited a minute in vain for "
                                + what
                                + ": a channel with requests outstanding is not polled");
            }
            backoff.idle();
        }
    }

    /** Makes a change and commits it; when there is no room, after a commit that may make some. */
    private void commitUnless(Change change, String what) throws IOException {
        boolean isDone = change.make();
        if (!isDone) {
            makeDurable();
            isDone = change.make();
        }
        if (!isDone) {
            throw new IOException(
                    what
                            + " needs more room than the store on "
                            + device.name()
                            + " has left; delete a snapshot or unmap blocks");
        }
        makeDurable();
    }

    private void makeDurable() throws IOException {
        long number = commit.covering();
        if (commit.durable() >= number) {
            return;
        }
        long begin = System.nanoTime();
        Backoff backoff = new Backoff();
        try (BlockChannel channel = device.openChannel(Commit.DEPTH)) {
            while (commit.durable() < number || commit.isBy(channel)) {
                if (!commit.isBy(channel)) {
                    requireRunning();
                }
                commit.begin(channel);
                if (channel.poll(System.nanoTime()) > 0) {
                    backoff.reset();
                } else {
                    backoff.idle();
                }
                if (!commit.isBy(channel) && System.nanoTime() - begin > PATIENCE_NANOS) {
                    throw new IOException(
                            "Waited a minute in vain for a commit: the channel that carries it out"
                                    + " is not polled");
                }
            }
        }
        requireRunning();
    }

    /**
     * Makes everything durable and ends the store's use.
     *
     * @throws IOException when volumes are open, or the last commit fails
     */
    @Override
    public synchronized void close() throws IOException {
        if (closed) {
            return;
        }
        synchronized (open) {
            if (!open.isEmpty()) {
                throw new IOException(
                        "The store on "
                                + device.name()
                                + " has open volumes, such as "
                                + open.getFirst().name()
                                + "; close them first");
            }
            closed = true;
        }
        try {
            if (metadata.stopped() == null) {
                makeDurable();
                flushTwin();
            }
        } finally {
            commit.close();
            arena.close();
            claim.close();
        }
    }

    /** Has the next one find two superblocks that say the same, whatever becomes of the first. */
    private void flushTwin() throws IOException {
        if (commit.durable() > 0) {
            try (PageReader pages = new PageReader(device)) {
                pages.flush();
            }
        }
    }
}
