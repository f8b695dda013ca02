package dev.ringroad.uring;

import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A platform thread that runs one {@link UringLoop} and nothing else: it spins for a while after
 * the last work, then sleeps in the ring, so that handing over entries and waiting are one call.
 */
public final class UringThread implements AutoCloseable {
    private final Thread thread;
    private final CompletableFuture<UringLoop> opened = new CompletableFuture<>();
    private final UringConfig config;
    private final int requestsMax;
    private final long spinNanos;
    private volatile boolean stopping;
    private volatile @Nullable Throwable failure;

    private UringThread(String name, UringConfig config, int requestsMax, long spinNanos) {
        this.config = config;
        this.requestsMax = requestsMax;
        this.spinNanos = spinNanos;
        thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    /**
     * Starts a thread and opens its loop.
     *
     * @param requestsMax as {@link UringLoop#open} has it
     * @param spinNanos how long it polls without a pause after the last work; 0 to sleep at once
     * @throws SystemCallException when the kernel refuses the ring, with the remedy
     */
    public static UringThread start(
            String name, UringConfig config, int requestsMax, long spinNanos)
            throws SystemCallException {
        UringThread made = new UringThread(name, config, requestsMax, spinNanos);
        made.thread.start();
        try {
            UringLoop ignored = made.opened.get();
            return made;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SystemCallException refused) {
                throw refused;
            }
            throw new IllegalStateException("The loop " + name + " did not open", e.getCause());
        } catch (InterruptedException e) {
            made.stopping = true;
            // It may have opened by now, and sleep.
            var _ =
                    made.opened.thenAccept(
                            loop -> {
                                boolean ignored = loop.offer(own -> {});
                            });
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the loop " + name + " opens", e);
        }
    }

    /** The loop; {@link UringLoop#offer} it tasks. */
    public UringLoop loop() {
        return opened.join();
    }

    /** What a task or handler threw, which has ended the loop, or null. */
    public @Nullable Throwable failure() {
        return failure;
    }

    private void run() {
        UringLoop loop;
        try {
            loop = UringLoop.open(config, requestsMax);
        } catch (Throwable t) {
            opened.completeExceptionally(t);
            return;
        }
        opened.complete(loop);
        try (loop) {
            rounds(loop);
        } catch (Throwable t) {
            failure = t;
            thread.getUncaughtExceptionHandler().uncaughtException(thread, t);
        }
    }

    private void rounds(UringLoop loop) {
        while (!stopping) {
            loop.turn(spinNanos);
        }
    }

    /**
     * Ends the loop and waits for it: requests in flight are cancelled, and have had their last
     * completion when this returns. A second call does nothing.
     */
    @Override
    public void close() {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException(
                    "Loop " + thread.getName() + " cannot wait for its own end");
        }
        stopping = true;
        boolean ignored = loop().offer(loop -> {});
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
