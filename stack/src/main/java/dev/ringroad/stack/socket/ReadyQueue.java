package dev.ringroad.stack.socket;

import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

/**
 * Collects the endpoints that became ready, for one selector. All methods are called with the
 * stack's lock held.
 *
 * <p>An entry says "look again", no more: the taker asks {@link Registration#ready()}, and puts an
 * entry that is still ready back with {@link #enqueue}, which makes the queue level-triggered.
 */
public final class ReadyQueue {
    private final Pump pump;
    private @Nullable Registration head;
    private @Nullable Registration tail;
    @Nullable Waiter waiter;
    private @Nullable Runnable waker;

    ReadyQueue(Pump pump) {
        this.pump = pump;
    }

    /** Watches an endpoint; bits that are there already queue it at once. */
    public Registration register(Endpoint endpoint, int interest, Object attachment) {
        Registration registration = new Registration(this, attachment);
        pump.watch(registration, endpoint, interest);
        registration.interest(interest);
        return registration;
    }

    public boolean isEmpty() {
        return head == null;
    }

    /** Takes the oldest entry whose registration still stands; null when there is none. */
    public @Nullable Registration take() {
        Registration taken = head;
        while (taken != null) {
            head = taken.nextQueued;
            if (head == null) {
                tail = null;
            }
            taken.nextQueued = null;
            taken.queued = false;
            if (!taken.cancelled) {
                return taken;
            }
            taken = head;
        }
        return null;
    }

    /** Appends an entry unless it is queued already, and wakes who waits for the queue. */
    public void enqueue(Registration registration) {
        if (registration.queued || registration.cancelled) {
            return;
        }
        registration.queued = true;
        if (tail == null) {
            head = registration;
        } else {
            tail.nextQueued = registration;
        }
        tail = registration;
        wake();
    }

    /** Makes the thread that waits for this queue look at its cancellation and at the queue. */
    public void wake() {
        Waiter waiting = waiter;
        if (waiting != null) {
            pump.signal(waiting);
        }
        Runnable elsewhere = waker;
        if (elsewhere != null) {
            waker = null;
            elsewhere.run();
        }
    }

    /**
     * Says that the selector's thread is about to sleep outside the pump, in the kernel's own
     * select, and how to wake it there. Pair it with {@link #awake()}.
     *
     * @return false when entries are waiting, and the thread must not sleep
     */
    public boolean sleepsElsewhere(Runnable howToWake) {
        if (head != null) {
            return false;
        }
        waker = howToWake;
        pump.waitsElsewhere();
        return true;
    }

    /** The selector's thread is back; undoes {@link #sleepsElsewhere}. */
    public void awake() {
        waker = null;
        pump.backFromElsewhere();
    }
}
