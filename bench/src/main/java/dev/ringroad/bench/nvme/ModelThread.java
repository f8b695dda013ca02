package dev.ringroad.bench.nvme;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

/** A controller model that is polled by a thread of its own, pinned to a processor. */
public final class ModelThread implements AutoCloseable {
    private final InstantController model;
    private final int cpu;
    private final Thread thread;
    private volatile boolean closing;
    private volatile @Nullable Throwable failure;

    /**
     * Begins at once.
     *
     * @param cpu the processor, or -1 for any
     */
    public ModelThread(InstantController model, int cpu) {
        this.model = model;
        this.cpu = cpu;
        thread = Thread.ofPlatform().daemon().name("controller model").start(this::run);
    }

    private void run() {
        try {
            if (cpu >= 0) {
                Affinity.pinCurrentThread(cpu);
            }
            while (!closing) {
                if (model.step() == 0) {
                    Thread.onSpinWait();
                }
            }
        } catch (SystemCallException | RuntimeException | Error e) {
            failure = e;
        }
    }

    /** Ends it; throws what has ended it before, if anything. */
    @Override
    public void close() {
        closing = true;
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
        if (failure != null) {
            throw new IllegalStateException("The controller model failed", failure);
        }
    }
}
