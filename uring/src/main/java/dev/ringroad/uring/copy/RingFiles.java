package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringThread;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Copies files on a ring that has a thread of its own. */
final class RingFiles implements FileCopier {
    private static final int SHARED_REQUESTS = 64;

    private final UringThread thread;
    private final RingWork ring;

    private RingFiles(UringThread thread, RingWork ring) {
        this.thread = thread;
        this.ring = ring;
    }

    /**
     * Opens a ring with its buffers.
     *
     * @throws SystemCallException when the kernel refuses it, with the remedy
     */
    static RingFiles open(CopyWork work) throws SystemCallException {
        int requests = work.options.depth() * SmallFile.STEPS + SHARED_REQUESTS;
        int entries = Integer.highestOneBit(requests - 1) << 1;
        UringThread thread =
                UringThread.start("ringroad-copy", UringConfig.of(entries), requests, 0);
        CompletableFuture<RingWork> made = new CompletableFuture<>();
        boolean ignored =
                thread.loop()
                        .offer(
                                loop -> {
                                    try {
                                        made.complete(RingWork.open(loop, work));
                                    } catch (Throwable t) {
                                        made.completeExceptionally(t);
                                    }
                                });
        try {
            return new RingFiles(thread, made.get());
        } catch (ExecutionException e) {
            thread.close();
            if (e.getCause() instanceof SystemCallException refused) {
                throw refused;
            }
            throw new IllegalStateException("The ring for copying did not open", e.getCause());
        } catch (InterruptedException e) {
            thread.close();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the ring for copying opens", e);
        }
    }

    @Override
    public void copy(FileJob job) {
        while (!thread.loop().offer(loop -> ring.accept(job))) {
            if (isBroken()) {
                job.failed(job.shown() + " is not copied: the ring has ended.");
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** Whether the ring's thread has ended, and jobs with it. */
    boolean isBroken() {
        return thread.failure() != null;
    }

    @Override
    public void close() {
        if (!isBroken()) {
            CompletableFuture<Boolean> closed = new CompletableFuture<>();
            if (thread.loop()
                    .offer(
                            loop -> {
                                ring.close();
                                closed.complete(true);
                            })) {
                boolean ignored = closed.join();
            }
        }
        thread.close();
    }
}
