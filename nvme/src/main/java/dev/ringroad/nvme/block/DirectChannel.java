package dev.ringroad.nvme.block;

import dev.ringroad.core.linux.PollSet;

/** A channel of a device that carries requests out itself, one after the other, as it is polled. */
public abstract class DirectChannel implements BlockChannel {
    private final RequestRules rules;
    private final RequestQueue waiting = new RequestQueue();

    /**
     * @param rules of the device; requests that break them are refused
     */
    protected DirectChannel(RequestRules rules) {
        this.rules = rules;
    }

    /** Carries out a request that keeps to the rules. */
    protected abstract BlockStatus execute(BlockRequest request);

    /** What the device says beside the status that {@link #execute} has just returned. */
    protected int detail() {
        return 0;
    }

    @Override
    public final void submit(BlockRequest request) {
        waiting.add(request);
    }

    @Override
    public final int poll(long nowNanos) {
        RequestQueue queue = waiting;
        int count = queue.size();
        for (int left = count; left > 0; left--) {
            BlockRequest request = queue.take();
            if (request == null) {
                throw new IllegalStateException("A completion polled the channel that called it");
            }
            BlockStatus status = rules.check(request);
            if (status == BlockStatus.OK) {
                status = execute(request);
                request.complete(status, status == BlockStatus.OK ? 0 : detail());
            } else {
                request.complete(status, 0);
            }
        }
        return count;
    }

    @Override
    public final int outstanding() {
        return waiting.size();
    }

    /** Nothing has to wake it: what is there can be done at once. */
    @Override
    public final boolean prepareSleep(PollSet wake) {
        return waiting.isEmpty();
    }

    @Override
    public void close() {
        Channels.requireIdle(this);
    }
}
