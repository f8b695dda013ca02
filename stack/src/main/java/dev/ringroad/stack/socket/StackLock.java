package dev.ringroad.stack.socket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock of one stack: held for the length of one poll or one socket call, so a contender spins
 * before it yields and naps instead of queueing.
 *
 * <p>Not re-entrant. The thread that drives the stack holds the lock nearly all the time; it asks
 * {@link #contended()} after every poll and lets the others in with {@link #letOthersIn()}.
 */
final class StackLock {
    private static final VarHandle HELD;
    private static final VarHandle CONTENDERS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            HELD = lookup.findVarHandle(StackLock.class, "held", int.class);
            CONTENDERS = lookup.findVarHandle(StackLock.class, "contenders", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int SPINS_OF_PLATFORM_THREAD = 1_000;
    private static final int SPINS_OF_VIRTUAL_THREAD = 50;
    private static final int YIELDS = 20;
    private static final long NAP_NANOS = 50_000;

    /**
     * How long the driver stands back; a contender that is on a core takes the lock in far less.
     */
    private static final int COURTESY_SPINS = 200;

    private volatile int held;
    private volatile int contenders;

    /** Acquires; the release in {@link #unlock()} makes the previous owner's writes visible. */
    void lock() {
        if (!HELD.compareAndSet(this, 0, 1)) {
            lockContended();
        }
    }

    private void lockContended() {
        CONTENDERS.getAndAdd(this, 1);
        int spins =
                Thread.currentThread().isVirtual()
                        ? SPINS_OF_VIRTUAL_THREAD
                        : SPINS_OF_PLATFORM_THREAD;
        for (int attempt = 0; !tryLock(); attempt++) {
            if (attempt < spins) {
                Thread.onSpinWait();
            } else if (attempt < spins + YIELDS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(this, NAP_NANOS);
            }
        }
        CONTENDERS.getAndAdd(this, -1);
    }

    private boolean tryLock() {
        return held == 0 && HELD.compareAndSet(this, 0, 1);
    }

    void unlock() {
        HELD.setRelease(this, 0);
    }

    boolean contended() {
        return contenders != 0;
    }

    /**
     * Releases the lock for as long as a waiting contender needs to take it, then acquires again.
     */
    void letOthersIn() {
        unlock();
        for (int i = 0; i < COURTESY_SPINS && held == 0 && contenders != 0; i++) {
            Thread.onSpinWait();
        }
        if (held == 0 && contenders != 0) {
            Thread.yield(); // the contender has no core: perhaps it waits for this one
        }
        lock();
    }
}
