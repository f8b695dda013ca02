package dev.ringroad.stack.socket;

import java.util.concurrent.locks.LockSupport;

/**
 * The pump's background thread: drives the stack while no thread of the program does.
 *
 * <p>While the program's threads drive, the worker is a watchman. It looks in every {@link
 * PumpConfig#watchNanos} and takes the role when nobody has driven since it last looked. When the
 * driver sleeps on the descriptors there is nothing to watch, and the worker lies dormant until
 * that driver leaves.
 */
final class PumpWorker implements Runnable {
    private final Pump pump;
    private final PumpConfig config;
    private final Thread thread;
    private final Waiter waiter;

    /** Guarded by the stack's lock, as the next one. */
    private boolean dormant;

    private boolean called;

    PumpWorker(Pump pump, PumpConfig config) {
        this.pump = pump;
        this.config = config;
        this.thread = Thread.ofPlatform().name("ringroad-pump").daemon().unstarted(this);
        this.waiter = new Waiter(thread);
    }

    void start() {
        thread.start();
    }

    /** Ends the thread and waits for its end; the lock must not be held. */
    void stop() {
        pump.lock();
        called = true;
        waiter.rouse();
        pump.unlock();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    Waiter waiter() {
        return waiter;
    }

    /** Sleeps without looking in, so that a driver who leaves has to call. */
    boolean isDormant() {
        return dormant;
    }

    /** A thread took the role while the worker slept in it: it sleeps on, and has to be called. */
    void leftAsleep() {
        dormant = true;
    }

    /** Wakes the worker; with {@code atOnce} it takes the role without watching first. */
    void call(boolean atOnce) {
        if (atOnce && called) {
            return;
        }
        called |= atOnce;
        dormant = false;
        waiter.rouse();
    }

    @Override
    public void run() {
        pump.lock();
        try {
            while (!pump.isClosed()) {
                watch();
                called = false;
                if (!pump.hasDriver() && !pump.isClosed()) {
                    drive();
                }
            }
        } finally {
            pump.unlock();
        }
    }

    /**
     * A fault of the stack ends this turn but not the worker: without it nobody would drive for
     * virtual threads.
     */
    private void drive() {
        pump.takeDriversRole(waiter);
        try {
            pump.drive(waiter, Long.MAX_VALUE, Cancellation.NEVER);
        } catch (RuntimeException e) {
            pump.stack().fault(e);
        } finally {
            pump.giveUpDriversRole(waiter);
        }
    }

    /** Looks in from time to time until nobody has driven for a whole interval, or it is called. */
    private void watch() {
        long turnsSeen = -1;
        while (!pump.isClosed() && !called) {
            if (!pump.hasDriver() && pump.turns() == turnsSeen) {
                return;
            }
            turnsSeen = pump.turns();
            boolean untilCalled = pump.hasDriver() && pump.driverIsAsleep();
            dormant = untilCalled;
            long watchNanos =
                    pump.waiting() > (pump.hasDriver() ? 1 : 0)
                            ? config.crowdedWatchNanos()
                            : config.watchNanos();
            pump.unlock();
            if (untilCalled) {
                LockSupport.park(pump);
            } else {
                LockSupport.parkNanos(pump, watchNanos);
            }
            pump.lock();
            dormant = false;
        }
    }
}
