package dev.ringroad.nvme.block;

import dev.ringroad.nvme.epoch.Grace;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The same blocks on several devices: written to all of them, read from the one with the least to
 * do.
 *
 * <p>A leg that fails a write or a flush which another one carried out no longer holds what was
 * written. It is dropped, with its reason, before the request is completed; the last leg is never
 * dropped. A read that fails is tried on the other legs, and drops its leg when the device is gone
 * or silent, but not for a block that cannot be read. A write that fails everywhere leaves the legs
 * as they may be, each with the old or the new content.
 *
 * <p>A mirror writes nothing of its own to its legs: after a restart nothing tells one that was
 * dropped from the others, so {@link #warnings} says of each leg that is out of use, and whoever
 * makes the mirror anew names it as stale. It comes back by {@link #rebuild}, which goes on while
 * the mirror is used (see {@link MirrorRebuild}); until then it is written to only by that.
 *
 * <p>Any thread may use it; the legs stay their owner's, to be closed afterwards.
 */
public final class MirrorDevice extends ComposedDevice {
    private static final int NO_LEG = -1;
    private static final int PERCENT = 100;

    /** What {@link #warnings} says of a leg that cannot be opened, before the reason. */
    static final String NO_CHANNEL = "no channel: ";

    private final Grace grace = new Grace();
    private final AtomicInteger inSync;
    private final String[] reasons;
    private final AtomicLong[] readErrors;
    private final AtomicLong drops = new AtomicLong();
    private volatile MirrorBarrier barrier = MirrorBarrier.NONE;
    private volatile int rebuilds;
    private int rebuilding = NO_LEG;
    private @Nullable String rebuildFailure;
    private volatile @Nullable Thread rebuilder;

    private MirrorDevice(
            String name,
            Legs legs,
            int inSync,
            BlockGeometry geometry,
            Set<BlockOperation> operations) {
        super(name, legs, geometry, operations);
        this.inSync = new AtomicInteger(inSync);
        reasons = new String[legs.count()];
        readErrors = new AtomicLong[legs.count()];
        for (int leg = 0; leg < legs.count(); leg++) {
            reasons[leg] = isIn(inSync, leg) ? "" : "named as stale";
            readErrors[leg] = new AtomicLong();
        }
    }

    /**
     * Makes a mirror of devices that all hold the same.
     *
     * @throws IllegalArgumentException when they do not fit
     */
    public static MirrorDevice of(String name, List<BlockDevice> devices) {
        return of(name, devices, Set.of());
    }

    /**
     * Makes a mirror of devices some of which do not hold what the others do.
     *
     * @param stale legs that are not used until they are rebuilt, by their numbers from 0 on
     */
    public static MirrorDevice of(String name, List<BlockDevice> devices, Set<Integer> stale) {
        Legs legs = Legs.of("mirror", devices);
        int inSync = (1 << legs.count()) - 1;
        for (int leg : stale) {
            requireLeg(leg, legs.count());
            inSync &= ~(1 << leg);
        }
        if (inSync == 0) {
            throw new IllegalArgumentException("A mirror has a leg that is not stale");
        }
        Set<BlockOperation> operations = legs.operations();
        // Two machines at once could each win on another leg.
        operations.remove(BlockOperation.COMPARE_AND_WRITE);
        BlockGeometry geometry =
                legs.geometry(legs.blocksMin(), legs.requestBlocksMax(), legs.preferredBlocks());
        return new MirrorDevice(name, legs, inSync, geometry, operations);
    }

    private static void requireLeg(int leg, int count) {
        if (leg < 0 || leg >= count) {
            throw new IllegalArgumentException(
                    "The mirror has legs 0 to " + (count - 1) + ", not " + leg);
        }
    }

    static boolean isIn(int legs, int leg) {
        return (legs >> leg & 1) != 0;
    }

    /** How each leg fares. */
    public List<MirrorLeg> state() {
        List<MirrorLeg> state = new ArrayList<>();
        synchronized (reasons) {
            int legs = inSync.get();
            for (int leg = 0; leg < legs().count(); leg++) {
                String name = legs().devices().get(leg).name();
                long errors = readErrors[leg].get();
                state.add(new MirrorLeg(name, isIn(legs, leg), reasons[leg], errors));
            }
        }
        return state;
    }

    /** How many legs were dropped since it was made. */
    public long drops() {
        return drops.get();
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        List<MirrorLeg> state = state();
        for (int leg = 0; leg < state.size(); leg++) {
            MirrorLeg each = state.get(leg);
            if (!each.inSync()) {
                warnings.add(
                        "Leg "
                                + leg
                                + " of "
                                + name()
                                + ", "
                                + each.name()
                                + ", does not hold what the others do ("
                                + each.reason()
                                + "); it has to be rebuilt");
            }
        }
        warnings.addAll(super.warnings());
        return warnings;
    }

    /** Legs that are read and written, a bit each. */
    int inSync() {
        return inSync.get();
    }

    MirrorBarrier barrier() {
        return barrier;
    }

    /** How many were begun. */
    int rebuilds() {
        return rebuilds;
    }

    /** Which writes are under way. */
    Grace grace() {
        return grace;
    }

    void countReadError(int leg) {
        long ignored = readErrors[leg].incrementAndGet();
    }

    /** Ends the rebuilding of one of these legs, if one of them is being rebuilt. */
    void failRebuild(int legs, String reason) {
        synchronized (reasons) {
            if (rebuilding != NO_LEG && isIn(legs, rebuilding) && rebuildFailure == null) {
                rebuildFailure = reason;
            }
        }
    }

    /** Drops a leg unless it is the last. Not on the I/O path: a leg is dropped once. */
    void drop(int leg, String reason) {
        synchronized (reasons) {
            int legs = inSync.get();
            int left = legs & ~(1 << leg);
            if (left != 0 && left != legs) {
                inSync.set(left);
                reasons[leg] = reason;
                long ignored = drops.incrementAndGet();
            }
        }
    }

    /** Told of each step of a {@link #rebuild}. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param blocks copied so far
         * @param allBlocks to copy
         */
        void copied(long blocks, long allBlocks);
    }

    /**
     * Copies everything to a leg that is not in use, from those that are, and takes it in again. It
     * returns when that is done. The mirror may be read and written meanwhile: each channel with
     * something outstanding has to be polled, by another thread than this one. A write that comes
     * to the mebibyte that is being copied waits until it is.
     *
     * @throws IllegalStateException when a leg is being rebuilt already
     * @throws IOException when reading or writing failed, also for somebody else: the leg stays out
     *     of use
     */
    public void rebuild(int leg, Progress progress) throws IOException {
        if (!beginRebuild(leg)) {
            return;
        }
        copyTo(leg, progress);
        synchronized (reasons) {
            if (!isIn(inSync.get(), leg)) {
                throw new IOException(
                        "Leg " + leg + " of " + name() + " was not rebuilt: " + reasons[leg]);
            }
        }
    }

    /** Whether there is something to do. */
    private boolean beginRebuild(int leg) {
        requireLeg(leg, legs().count());
        synchronized (reasons) {
            if (isIn(inSync.get(), leg)) {
                return false;
            }
            if (rebuilding != NO_LEG) {
                throw new IllegalStateException(
                        "Leg " + rebuilding + " of " + name() + " is being rebuilt; wait for it");
            }
            rebuilding = leg;
            int begun = rebuilds + 1;
            rebuilds = begun;
            rebuildFailure = null;
            reasons[leg] = "being rebuilt";
            barrier = new MirrorBarrier(leg, 0, 0);
            return true;
        }
    }

    private void copyTo(int leg, Progress progress) throws IOException {
        String failure = "not rebuilt to its end";
        try {
            new MirrorRebuild(this, leg).run(progress);
            failure = "";
        } catch (IOException e) {
            failure = "rebuilding it failed: " + e.getMessage();
            throw e;
        } finally {
            endRebuild(leg, failure);
        }
    }

    private void endRebuild(int leg, String failure) {
        synchronized (reasons) {
            String why = rebuildFailure == null ? failure : rebuildFailure;
            reasons[leg] = why;
            if (why.isEmpty()) {
                // Before the barrier goes: who sees none is to see the leg.
                int ignored = inSync.updateAndGet(legs -> legs | 1 << leg);
            }
            rebuilding = NO_LEG;
            barrier = MirrorBarrier.NONE;
        }
    }

    /**
     * The next region to be copied.
     *
     * @throws IOException when rebuilding is to end
     */
    void bar(MirrorBarrier next) throws IOException {
        synchronized (reasons) {
            requireRebuilding();
            barrier = next;
        }
    }

    /**
     * Asked by the rebuild from time to time.
     *
     * @throws IOException when the leg has failed a write of somebody else, or the mirror is closed
     */
    void requireRebuilding() throws IOException {
        synchronized (reasons) {
            if (rebuildFailure != null) {
                throw new IOException(rebuildFailure);
            }
        }
    }

    /**
     * Has a thread of its own {@link #rebuild} a leg, until {@link #close}. How it fares is told by
     * {@link #state} and {@link #warnings}.
     */
    public void startRebuild(int leg) {
        if (beginRebuild(leg)) {
            rebuilder =
                    Thread.ofPlatform()
                            .name("rebuild of " + name())
                            .daemon(true)
                            .start(() -> rebuildQuietly(leg));
        }
    }

    private void rebuildQuietly(int leg) {
        try {
            copyTo(leg, (copied, all) -> told(leg, copied, all));
        } catch (IOException e) {
            // It is the leg's reason to be out of use, and told as such.
        }
    }

    private void told(int leg, long copied, long all) {
        synchronized (reasons) {
            reasons[leg] = "being rebuilt, " + copied * PERCENT / all + " percent so far";
        }
    }

    /** Ends what {@link #startRebuild} began; a leg that is not rebuilt by then stays stale. */
    @Override
    public void close() {
        Thread thread = rebuilder;
        if (thread == null) {
            return;
        }
        failRebuild(-1, "it was ended before all was copied");
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        int parts = partsFor(Channels.requireDepth(depth));
        return new MirrorChannel(this, openLegs(parts), depth, parts);
    }

    /** Those that there are, a bit each. */
    static int maskOf(@Nullable BlockChannel[] channels) {
        int legs = 0;
        for (int leg = 0; leg < channels.length; leg++) {
            legs |= channels[leg] == null ? 0 : 1 << leg;
        }
        return legs;
    }

    private @Nullable BlockChannel[] openLegs(int depth) throws IOException {
        @Nullable BlockChannel[] opened = new BlockChannel[legs().count()];
        IOException failure = null;
        try {
            for (int leg = 0; leg < opened.length; leg++) {
                try {
                    if (isIn(inSync.get(), leg)) {
                        opened[leg] = legs().devices().get(leg).openChannel(depth);
                    }
                } catch (IOException e) {
                    failure = e;
                    drop(leg, NO_CHANNEL + e.getMessage());
                }
            }
            if ((inSync.get() & maskOf(opened)) == 0) {
                throw failure == null
                        ? new IOException(name() + " has no leg that can be used")
                        : failure;
            }
        } catch (Throwable t) {
            Channels.closeAll(opened);
            throw t;
        }
        return opened;
    }
}
