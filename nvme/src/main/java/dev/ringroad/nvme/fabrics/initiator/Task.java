package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

/** A request in a channel, and what happened to it so far. Made once and used again. */
final class Task {
    @Nullable BlockRequest request;

    /** How often its command was sent, as far as is known. */
    int attempts;

    /** What became of it, if it waits to be told. */
    BlockStatus verdict = BlockStatus.OK;

    int detail;

    /** How many of the two commands of a compare-and-write are under way. */
    int halves;

    /** What became of the one that is over, and whether either has left whole. */
    int halfStatus;

    boolean halfSent;

    @Nullable Task next;
}
