package dev.ringroad.nvme.block;

import dev.ringroad.core.linux.PollSet;

/**
 * A channel that passes requests on as they are, when their time has come; the channel below
 * completes them. Whoever extends it says when that is.
 */
abstract class HoldingChannel implements BlockChannel {
    private final RequestRules rules;
    private final BlockChannel below;
    private final RequestQueue held = new RequestQueue();
    private final FinishedRequests toldNext = new FinishedRequests();
    private boolean asleep;

    /**
     * @param below closed with it
     */
    HoldingChannel(RequestRules rules, BlockChannel below) {
        this.rules = rules;
        this.below = below;
    }

    /** Passes on what has waited long enough, of what is held here or elsewhere. */
    abstract void release(BlockChannel channel, RequestQueue held, long nowNanos);

    /** How many requests wait in queues of those who extend it. */
    int heldElsewhere() {
        return 0;
    }

    /** What is to become of a request that is not to be passed on at all; OK for all others. */
    BlockStatus admit(BlockRequest request) {
        return BlockStatus.OK;
    }

    /** Passes on all of a queue. */
    static void releaseAll(BlockChannel channel, RequestQueue queue) {
        for (BlockRequest next = queue.take(); next != null; next = queue.take()) {
            channel.submit(next);
        }
    }

    final long belowDeadlineNanos() {
        return below.nextDeadlineNanos();
    }

    @Override
    public final void submit(BlockRequest request) {
        BlockStatus status = rules.check(request);
        if (status == BlockStatus.OK) {
            status = admit(request);
        }
        if (status == BlockStatus.OK) {
            held.add(request);
        } else {
            toldNext.add(request, status);
        }
    }

    @Override
    public final int poll(long nowNanos) {
        int told = toldNext.complete();
        release(below, held, nowNanos);
        return told + below.poll(nowNanos);
    }

    @Override
    public final int outstanding() {
        return held.size() + heldElsewhere() + toldNext.size() + below.outstanding();
    }

    /** Whether what waits here waits for the clock, so that its owner may sleep until then. */
    boolean maySleep() {
        return held.isEmpty();
    }

    @Override
    public final boolean prepareSleep(PollSet wake) {
        if (toldNext.size() > 0 || !maySleep()) {
            return false;
        }
        asleep = true;
        return below.prepareSleep(wake);
    }

    @Override
    public final void wakeUp() {
        if (asleep) {
            asleep = false;
            below.wakeUp();
        }
    }

    @Override
    public final void close() {
        Channels.requireIdle(this);
        below.close();
    }
}
