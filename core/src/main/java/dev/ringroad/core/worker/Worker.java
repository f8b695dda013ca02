package dev.ringroad.core.worker;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/**
 * A platform thread that runs pollers, pinned to a CPU when asked, and idles as its strategy says.
 *
 * <p>{@link #start}, {@link #wake}, {@link #close} and the accounts may be called from any thread;
 * the pollers run on the worker's thread only. A poller that throws ends the worker: see {@link
 * #failure}.
 */
public final class Worker implements AutoCloseable {
    /** Says that the worker is not bound to a CPU. */
    public static final int ANY_CPU = -1;

    private static final VarHandle BUSY;
    private static final VarHandle IDLE;
    private static final VarHandle ASLEEP;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            BUSY = lookup.findVarHandle(Worker.class, "busyNanos", long.class);
            IDLE = lookup.findVarHandle(Worker.class, "idleNanos", long.class);
            ASLEEP = lookup.findVarHandle(Worker.class, "asleepNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Poller[] pollers;
    private final IdleStrategy strategy;
    private final int cpu;
    private final Thread thread;
    private final EventFd waker;
    private final PollSet wakeSet;

    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;
    // Written by the worker only; others read them as they are.
    private long busyNanos;
    private long idleNanos;
    private long asleepNanos;

    /**
     * @param cpu the CPU to run on, or {@link #ANY_CPU}
     */
    public Worker(String name, int cpu, IdleStrategy strategy, List<? extends Poller> pollers)
            throws SystemCallException {
        this.pollers = pollers.toArray(Poller[]::new);
        this.strategy = strategy;
        this.cpu = cpu;
        waker = EventFd.create();
        wakeSet = new PollSet(this.pollers.length + 1);
        thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    /** Starts the thread; once only. */
    public void start() {
        thread.start();
    }

    /** Ends a sleep, so that every poller is polled soon. */
    public void wake() {
        waker.signal();
    }

    /** The thread that the pollers run on. */
    public Thread thread() {
        return thread;
    }

    /** What a poller threw, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Nanoseconds spent in rounds that found work. */
    public long busyNanos() {
        return (long) BUSY.getOpaque(this);
    }

    /** Nanoseconds spent awake in rounds that found none. */
    public long idleNanos() {
        return (long) IDLE.getOpaque(this);
    }

    /** Nanoseconds spent asleep on descriptors. */
    public long asleepNanos() {
        return (long) ASLEEP.getOpaque(this);
    }

    /**
     * Stops the thread after its present round and waits for its end; a second call does nothing.
     */
    @Override
    public void close() {
        stopping = true;
        waker.signal();
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(
                    "Worker " + thread.getName() + " cannot wait for its own end");
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        waker.close();
        wakeSet.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            if (cpu != ANY_CPU) {
                Affinity.pinCurrentThread(cpu);
            }
            loop();
        } catch (Throwable t) {
            failure = t;
            Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
            handler.uncaughtException(thread, t);
        }
    }

    private void loop() {
        long spinNanos = strategy.spinNanos();
        long awakeNanos = strategy.awakeNanos();
        long now = System.nanoTime();
        long lastWork = now;
        while (!stopping) {
            int work = round(now);
            long then = System.nanoTime();
            if (work > 0) {
                BUSY.setOpaque(this, busyNanos + (then - now));
                lastWork = then;
            } else {
                IDLE.setOpaque(this, idleNanos + (then - now));
                long idle = then - lastWork;
                if (idle < spinNanos) {
                    Thread.onSpinWait();
                } else if (idle < awakeNanos || !sleep(then)) {
                    Thread.yield();
                }
                then = System.nanoTime();
            }
            now = then;
        }
    }

    private int round(long nowNanos) {
        int work = 0;
        for (Poller poller : pollers) {
            work += poller.poll(nowNanos);
        }
        return work;
    }

    /** False when a poller did not let it. */
    private boolean sleep(long nowNanos) {
        PollSet set = wakeSet;
        set.clear();
        set.add(waker.descriptor().number(), PollSet.POLLIN);
        int prepared = 0;
        boolean allowed = true;
        while (allowed && prepared < pollers.length) {
            allowed = pollers[prepared++].prepareSleep(set);
        }
        if (allowed) {
            set.poll(sleepNanos(nowNanos));
            waker.drain();
            ASLEEP.setOpaque(this, asleepNanos + (System.nanoTime() - nowNanos));
        }
        for (int i = 0; i < prepared; i++) {
            pollers[i].wakeUp();
        }
        return allowed;
    }

    private long sleepNanos(long nowNanos) {
        long nearest = Long.MAX_VALUE;
        for (Poller poller : pollers) {
            nearest = Math.min(nearest, poller.nextDeadlineNanos());
        }
        return nearest == Long.MAX_VALUE ? -1 : Math.max(0, nearest - nowNanos);
    }
}
