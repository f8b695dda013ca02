package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

/** A request that a {@link SplitChannel} has begun, and what became of its parts so far. */
final class Whole {
    @Nullable Whole nextFree;
    private @Nullable BlockRequest request;

    /** What it is cut into: blocks, or legs where each gets all of it. */
    int units;

    /** How many of them are handed over. */
    int unitsCut;

    /** Parts handed over and not completed. */
    int partsOut;

    /** The worst so far. */
    BlockStatus status = BlockStatus.OK;

    /** What the device said that has the worst. */
    int detail;

    /** Legs that are to carry it out, a bit each, where it goes to several. */
    int legs;

    /** Legs that did. */
    int legsDone;

    /** Legs that failed. */
    int legsFailed;

    /** The leg that was being rebuilt as it began, as a bit, 0 for none. */
    int legRebuilt;

    /** What {@link dev.ringroad.nvme.epoch.Grace.Slot#enter} said, where it was asked. */
    int grace;

    Whole() {}

    void begin(BlockRequest of) {
        request = of;
        units = 0;
        unitsCut = 0;
        partsOut = 0;
        status = BlockStatus.OK;
        detail = 0;
        legs = 0;
        legsDone = 0;
        legsFailed = 0;
        legRebuilt = 0;
        grace = -1;
    }

    /** Whose parts these are. */
    BlockRequest request() {
        BlockRequest whole = request;
        if (whole == null) {
            throw new IllegalStateException("No request was begun");
        }
        return whole;
    }

    void note(BlockStatus became, int deviceDetail) {
        if (became.compareTo(status) > 0) {
            status = became;
            detail = deviceDetail;
        }
    }

    void end() {
        request = null;
    }
}
