package dev.ringroad.stack.socket;

import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/**
 * A thread that waits for an endpoint or for a selector's queue. Guarded by the stack's lock.
 *
 * <p>A platform thread has one for life, so that a blocking read allocates nothing; a virtual
 * thread makes one for each wait.
 */
final class Waiter extends Watch {
    private static final ThreadLocal<Waiter> OF_THREAD =
            ThreadLocal.withInitial(() -> new Waiter(Thread.currentThread()));

    final Thread thread;
    @Nullable ReadyQueue queue;

    /** Where the thread sleeps on descriptors; null while it runs or is parked. */
    @Nullable Sleeper sleeper;

    /** Link of the pump's list of waiters to be woken. */
    @Nullable Waiter nextSignalled;

    boolean signalled;
    @Nullable Pump pump;

    Waiter(Thread thread) {
        this.thread = thread;
    }

    static Waiter ofCurrentThread() {
        Thread current = Thread.currentThread();
        return current.isVirtual() ? new Waiter(current) : OF_THREAD.get();
    }

    /** The bits waited for that are there now; 0 says that the wait goes on. */
    int ready() {
        if (queue != null) {
            return queue.isEmpty() ? 0 : Endpoint.READ;
        }
        return endpoint != null ? endpoint.ready() & interest : 0;
    }

    @Override
    void endpointReady() {
        Pump waitingIn = pump;
        if (waitingIn != null) {
            waitingIn.signal(this);
        }
    }

    /** Ends the thread's sleep, whichever kind it is; harmless when it does not sleep. */
    void rouse() {
        Sleeper asleepIn = sleeper;
        if (asleepIn != null) {
            asleepIn.kick();
        } else {
            LockSupport.unpark(thread);
        }
    }
}
