package dev.ringroad.nvme.volume;

import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * How far a channel is with one of its user's requests. Made with the channel, used again and
 * again.
 */
final class Operation {
    /** What comes next, once no part is under way. */
    enum Step {
        /** Blocks in clusters that are there, or are given up. */
        IN_PLACE,
        /** New clusters are to be taken. */
        ALLOCATE,
        /** What the new cluster keeps of the old one is being read. */
        READ_OLD,
        /** The new clusters are being filled. */
        FILL,
        /** They are to be put into the map. */
        PUBLISH,
        /** A commit is to become durable, and that will be all. */
        COMMIT,
        /** A commit of others is to become durable, then the device is to be flushed. */
        COMMIT_OF_OTHERS,
        /** The device is being flushed, and that will be all. */
        FLUSH,
        /** Its owner is about to be told. */
        DONE
    }

    @Nullable BlockRequest request;
    Step step = Step.IN_PLACE;
    BlockStatus status = BlockStatus.OK;
    int detail;

    /** The next block to be looked at, and the first that is not the request's. */
    long next;

    long end;

    /** Parts that are at the device. */
    int underWay;

    /** Some part was written that only a flush makes durable, and the request wants it durable. */
    boolean wantsFlush;

    /** The commit that it waits for. */
    long commit;

    /** It is among those that the channel looks at in each poll. */
    boolean isStalled;

    // --- new clusters: those of the volume, under the monitor of Metadata; and their filling

    /** The first cluster of the volume, how many, and where in the store they will be. */
    int runCluster;

    int runClusters;
    int runStore;

    /** The cluster whose content is kept around what is written, or 0. */
    int oldStore;

    /** How far filling is, in blocks of the run. */
    long filled;

    /** Memory of a cluster, when the old one is copied. */
    @Nullable MemorySegment bounce;

    void begin(BlockRequest user) {
        request = user;
        step = Step.IN_PLACE;
        status = BlockStatus.OK;
        detail = 0;
        next = user.block();
        end = next + user.blockCount();
        underWay = 0;
        wantsFlush = false;
    }
}
