package dev.ringroad.uring.copy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Lets one thread hand out so much work and no more. It waits at the limit until half of it is
 * done: to wake it for each piece would cost more than the piece.
 */
final class Gate {
    private static final long LOOK_NANOS = 50_000_000;

    private final int limit;
    private final BooleanSupplier broken;
    private final AtomicInteger inside = new AtomicInteger();
    private volatile int wakeAt = -1;
    private final Thread walker = Thread.currentThread();

    /**
     * Belongs to the calling thread.
     *
     * @param broken whether nobody works any more, and waiting would be for ever
     */
    Gate(int limit, BooleanSupplier broken) {
        this.limit = limit;
        this.broken = broken;
    }

    /** One more is handed out; waits at the limit. */
    void enter() {
        if (inside.get() >= limit) {
            await(limit / 2);
        }
        inside.incrementAndGet();
    }

    /** Waits until all is done. */
    void awaitEmpty() {
        await(0);
    }

    private void await(int count) {
        wakeAt = count; // before the look at the count: leave() does both the other way round
        while (inside.get() > count && !broken.getAsBoolean()) {
            LockSupport.parkNanos(this, LOOK_NANOS);
            boolean ignored = Thread.interrupted(); // else it would not park; cancel() is the way
        }
        wakeAt = -1;
    }

    /** One is done; from any thread. */
    void leave() {
        int left = inside.decrementAndGet();
        if (left == wakeAt) {
            LockSupport.unpark(walker);
        }
    }
}
