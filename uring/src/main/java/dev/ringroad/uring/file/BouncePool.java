package dev.ringroad.uring.file;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.core.ring.ReferenceRing;
import dev.ringroad.core.ring.RingShape;
import dev.ringroad.core.ring.SyncMode;
import dev.ringroad.uring.UringLoop;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Buffers between callers' memory and the kernel: any thread takes one, has it filled or emptied,
 * and gives it back when nothing is in flight with it. So the kernel never holds the address of
 * memory that a caller can free.
 *
 * <p>The semaphore counts what is in the ring; it is there for those who wait when nothing is. Who
 * waits holds no buffer, so that two transfers cannot wait for each other.
 */
final class BouncePool {
    private static final int NOT_REGISTERED = -1;

    private final UringLoop loop;
    private final FilesConfig config;
    private final SharedRegion region;
    private final ReferenceRing<Bounce> free;
    private final Semaphore available;
    private final int registeredIndex;
    private final @Nullable String fallback;

    private BouncePool(
            UringLoop loop,
            FilesConfig config,
            SharedRegion region,
            int registeredIndex,
            @Nullable String fallback) {
        this.loop = loop;
        this.config = config;
        this.region = region;
        this.registeredIndex = registeredIndex;
        this.fallback = fallback;
        int count = config.buffers();
        free = new ReferenceRing<>(RingShape.of(count, SyncMode.MULTI, SyncMode.MULTI));
        for (int i = 0; i < count; i++) {
            long at = (long) i * config.bufferBytes();
            boolean fits =
                    free.offer(
                            new Bounce(
                                    region.segment().asSlice(at, config.bufferBytes()),
                                    registeredIndex));
            if (!fits) {
                throw new AssertionError("The ring is smaller than it was asked to be");
            }
        }
        available = new Semaphore(count);
    }

    /** Makes the buffers and has the loop register them, which is only quicker: it may refuse. */
    static BouncePool create(UringLoop loop, FilesConfig config) throws IOException {
        long bytes = (long) config.buffers() * config.bufferBytes();
        SharedRegion region = SharedRegion.allocate("ringroad-files", bytes, Placement.ordinary());
        try {
            int index = NOT_REGISTERED;
            String reason = null;
            try {
                index = onLoop(loop, own -> own.registerMemory(region.segment()));
            } catch (SystemCallException | IllegalStateException e) {
                reason = e.getMessage();
            }
            return new BouncePool(loop, config, region, index, reason);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    private interface OnLoop {
        int run(UringLoop loop) throws SystemCallException;
    }

    private static int onLoop(UringLoop loop, OnLoop work) throws IOException {
        if (loop.isOwner()) {
            return work.run(loop);
        }
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        UringLoop.Task task =
                own -> {
                    try {
                        answer.complete(work.run(own));
                    } catch (SystemCallException | RuntimeException e) {
                        answer.completeExceptionally(e);
                    }
                };
        while (!loop.offer(task)) {
            if (loop.isClosing()) {
                throw new IOException("Files need a loop that is open, and this one is closed.");
            }
            Thread.onSpinWait();
        }
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof SystemCallException refused) {
                throw refused;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Waits for a buffer; for one who has none.
     *
     * @throws InterruptedIOException when interrupted; the interrupt is pending then
     */
    Bounce acquire() throws IOException {
        if (!available.tryAcquire()) {
            waitForOne();
        }
        return Objects.requireNonNull(free.poll());
    }

    /** The same, but an interrupt is left for later. */
    Bounce acquireRegardless() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    return acquire();
                } catch (InterruptedIOException _) {
                    interrupted |= Thread.interrupted();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void waitForOne() throws IOException {
        try {
            if (available.tryAcquire(config.waitNanosMax(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException given =
                    new InterruptedIOException("Interrupted while waiting for a buffer");
            given.initCause(e);
            throw given;
        }
        throw new IOException(
                "None of the "
                        + config.buffers()
                        + " buffers became free in "
                        + TimeUnit.NANOSECONDS.toMillis(config.waitNanosMax())
                        + " ms: transfers that wait for data hold them. Remedy: a pool of more"
                        + " buffers, see FilesConfig.");
    }

    /** One more, or null when there is none at this moment. */
    @Nullable Bounce tryAcquire() {
        return available.tryAcquire() ? Objects.requireNonNull(free.poll()) : null;
    }

    void release(Bounce bounce) {
        boolean ignored = free.offer(bounce); // it has a place for each
        available.release();
    }

    /** How many nobody holds. */
    int available() {
        return available.availablePermits();
    }

    int bufferBytes() {
        return config.bufferBytes();
    }

    /** Why the buffers are not registered, or null when they are. */
    @Nullable String fallback() {
        return fallback;
    }

    /** Waits until all buffers are back, and ends. */
    void close() {
        available.acquireUninterruptibly(config.buffers());
        if (registeredIndex != NOT_REGISTERED && !loop.isClosing()) {
            try {
                int ignored =
                        onLoop(
                                loop,
                                own -> {
                                    own.unregisterMemory(registeredIndex);
                                    return 0;
                                });
            } catch (IOException _) {
                // The loop has ended meanwhile, and with it the registration: nothing is lost.
            }
        }
        region.close();
    }
}
