package dev.ringroad.uring.file;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/**
 * A blocking call that a virtual thread of its own makes, as a future. Cancelling interrupts the
 * thread, which has the request cancelled.
 */
final class Errand<V extends @Nullable Object> extends CompletableFuture<V> {
    private final Callable<V> call;
    private final Thread thread;

    private Errand(Callable<V> call) {
        this.call = call;
        thread = Thread.ofVirtual().name("ringroad-file").unstarted(this::run);
    }

    /** Begins at once. */
    static <V extends @Nullable Object> Errand<V> begin(Callable<V> call) {
        Errand<V> errand = new Errand<>(call);
        errand.thread.start();
        return errand;
    }

    private void run() {
        V value;
        try {
            value = call.call();
        } catch (Throwable t) {
            boolean ignored = completeExceptionally(t);
            return;
        }
        boolean ignored = complete(value);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        if (cancelled) {
            thread.interrupt();
        }
        return cancelled;
    }
}
