package dev.ringroad.nvme.block;

import dev.ringroad.nvme.epoch.Grace;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** A thread's way to a {@link MirrorDevice}. */
final class MirrorChannel extends SplitChannel {
    private static final Set<BlockStatus> NOT_OF_A_LEG =
            EnumSet.of(
                    BlockStatus.OK,
                    BlockStatus.MISCOMPARE,
                    BlockStatus.UNSUPPORTED,
                    BlockStatus.INVALID);
    private static final int NO_GRACE = -1;

    private final MirrorDevice mirror;
    private final Grace.Slot grace;
    private final int count;
    private final int parts;
    private int open;

    /** Those of {@link #open} that could not be opened, and have a channel that refuses all. */
    private int gone;

    /** How many rebuilds there had been then: with another one they are tried again. */
    private int goneRebuilds;

    private int turn;

    /** What {@link #mayBegin} has found out for the request that is begun next. */
    private int nextLegs;

    private int nextRebuilt;
    private int nextGrace = NO_GRACE;

    /**
     * @param channels of the legs that are in use
     */
    MirrorChannel(MirrorDevice mirror, @Nullable BlockChannel[] channels, int depth, int parts) {
        super(
                mirror.rules(),
                mirror.geometry(),
                channels,
                mirror.legs().blockShifts(),
                depth,
                parts);
        this.mirror = mirror;
        this.grace = mirror.grace().register();
        this.parts = parts;
        count = channels.length;
        open = MirrorDevice.maskOf(channels);
    }

    private static boolean isIn(int legs, int leg) {
        return MirrorDevice.isIn(legs, leg);
    }

    private static boolean isRead(BlockRequest request) {
        return request.operation() == BlockOperation.READ
                || request.operation() == BlockOperation.COMPARE;
    }

    /** Opens what was taken in since: it takes a while, so never as a request is submitted. */
    @Override
    void beginPoll(long now) {
        int missing = missingOf(mirror.barrier().legBit() | mirror.inSync());
        if (missing != 0) {
            openLegs(missing);
        }
    }

    private int missingOf(int legs) {
        int missing = legs & ~open;
        return gone != 0 && goneRebuilds != mirror.rebuilds() ? missing | (legs & gone) : missing;
    }

    private void openLegs(int legs) {
        goneRebuilds = mirror.rebuilds();
        for (int leg = 0; leg < count; leg++) {
            if (isIn(legs, leg) && outstanding(leg) == 0) {
                BlockDevice device = mirror.legs().devices().get(leg);
                try {
                    attach(leg, device.openChannel(parts));
                    gone &= ~(1 << leg);
                } catch (IOException e) {
                    String reason = MirrorDevice.NO_CHANNEL + e.getMessage();
                    mirror.failRebuild(1 << leg, reason);
                    mirror.drop(leg, reason);
                    attach(leg, new GoneChannel(device));
                    gone |= 1 << leg;
                }
                open |= 1 << leg;
            }
        }
    }

    @Override
    boolean mayBegin(BlockRequest request) {
        if (isRead(request)) {
            nextLegs = mirror.inSync() & open;
            return nextLegs != 0;
        }
        int side = grace.enter();
        MirrorBarrier barrier = mirror.barrier();
        // After the barrier: a leg is taken in before the barrier goes.
        int legs = barrier.legBit() | mirror.inSync();
        if (barrier.bars(request) || missingOf(legs) != 0) {
            grace.exit(side);
            return false;
        }
        nextLegs = legs;
        nextRebuilt = barrier.legBit();
        nextGrace = side;
        return true;
    }

    @Override
    int unitsOf(Whole whole) {
        whole.legs = nextLegs;
        if (isRead(whole.request())) {
            return 1;
        }
        whole.legRebuilt = nextRebuilt;
        whole.grace = nextGrace;
        return Integer.bitCount(whole.legs);
    }

    @Override
    int cut(Whole whole, int unit, Part part) {
        BlockRequest request = whole.request();
        int leg = isRead(request) ? firstToRead(whole) : bitOf(whole.legs, unit);
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

    private int firstToRead(Whole whole) {
        int leg = leastBusy(0);
        // None only if all that were in use were dropped since it began: it is as old as they.
        return leg < 0 ? bitOf(whole.legs, 0) : leg;
    }

    /** The leg to read from, -1 when all were tried; those that are level take turns. */
    private int leastBusy(int tried) {
        int usable = mirror.inSync() & open & ~tried;
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
        mirror.countReadError(part.leg);
        int other = leastBusy(part.legsTried);
        if (other < 0) {
            return false;
        }
        if (status != BlockStatus.MEDIA_ERROR && status != BlockStatus.CORRUPT) {
            mirror.drop(part.leg, "a read failed: " + status.sentence());
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
        if (isRead(whole.request())) {
            return whole.status;
        }
        BlockStatus verdict = whole.status;
        if (verdict != BlockStatus.OK) {
            verdict = failed(whole, "a write or flush failed: " + verdict.sentence());
        }
        // Last: whoever waits for it is to see what was dropped.
        grace.exit(whole.grace);
        return verdict;
    }

    /** Drops the legs that failed what others carried out. */
    private BlockStatus failed(Whole whole, String reason) {
        int failed = whole.legsFailed;
        int done = whole.legsDone;
        // Before it is dropped: what is rebuilt at this moment is found in one state or the other.
        mirror.failRebuild(whole.legRebuilt & failed, reason);
        for (int leg = 0; leg < count; leg++) {
            if (done != 0 && isIn(failed, leg)) {
                mirror.drop(leg, reason);
            }
        }
        // Another channel may have dropped the very legs that carried it out, and one that is being
        // rebuilt is not in use yet.
        boolean isHeld = (done & mirror.inSync()) != 0;
        if (!isHeld) {
            // It may have what those have not that it is copied from.
            mirror.failRebuild(whole.legRebuilt, reason);
        }
        return isHeld ? BlockStatus.OK : whole.status;
    }

    @Override
    public void close() {
        super.close();
        mirror.grace().unregister(grace);
    }

    /** In place of one that cannot be opened. */
    private static final class GoneChannel extends DirectChannel {
        GoneChannel(BlockDevice device) {
            super(RequestRules.of(device));
        }

        @Override
        protected BlockStatus execute(BlockRequest request) {
            return BlockStatus.GONE;
        }
    }
}
