package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;

import org.jspecify.annotations.Nullable;

/** A request on its way over one of several paths. Made once and used again. */
final class PathRequest extends BlockRequest {
    private final MultipathChannel channel;

    /** What its owner has submitted. */
    @Nullable BlockRequest original;

    /** How often a path may have carried it out, and where it went last. */
    int attempts;

    int pathIndex;

    /** Since when there has been no path for it; 0 while there is one. */
    long stuckSinceNanos;

    @Nullable PathRequest nextWaiting;

    PathRequest(MultipathChannel channel) {
        super(PathRequest::finished);
        this.channel = channel;
    }

    private static void finished(BlockRequest request, BlockStatus status) {
        if (request instanceof PathRequest self) {
            self.channel.pathFinished(self, status);
        }
    }

    /** Makes it ask for what an owner asks for. */
    void take(BlockRequest request) {
        original = request;
        attempts = 0;
        stuckSinceNanos = 0;
    }

    /** Makes it ready for a path. */
    void refill(BlockRequest asked) {
        fill(
                asked.operation(),
                asked.block(),
                asked.blockCount(),
                asked.data(),
                asked.dataOffset());
        forceUnitAccess(asked.forceUnitAccess());
    }
}
