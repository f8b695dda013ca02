package dev.ringroad.sockets.bypass;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * A lock that is nearly always free: one compare-and-set to take it, one exchange to give it back,
 * no record of the owner. A channel has two, one a direction, so that an uncontended read pays as
 * little as possible.
 *
 * <p>Not re-entrant, not fair; threads of both kinds may wait. A waiter keeps its interrupt for
 * later.
 */
public final class IoLock {
    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int CONTENDED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(IoLock.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through STATE
    private volatile int state;

    private final ConcurrentLinkedQueue<Thread> waiters = new ConcurrentLinkedQueue<>();

    /** A free lock. */
    public IoLock() {}

    /** Takes it, waiting for as long as another thread holds it. */
    public void lock() {
        if (!STATE.compareAndSet(this, FREE, HELD)) {
            lockSlowly();
        }
    }

    /** Takes it when it is free. */
    public boolean tryLock() {
        return STATE.compareAndSet(this, FREE, HELD);
    }

    private void lockSlowly() {
        Thread me = Thread.currentThread();
        boolean interrupted = false;
        waiters.add(me);
        // Marks the lock contended even when taking it, since others may be queued behind this
        // thread.
        while ((int) STATE.getAndSet(this, CONTENDED) != FREE) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        waiters.remove(me);
        if (interrupted) {
            me.interrupt();
        }
    }

    /** Gives it back. */
    public void unlock() {
        if ((int) STATE.getAndSet(this, FREE) == CONTENDED) {
            LockSupport.unpark(waiters.peek());
        }
    }
}
