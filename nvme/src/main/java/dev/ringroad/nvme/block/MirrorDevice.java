package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.EnumSet;
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
 * <p>A mirror writes nothing of its own to its legs, so whoever makes one has to know which hold
 * the truth. A leg that was dropped comes back by {@link #rebuild}, or in a new mirror that names
 * it as stale. Any thread may use it; the legs stay their owner's, to be closed afterwards.
 */
public final class MirrorDevice extends ComposedDevice {
    private static final int REBUILD_BYTES = 1 << 20;

    private final AtomicInteger inSync;
    private final String[] reasons;
    private final AtomicLong[] readErrors;
    private final AtomicLong drops = new AtomicLong();
    private int channels;
    private boolean rebuilding;

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

    private static boolean isIn(int legs, int leg) {
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

    /** Drops a leg unless it is the last. Not on the I/O path: a leg is dropped once. */
    private void drop(int leg, String reason) {
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
     * Copies everything to a leg that is not in use, from one that is, and takes it in again. It
     * returns when that is done, and has the mirror to itself.
     *
     * @throws IllegalStateException when channels are open; none can be opened meanwhile
     * @throws IOException when reading or writing failed: the leg is as it was, out of use
     */
    public void rebuild(int leg, Progress progress) throws IOException {
        requireLeg(leg, legs().count());
        if (isIn(inSync.get(), leg)) {
            return;
        }
        synchronized (reasons) {
            if (channels > 0 || rebuilding) {
                throw new IllegalStateException(
                        name()
                                + " cannot be rebuilt while it is in use; close its "
                                + channels
                                + " channels first");
            }
            rebuilding = true;
        }
        try {
            int from = Integer.numberOfTrailingZeros(inSync.get());
            copy(legs().devices().get(from), legs().devices().get(leg), progress);
            synchronized (reasons) {
                reasons[leg] = "";
                int ignored = inSync.updateAndGet(legs -> legs | 1 << leg);
            }
        } finally {
            synchronized (reasons) {
                rebuilding = false;
            }
        }
    }

    private void copy(BlockDevice from, BlockDevice to, Progress progress) throws IOException {
        long bytes = geometry().byteSize();
        int fromBytes = from.geometry().blockBytes();
        int toBytes = to.geometry().blockBytes();
        int step = Math.max(REBUILD_BYTES, geometry().blockBytes());
        try (BlockMemory memory = BlockMemory.allocate(this, "rebuild", step);
                BlockClient source = BlockClient.open(from);
                BlockClient target = BlockClient.open(to)) {
            MemorySegment buffer = memory.segment();
            for (long at = 0; at < bytes; at += step) {
                long length = Math.min(step, bytes - at);
                source.read(at / fromBytes, length / fromBytes, buffer, 0);
                target.write(at / toBytes, length / toBytes, buffer, 0);
                progress.copied((at + length) / geometry().blockBytes(), geometry().blocks());
            }
            target.flush();
        }
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        int parts = partsFor(Channels.requireDepth(depth));
        synchronized (reasons) {
            if (rebuilding) {
                throw new IOException(
                        name() + " is being rebuilt; open channels when that is done");
            }
            channels++;
        }
        try {
            return new Channel(openLegs(parts), depth, parts);
        } catch (Throwable t) {
            closed();
            throw t;
        }
    }

    private void closed() {
        synchronized (reasons) {
            channels--;
        }
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
                    drop(leg, "no channel: " + e.getMessage());
                }
            }
            for (int leg = 0; leg < opened.length; leg++) {
                if (isIn(inSync.get(), leg) && opened[leg] == null) {
                    throw failure == null
                            ? new IOException(name() + " has no leg that can be used")
                            : failure;
                }
            }
        } catch (Throwable t) {
            Channels.closeAll(opened);
            throw t;
        }
        return opened;
    }

    private final class Channel extends SplitChannel {
        private static final Set<BlockStatus> NOT_OF_A_LEG =
                EnumSet.of(
                        BlockStatus.OK,
                        BlockStatus.MISCOMPARE,
                        BlockStatus.UNSUPPORTED,
                        BlockStatus.INVALID);

        private final int count = legs().count();
        private int turn;

        Channel(@Nullable BlockChannel[] channels, int depth, int parts) {
            super(rules(), geometry(), channels, legs().blockShifts(), depth, parts);
        }

        private boolean isRead(BlockRequest request) {
            return request.operation() == BlockOperation.READ
                    || request.operation() == BlockOperation.COMPARE;
        }

        @Override
        int unitsOf(Whole whole) {
            if (isRead(whole.request())) {
                return 1;
            }
            whole.legs = inSync.get();
            return Integer.bitCount(whole.legs);
        }

        @Override
        int cut(Whole whole, int unit, Part part) {
            BlockRequest request = whole.request();
            int leg = isRead(request) ? leastBusy(0) : bitOf(whole.legs, unit);
            fill(part, whole, leg, request.block(), 0, request.blockCount());
            return 1;
        }

        private static int bitOf(int legs, int number) {
            int left = legs;
            for (int i = 0; i < number; i++) {
                left &= left - 1;
            }
            return Integer.numberOfTrailingZeros(left);
        }

        /** The leg to read from, -1 when all were tried; those that are level take turns. */
        private int leastBusy(int tried) {
            int usable = inSync.get() & ~tried;
            int best = -1;
            int least = Integer.MAX_VALUE;
            for (int i = 0; i < count; i++) {
                int leg = turn + i < count ? turn + i : turn + i - count;
                if (isIn(usable, leg) && outstanding(leg) < least) {
                    best = leg;
                    least = outstanding(leg);
                }
            }
            turn = turn + 1 < count ? turn + 1 : 0;
            return best;
        }

        @Override
        boolean again(Part part, BlockStatus status) {
            Whole whole = part.whole();
            BlockRequest request = whole.request();
            if (!isRead(request) || NOT_OF_A_LEG.contains(status)) {
                return false;
            }
            long ignored = readErrors[part.leg].incrementAndGet();
            int other = leastBusy(part.legsTried);
            if (other < 0) {
                return false;
            }
            if (status != BlockStatus.MEDIA_ERROR && status != BlockStatus.CORRUPT) {
                drop(part.leg, "a read failed: " + status.sentence());
            }
            fill(part, whole, other, request.block(), 0, request.blockCount());
            hand(part);
            return true;
        }

        @Override
        BlockStatus judge(Part part, BlockStatus status) {
            Whole whole = part.whole();
            if (status == BlockStatus.OK) {
                whole.legsDone |= 1 << part.leg;
            } else {
                whole.legsFailed |= 1 << part.leg;
            }
            return status;
        }

        @Override
        BlockStatus verdict(Whole whole) {
            int failed = whole.legsFailed;
            int done = whole.legsDone;
            if (failed == 0 || done == 0 || isRead(whole.request())) {
                return whole.status;
            }
            for (int leg = 0; leg < count; leg++) {
                if (isIn(failed, leg)) {
                    drop(leg, "a write or flush failed: " + whole.status.sentence());
                }
            }
            // Another channel may have dropped the very legs that carried it out.
            return (done & inSync.get()) == 0 ? whole.status : BlockStatus.OK;
        }

        @Override
        public void close() {
            super.close();
            closed();
        }
    }
}
