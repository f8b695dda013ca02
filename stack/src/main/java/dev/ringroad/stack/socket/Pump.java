package dev.ringroad.stack.socket;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.stack.NetStack;
import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.LockSupport;

/**
 * Runs one stack for many threads: one at a time owns it, and the one that waits does the work.
 *
 * <p>A {@link NetStack} is single-threaded. The pump's lock makes it safe for many, and its rule of
 * who polls the devices makes it quick:
 *
 * <ul>
 *   <li>A platform thread that waits ({@link #await}) becomes the <em>driver</em>: it polls the
 *       devices itself, so what it waits for reaches it without a hand-over. It spins, yields, and
 *       then sleeps on the devices' descriptors, as the {@link PumpConfig} says.
 *   <li>The newest waiter takes the role from an older one, which parks: the thread that has just
 *       been busy is the one most likely to be busy again. An acceptor that waits all day costs the
 *       connection threads nothing.
 *   <li>Virtual threads park and never drive; the pump's background worker drives for them.
 *   <li>When the program's threads are all away computing, the worker looks in every few
 *       milliseconds, and takes over if nobody has driven since; then it sleeps on the descriptors.
 * </ul>
 *
 * <p>Every public method but {@link #lock}, {@link #close} and the accessors is called with the
 * lock held. Readiness reaches waiters through the endpoints' {@link Endpoint.Observer}, which this
 * class is; it only marks, and the wake-ups follow after the poll.
 */
public final class Pump implements AutoCloseable, Endpoint.Observer {
    /** Returned by the loops when the thread no longer has the role that the loop is for. */
    private static final int ROLE_CHANGED = -1;

    private final NetStack stack;
    private final PumpConfig config;
    private final StackLock lock = new StackLock();
    private final PumpWorker worker;

    private @Nullable Waiter driver;
    private boolean driverAsleep;
    private long driverSleepsUntilNanos;
    private long turns;
    private int waiting;
    private long leftNanos;
    private long usualGapNanos;
    private @Nullable Waiter signalledHead;
    private @Nullable Sleeper freeSleepers;
    private volatile boolean closed;

    /**
     * Takes the stack over and starts the background worker.
     *
     * @param stack owned by the pump from here on, closed by {@link #close}
     */
    public Pump(NetStack stack, PumpConfig config) {
        this.stack = stack;
        this.config = config;
        this.leftNanos = System.nanoTime();
        this.worker = new PumpWorker(this, config);
        worker.start();
    }

    /** The stack; touch it with the lock held only. */
    public NetStack stack() {
        return stack;
    }

    /**
     * Acquires the stack. Not re-entrant; hold it for one operation, never over a blocking call.
     */
    public void lock() {
        lock.lock();
    }

    /** Wakes whom the operation made ready, and lets the stack go. */
    public void unlock() {
        if (signalledHead != null) {
            rouseSignalled();
        }
        if (driverAsleep && stack.nextDeadlineNanos() < driverSleepsUntilNanos) {
            rouseDriver();
        }
        lock.unlock();
    }

    /** Hands staged packets to the devices. */
    public void flush() {
        stack.flush();
    }

    /** A queue for a selector. */
    public ReadyQueue newReadyQueue() {
        return new ReadyQueue(this);
    }

    /**
     * Polls once on behalf of a thread that does not wait, such as one that reads a non-blocking
     * channel in a loop; it then counts as the one that drives, and who had the role parks.
     */
    public void pollNow() {
        long now = System.nanoTime();
        takeDriversRole(null);
        try {
            stack.poll(now);
        } finally {
            leave(now);
        }
    }

    /**
     * Waits until an endpoint has one of the bits of interest, or an error.
     *
     * @param deadlineNanos on {@link System#nanoTime}'s scale; {@link Long#MAX_VALUE} for none
     * @return the bits that are there; 0 after the deadline or when cancelled
     */
    public int await(
            Endpoint endpoint, int interest, long deadlineNanos, Cancellation cancellation) {
        int interestOrError = interest | Endpoint.ERROR;
        int ready = endpoint.ready() & interestOrError;
        if (ready != 0) {
            return ready;
        }
        Waiter waiter = Waiter.ofCurrentThread();
        watch(waiter, endpoint, interestOrError);
        try {
            return waitWith(waiter, deadlineNanos, cancellation);
        } finally {
            waiter.detach();
        }
    }

    /**
     * Waits until a selector's queue has entries.
     *
     * @return not 0 when there are entries; 0 after the deadline or when cancelled
     */
    public int await(ReadyQueue queue, long deadlineNanos, Cancellation cancellation) {
        Waiter waiter = Waiter.ofCurrentThread();
        waiter.queue = queue;
        queue.waiter = waiter;
        try {
            int ready = waiter.ready();
            return ready != 0 ? ready : waitWith(waiter, deadlineNanos, cancellation);
        } finally {
            queue.waiter = null;
            waiter.queue = null;
        }
    }

    /** Makes everybody who waits for the endpoint look at their cancellation. */
    public void wake(Endpoint endpoint) {
        for (Watch w = (Watch) endpoint.attachment; w != null; w = w.next) {
            w.endpointReady();
        }
    }

    @Override
    public void readyChanged(Endpoint endpoint, int ready) {
        for (Watch w = (Watch) endpoint.attachment; w != null; w = w.next) {
            if ((w.interest & ready) != 0) {
                w.endpointReady();
            }
        }
    }

    /** Stops the worker, ends every wait and closes the stack with its devices. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        worker.stop();
        lock.lock();
        try {
            stack.close();
            rouseSignalled();
            while (freeSleepers != null) {
                Sleeper sleeper = freeSleepers;
                freeSleepers = sleeper.nextFree;
                sleeper.close();
            }
        } finally {
            lock.unlock();
        }
    }

    void watch(Watch watch, Endpoint endpoint, int interest) {
        endpoint.observer(this);
        watch.attach(endpoint, interest);
    }

    /** Notes that a waiter is to be woken once the present operation is over. */
    void signal(Waiter waiter) {
        if (!waiter.signalled) {
            waiter.signalled = true;
            waiter.nextSignalled = signalledHead;
            signalledHead = waiter;
        }
    }

    void waitsElsewhere() {
        waiting++;
        ensureDriven();
    }

    void backFromElsewhere() {
        waiting--;
    }

    private int waitWith(Waiter waiter, long deadlineNanos, Cancellation cancellation) {
        waiter.pump = this;
        waiting++;
        boolean interrupted = false;
        try {
            boolean mayDrive = !waiter.thread.isVirtual();
            if (mayDrive) {
                takeDriversRole(waiter);
            }
            for (; ; ) {
                int ready =
                        driver == waiter
                                ? drive(waiter, deadlineNanos, cancellation)
                                : park(waiter, deadlineNanos, cancellation);
                if (ready != ROLE_CHANGED) {
                    return ready;
                }
                interrupted |= Thread.interrupted();
            }
        } finally {
            waiting--;
            if (driver == waiter) {
                leave(System.nanoTime());
            }
            waiter.pump = null;
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * The loop of the thread that has the role: poll, look, idle. Only frames keep it awake: a
     * timer that fires does not make more likely that one comes soon.
     *
     * @return the waiter's bits, 0 at its end, {@link #ROLE_CHANGED} when another thread drives now
     */
    int drive(Waiter waiter, long deadlineNanos, Cancellation cancellation) {
        boolean isWorker = waiter == worker.waiter();
        long spinNanos = isWorker ? config.workerSpinNanos() : config.spinNanos();
        long awakeNanos = isWorker ? spinNanos : spinNanos + config.yieldNanos();
        long now = System.nanoTime();
        long busyNanos = now;
        long framesSeen = stack.framesReceived();
        while (driver == waiter && !closed) {
            stack.poll(now);
            long frames = stack.framesReceived();
            if (frames != framesSeen) {
                framesSeen = frames;
                busyNanos = now;
            }
            if (signalledHead != null) {
                rouseSignalled();
            }
            int ready = waiter.ready();
            if (ready != 0) {
                return ready;
            }
            if (cancellation.cancelled() || now >= deadlineNanos) {
                return 0;
            }
            long idleNanos = now - busyNanos;
            if (idleNanos >= awakeNanos) {
                sleep(waiter, deadlineNanos);
            } else if (idleNanos >= spinNanos) {
                yieldCore();
            } else if (lock.contended()) {
                lock.letOthersIn();
            }
            now = System.nanoTime();
        }
        return closed ? 0 : ROLE_CHANGED;
    }

    /** Lets other threads have the core and the stack: one of them may hold what this one lacks. */
    private void yieldCore() {
        lock.unlock();
        Thread.yield();
        lock.lock();
    }

    /** Sleeps on the devices' descriptors with the lock let go; the role is kept unless taken. */
    private void sleep(Waiter waiter, long deadlineNanos) {
        Sleeper sleeper = borrowSleeper();
        if (sleeper == null) {
            yieldCore();
            return;
        }
        try {
            if (stack.prepareSleep(sleeper.prepare())) {
                sleepIn(sleeper, waiter, deadlineNanos);
            } else {
                stack.wakeUp();
                yieldCore();
            }
        } finally {
            returnSleeper(sleeper);
        }
    }

    /**
     * Who loses the role in its sleep is not woken for that: its descriptors, its event or the time
     * end the sleep as before, for nothing at worst, and it parks. The devices' interrupts are the
     * new driver's by then.
     */
    private void sleepIn(Sleeper sleeper, Waiter waiter, long deadlineNanos) {
        driverSleepsUntilNanos = Math.min(deadlineNanos, stack.nextDeadlineNanos());
        long now = System.nanoTime();
        long timeoutNanos =
                driverSleepsUntilNanos == Long.MAX_VALUE
                        ? -1
                        : Math.max(driverSleepsUntilNanos, now) - now;
        waiter.sleeper = sleeper;
        driverAsleep = true;
        unlock();
        try {
            sleeper.sleep(timeoutNanos);
        } finally {
            lock.lock();
            waiter.sleeper = null;
            if (driver == waiter) {
                driverAsleep = false;
                stack.wakeUp();
            }
        }
    }

    /**
     * The loop of a waiting thread that does not have the role: a virtual thread, or one that lost
     * it to another, whose leaving sees to it that somebody drives.
     */
    private int park(Waiter waiter, long deadlineNanos, Cancellation cancellation) {
        while (driver != waiter) {
            int ready = waiter.ready();
            if (ready != 0) {
                return ready;
            }
            if (closed || cancellation.cancelled()) {
                return 0;
            }
            if (waiter.thread.isInterrupted()) {
                // The interrupt may have come after the question above, and is cleared next.
                return cancellation.cancelled() ? 0 : ROLE_CHANGED;
            }
            long leftNanosToWait = deadlineNanos - System.nanoTime();
            if (deadlineNanos != Long.MAX_VALUE && leftNanosToWait <= 0) {
                return 0;
            }
            if (waiter.thread.isVirtual()) {
                ensureDriven();
            }
            unlock();
            if (deadlineNanos == Long.MAX_VALUE) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, leftNanosToWait);
            }
            lock.lock();
        }
        return ROLE_CHANGED;
    }

    /** Makes the waiter the driver; null only ends the present driver's turn. */
    void takeDriversRole(@Nullable Waiter waiter) {
        boolean fromWorker = driver == worker.waiter();
        if (waiter != worker.waiter() && (driver == null || fromWorker)) {
            usualGapNanos += (System.nanoTime() - leftNanos - usualGapNanos) / 8;
        }
        if (driverAsleep) {
            driverAsleep = false;
            stack.wakeUp();
            if (fromWorker) {
                worker.leftAsleep();
            }
        }
        driver = waiter;
        turns++;
    }

    /** The worker's way of leaving: nobody has to be called in its place. */
    void giveUpDriversRole(Waiter waiter) {
        if (driver == waiter) {
            driver = null;
        }
    }

    private void leave(long nowNanos) {
        driver = null;
        leftNanos = nowNanos;
        boolean othersWait = waiting > 0;
        if (worker.isDormant()) {
            worker.call(false);
        } else if (othersWait && usualGapNanos > config.handOverGapNanos()) {
            worker.call(true);
        }
    }

    private void ensureDriven() {
        if (driver == null) {
            worker.call(true);
        }
    }

    private void rouseSignalled() {
        Waiter waiter = signalledHead;
        signalledHead = null;
        while (waiter != null) {
            Waiter next = waiter.nextSignalled;
            waiter.nextSignalled = null;
            waiter.signalled = false;
            if (waiter.thread != Thread.currentThread()) {
                waiter.rouse();
            }
            waiter = next;
        }
    }

    private void rouseDriver() {
        Waiter asleep = driver;
        if (asleep != null) {
            asleep.rouse();
        }
    }

    private @Nullable Sleeper borrowSleeper() {
        Sleeper sleeper = freeSleepers;
        if (sleeper != null) {
            freeSleepers = sleeper.nextFree;
            sleeper.nextFree = null;
            return sleeper;
        }
        try {
            return new Sleeper();
        } catch (SystemCallException e) {
            return null;
        }
    }

    private void returnSleeper(Sleeper sleeper) {
        if (closed) {
            sleeper.close();
            return;
        }
        sleeper.nextFree = freeSleepers;
        freeSleepers = sleeper;
    }

    boolean hasDriver() {
        return driver != null;
    }

    boolean driverIsAsleep() {
        return driverAsleep;
    }

    /** Grows whenever a thread takes the driver's role or polls on its own behalf. */
    long turns() {
        return turns;
    }

    int waiting() {
        return waiting;
    }

    boolean isClosed() {
        return closed;
    }
}
