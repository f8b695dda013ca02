package dev.ringroad.sockets.channel;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.socket.Cancellation;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.socket.ReadyQueue;
import dev.ringroad.stack.socket.Registration;

import java.util.ArrayList;

/**
 * A selector's half in the stack: which endpoints it watches, which of them are ready, and how its
 * thread waits for them. Every method takes the stack's lock by itself.
 */
final class StackSide {
    private final Pump pump;
    private final ReadyQueue queue;
    private final MixedSelector selector;
    private final ArrayList<Registration> stillReady = new ArrayList<>();

    /** How many keys have a side in the stack; guarded by the stack's lock. */
    private int registrations;

    /** The same, for a look without the lock. */
    private volatile int watched;

    StackSide(Pump pump, MixedSelector selector) {
        this.pump = pump;
        this.queue = pump.newReadyQueue();
        this.selector = selector;
    }

    /** Whether there is anything to watch. */
    boolean isUsed() {
        return watched != 0;
    }

    // Keys

    /** Registers an endpoint for a key. */
    void attach(RingKey key, MixedChannel channel, Endpoint endpoint) {
        pump.lock();
        try {
            key.registration = queue.register(endpoint, channel.bitsOf(key.wanted()), key);
            watched = ++registrations;
        } finally {
            pump.unlock();
        }
    }

    /** Tells the stack what the key waits for now. */
    void refresh(RingKey key, MixedChannel channel) {
        pump.lock();
        try {
            Registration r = key.registration;
            if (r != null) {
                r.interest(channel.bitsOf(key.wanted()));
            }
        } finally {
            pump.unlock();
        }
    }

    /** Undoes {@link #attach}. */
    void detach(RingKey key) {
        pump.lock();
        try {
            Registration r = key.registration;
            if (r != null) {
                r.cancel();
                key.registration = null;
                watched = --registrations;
            }
        } finally {
            pump.unlock();
        }
    }

    // Readiness

    /**
     * Tells the selector of every key that is ready.
     *
     * @param poll whether to look at the devices when there is none
     * @return how many there were
     */
    int collect(boolean poll) {
        pump.lock();
        try {
            takeReady();
            if (stillReady.isEmpty() && poll) {
                pump.pollNow();
                takeReady();
            }
            int count = stillReady.size();
            // Level-triggered: whoever is ready now is asked again by the next selection.
            for (int i = 0; i < count; i++) {
                queue.enqueue(stillReady.get(i));
            }
            return count;
        } finally {
            stillReady.clear();
            pump.unlock();
        }
    }

    private void takeReady() {
        Registration r;
        while ((r = queue.take()) != null) {
            RingKey key = (RingKey) r.attachment();
            MixedChannel channel = key.mixed();
            int ops = channel == null ? 0 : channel.opsOf(r.ready()) & key.wanted();
            if (ops != 0) {
                selector.found(key, ops);
                stillReady.add(r);
            }
        }
    }

    // Waiting

    /** Lets this thread drive the stack until a key may be ready, a deadline, or {@code woken}. */
    void await(long deadlineNanos, Cancellation woken) {
        pump.lock();
        try {
            pump.await(queue, deadlineNanos, woken);
        } finally {
            pump.unlock();
        }
    }

    /** Ends {@link #await}, so that it looks at its cancellation. */
    void wake() {
        pump.lock();
        try {
            queue.wake();
        } finally {
            pump.unlock();
        }
    }

    /**
     * Announces that the selector's thread is going to sleep in the kernel, from where the stack's
     * worker will wake it.
     *
     * @return false when a key may be ready already
     */
    boolean beginSleepElsewhere(Runnable howToWake) {
        pump.lock();
        try {
            return queue.sleepsElsewhere(howToWake);
        } finally {
            pump.unlock();
        }
    }

    /** The thread is back; only after a true {@link #beginSleepElsewhere}. */
    void endSleepElsewhere() {
        pump.lock();
        try {
            queue.awake();
        } finally {
            pump.unlock();
        }
    }
}
