package dev.ringroad.stack.socket;

import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

/**
 * An endpoint's place in a {@link ReadyQueue}. All methods are called with the stack's lock held.
 */
public final class Registration extends Watch {
    private final ReadyQueue queue;
    private final Object attachment;
    boolean queued;
    boolean cancelled;
    @Nullable Registration nextQueued;

    Registration(ReadyQueue queue, Object attachment) {
        this.queue = queue;
        this.attachment = attachment;
    }

    /** What the registering party passed, a selection key as a rule. */
    public Object attachment() {
        return attachment;
    }

    /** The bits of {@link Endpoint#ready()} that are both there and wanted. */
    public int ready() {
        Endpoint watched = endpoint;
        return watched == null ? 0 : watched.ready() & interest;
    }

    /** Changes what is waited for; bits that are already there queue the registration at once. */
    public void interest(int newInterest) {
        interest = newInterest;
        if (ready() != 0) {
            queue.enqueue(this);
        }
    }

    /** Ends the registration; it never comes out of the queue again. */
    public void cancel() {
        cancelled = true;
        detach();
    }

    @Override
    void endpointReady() {
        queue.enqueue(this);
    }
}
