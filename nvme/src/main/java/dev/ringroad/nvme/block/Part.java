package dev.ringroad.nvme.block;

import org.jspecify.annotations.Nullable;

/** What a {@link SplitChannel} hands to a channel below on behalf of a request. */
final class Part extends BlockRequest {
    @Nullable Part nextFree;
    private @Nullable Whole whole;

    /** The channel that it is handed to. */
    int leg;

    /** Where in the whole it begins, in blocks of the whole. */
    int firstBlock;

    /** Blocks of the whole. */
    int blocks;

    /** Legs that have had it, a bit each. */
    int legsTried;

    /** Which of the channel's parts it is, from 0 on. */
    final int index;

    Part(BlockCompletion completion, int index) {
        super(completion);
        this.index = index;
    }

    void belongTo(Whole owner) {
        whole = owner;
        legsTried = 0;
    }

    Whole whole() {
        Whole owner = whole;
        if (owner == null) {
            throw new IllegalStateException("A device has completed a request twice");
        }
        return owner;
    }

    void end() {
        whole = null;
    }
}
