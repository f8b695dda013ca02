package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.block.FinishedRequests;
import dev.ringroad.nvme.block.RequestRules;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.List;

/** A channel over several paths: one channel for each, and a choice for each request. */
final class MultipathChannel implements BlockChannel {
    private static final int OPTIMIZED = 0;
    private static final int NON_OPTIMIZED = 1;
    private static final int UNUSABLE = 2;

    /** How long a path is let alone that has refused a command although it was thought usable. */
    private static final long AVOIDED_NANOS = 100_000_000;

    private final MultipathDevice device;
    private final RemoteNamespace[] paths;
    private final BlockChannel[] channels;
    private final int[] ranks;
    private final long[] changesSeen;
    private final long[] avoidedUntilNanos;
    private final RequestRules rules;
    private final FinishedRequests refused = new FinishedRequests();

    private @Nullable PathRequest firstWaiting;
    private @Nullable PathRequest lastWaiting;
    private @Nullable PathRequest spare;
    private int outstanding;
    private int told;
    private int turn;
    private long nowNanos;

    MultipathChannel(MultipathDevice device, List<BlockChannel> channels) {
        this.device = device;
        this.channels = channels.toArray(BlockChannel[]::new);
        paths = device.paths().toArray(RemoteNamespace[]::new);
        ranks = new int[paths.length];
        changesSeen = new long[paths.length];
        Arrays.fill(changesSeen, -1);
        avoidedUntilNanos = new long[paths.length];
        rules = RequestRules.of(device);
    }

    @Override
    public void submit(BlockRequest request) {
        outstanding++;
        BlockStatus verdict = rules.check(request);
        if (verdict != BlockStatus.OK) {
            refused.add(request, verdict);
            return;
        }
        PathRequest taken = spare;
        if (taken == null) {
            taken = new PathRequest(this);
        } else {
            spare = taken.nextWaiting;
        }
        taken.take(request);
        await(taken);
    }

    private void await(PathRequest request) {
        request.nextWaiting = null;
        PathRequest last = lastWaiting;
        if (last == null) {
            firstWaiting = request;
        } else {
            last.nextWaiting = request;
        }
        lastWaiting = request;
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    @Override
    public int poll(long now) {
        nowNanos = now;
        told = 0;
        if (refused.size() > 0) {
            // Counted first, as completions may submit.
            outstanding -= refused.size();
            told += refused.complete();
        }
        rank();
        send();
        for (BlockChannel channel : channels) {
            int ignored = channel.poll(now);
        }
        return told;
    }

    /** Looks again at paths of which something has changed. */
    private void rank() {
        for (int i = 0; i < paths.length; i++) {
            RemoteController controller = paths[i].controller();
            long changes = controller.changes();
            if (changes != changesSeen[i]) {
                changesSeen[i] = changes;
                avoidedUntilNanos[i] = nowNanos;
                AnaState state = paths[i].anaState();
                ranks[i] =
                        !controller.isLive() || !state.isUsable()
                                ? UNUSABLE
                                : state == AnaState.OPTIMIZED ? OPTIMIZED : NON_OPTIMIZED;
            }
        }
    }

    /** The best path at this moment, in turns among equals; -1 when there is none. */
    private int choose() {
        int best = -1;
        int rank = UNUSABLE;
        int count = paths.length;
        for (int i = 0; i < count; i++) {
            int at = turn + i < count ? turn + i : turn + i - count;
            if (ranks[at] < rank && nowNanos - avoidedUntilNanos[at] >= 0) {
                best = at;
                rank = ranks[at];
            }
        }
        if (best >= 0) {
            turn = best + 1 < count ? best + 1 : 0;
        }
        return best;
    }

    private void send() {
        PathRequest next = firstWaiting;
        firstWaiting = null;
        lastWaiting = null;
        while (next != null) {
            PathRequest request = next;
            next = request.nextWaiting;
            int path = choose();
            BlockRequest asked = request.original;
            if (path < 0 || asked == null) {
                stuck(request);
                continue;
            }
            request.stuckSinceNanos = 0;
            request.pathIndex = path;
            request.refill(asked);
            channels[path].submit(request);
        }
    }

    private void stuck(PathRequest request) {
        if (request.stuckSinceNanos == 0) {
            request.stuckSinceNanos = nowNanos == 0 ? 1 : nowNanos;
        }
        if (nowNanos - request.stuckSinceNanos >= device.patience().toNanos()) {
            int why = request.attempts == 0 ? NvmeStatus.GONE : NvmeStatus.RESET;
            tell(request, BlockStatus.GONE, -why);
        } else {
            await(request);
        }
    }

    /** A path is done with a request, one way or the other. */
    void pathFinished(PathRequest request, BlockStatus status) {
        int code = -request.detail();
        if (status == BlockStatus.OK || !isOfPath(status, code)) {
            tell(request, status, request.detail());
            return;
        }
        avoidedUntilNanos[request.pathIndex] = nowNanos + AVOIDED_NANOS;
        boolean mayHaveHappened = code == NvmeStatus.RESET || code == NvmeStatus.TIMED_OUT;
        if (mayHaveHappened) {
            request.attempts++;
        }
        BlockRequest asked = request.original;
        boolean again =
                !mayHaveHappened
                        || (asked != null
                                && device.retryPolicy().allows(asked.operation())
                                && request.attempts < device.attemptsMax());
        if (again) {
            await(request);
        } else {
            tell(request, status, request.detail());
        }
    }

    /** Whether another path might do better. */
    private static boolean isOfPath(BlockStatus status, int code) {
        return status == BlockStatus.TIMED_OUT
                || code == NvmeStatus.GONE
                || code == NvmeStatus.RESET
                || (code > 0 && Verdicts.isPathRelated(code));
    }

    private void tell(PathRequest request, BlockStatus status, int detail) {
        BlockRequest asked = request.original;
        request.original = null;
        request.nextWaiting = spare;
        spare = request;
        outstanding--;
        told++;
        if (asked != null) {
            asked.complete(status, detail);
        }
    }

    @Override
    public boolean prepareSleep(PollSet wake) {
        boolean allowed = refused.size() == 0;
        for (int i = 0; i < channels.length && allowed; i++) {
            boolean changed = paths[i].controller().changes() != changesSeen[i];
            allowed = !changed && channels[i].prepareSleep(wake);
        }
        return allowed && (firstWaiting == null || choose() < 0);
    }

    @Override
    public void wakeUp() {
        for (BlockChannel channel : channels) {
            channel.wakeUp();
        }
    }

    @Override
    public long nextDeadlineNanos() {
        long nearest = Long.MAX_VALUE;
        for (BlockChannel channel : channels) {
            nearest = Math.min(nearest, channel.nextDeadlineNanos());
        }
        // Who waits for a path looks for one that is to be let alone no longer.
        return firstWaiting == null ? nearest : Math.min(nearest, nowNanos + AVOIDED_NANOS);
    }

    @Override
    public void close() {
        if (outstanding > 0) {
            throw new IllegalStateException(
                    outstanding + " requests are under way; poll until there are none");
        }
        for (BlockChannel channel : channels) {
            channel.close();
        }
    }
}
