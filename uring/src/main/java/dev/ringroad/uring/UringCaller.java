package dev.ringroad.uring;

import dev.ringroad.core.linux.Errno;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/**
 * Requests of a loop that other threads make: they wait for the result, or get a future of it. A
 * virtual thread that waits leaves its carrier; no lock is held. For any number of threads, but not
 * for the loop's own, which would wait for itself.
 *
 * <p>A request that is given up, by time-out, interrupt or cancelled future, is cancelled, and what
 * it holds is held until its last completion all the same. Only requests with one completion fit.
 */
public final class UringCaller {
    private static final long FULL_INBOX_NANOS = 50_000;

    private final UringLoop loop;

    /** For the loop of a {@link UringThread}, or one that a worker runs. */
    public UringCaller(UringLoop loop) {
        this.loop = loop;
    }

    /** Says what a request is. */
    @FunctionalInterface
    public interface Preparation {
        /**
         * Prepares one entry, on the loop's thread, and leaves its token alone. What it throws the
         * caller gets.
         */
        Submission prepare(Uring ring);
    }

    /**
     * Makes a request and waits for it. An interrupt cancels it, and is still pending afterwards.
     *
     * @param keep what has to stay reachable until the last completion, such as the memory that the
     *     entry names
     * @return the result of the completion: zero or more, or the negated errno, {@code -ECANCELED}
     *     for what was given up
     * @throws IllegalStateException if the loop is closed, or the calling thread is its own
     */
    public int call(Preparation preparation, @Nullable Object keep) {
        return call(preparation, keep, Long.MAX_VALUE);
    }

    /**
     * The same, given up after so long.
     *
     * @param timeoutNanos {@link Long#MAX_VALUE} for never
     */
    public int call(Preparation preparation, @Nullable Object keep, long timeoutNanos) {
        if (loop.isOwner()) {
            throw new IllegalStateException("A loop's own thread cannot wait for its requests");
        }
        WaitingCall call = new WaitingCall(preparation, keep);
        offer(call);
        return call.await(timeoutNanos);
    }

    /**
     * Makes a request; the future has its result, as {@link #call} has it. What depends on the
     * future runs on the loop's thread, and must not block, unless it is said to run elsewhere.
     */
    public CompletableFuture<Integer> begin(Preparation preparation, @Nullable Object keep) {
        return begin(preparation, keep, result -> {});
    }

    /**
     * The same for who has to know of a request that is given up.
     *
     * @param late told on the loop's thread of the result of a request whose future was completed
     *     otherwise before, such as by cancelling it: it may have been carried out all the same
     */
    public CompletableFuture<Integer> begin(
            Preparation preparation, @Nullable Object keep, IntConsumer late) {
        FutureCall call = new FutureCall(preparation, keep, late);
        offer(call);
        return call.future;
    }

    private void offer(UringLoop.Task task) {
        while (!loop.offer(task)) {
            if (loop.isClosing()) {
                throw new IllegalStateException("The loop is closed");
            }
            if (loop.isOwner()) {
                runHere(task);
                return;
            }
            LockSupport.parkNanos(FULL_INBOX_NANOS);
        }
    }

    // What depends on a future runs on the loop's thread, which would wait for itself for ever.
    private void runHere(UringLoop.Task task) {
        if (!loop.makeRoom(1) || loop.room() == 0) {
            throw new IllegalStateException(
                    "The loop has neither room for a request nor in its inbox; begin it elsewhere");
        }
        task.run(loop);
    }

    private abstract class Call implements UringLoop.Task, CompletionHandler {
        private final Preparation preparation;
        private final @Nullable Object keep;
        private @Nullable RuntimeException refusal;
        private long request;
        private boolean ended;

        Call(Preparation preparation, @Nullable Object keep) {
            this.preparation = preparation;
            this.keep = keep;
        }

        @Override
        public void run(UringLoop own) {
            Uring ring = own.ring();
            try {
                request = own.begin(this, 0, keep);
            } catch (RuntimeException e) { // a buffer that is not the caller's to lend
                ended = true;
                ended(-Errno.ECANCELED, e);
                return;
            }
            try {
                preparation.prepare(ring).token(request);
            } catch (RuntimeException e) {
                refusal = e;
                ring.control().prepareNop().token(request); // the request ends as others do
            }
        }

        @Override
        public void onCompletion(long token, int result, int flags) {
            ended = Completion.isLast(flags);
            if (ended) {
                ended(result, refusal);
            }
        }

        abstract void ended(int result, @Nullable RuntimeException refusal);

        final void cancel() {
            try {
                offer(this::cancel);
            } catch (IllegalStateException _) {
                // A closing loop cancels everything anyhow. On a loop that is full to the brim, the
                // request of a future that is cancelled on the loop's thread goes on to its end.
            }
        }

        private void cancel(UringLoop own) {
            if (!ended) {
                long ownRequest = own.begin((token, result, flags) -> {}, 0, null);
                own.ring().control().prepareCancel(request, 0).token(ownRequest);
            }
        }
    }

    private final class WaitingCall extends Call {
        private final Thread waiter = Thread.currentThread();
        private int result;
        private @Nullable RuntimeException refusal;
        private volatile boolean done;

        WaitingCall(Preparation preparation, @Nullable Object keep) {
            super(preparation, keep);
        }

        @Override
        void ended(int resultOfCompletion, @Nullable RuntimeException refused) {
            result = resultOfCompletion;
            refusal = refused;
            done = true;
            LockSupport.unpark(waiter);
        }

        int await(long timeoutNanos) {
            long start = timeoutNanos == Long.MAX_VALUE ? 0 : System.nanoTime();
            boolean interrupted = false;
            boolean givenUp = false;
            while (!done) {
                if (Thread.interrupted()) {
                    interrupted = true;
                }
                long left = left(timeoutNanos, start);
                if (!givenUp && (interrupted || left <= 0)) {
                    givenUp = true;
                    cancel();
                }
                if (givenUp || left == Long.MAX_VALUE) {
                    LockSupport.park(this);
                } else {
                    LockSupport.parkNanos(this, left);
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (refusal != null) {
                throw refusal;
            }
            return result;
        }

        private static long left(long timeoutNanos, long start) {
            return timeoutNanos == Long.MAX_VALUE
                    ? Long.MAX_VALUE
                    : timeoutNanos - (System.nanoTime() - start);
        }
    }

    private final class FutureCall extends Call {
        private final CompletableFuture<Integer> future = new CompletableFuture<>();
        private final IntConsumer late;

        FutureCall(Preparation preparation, @Nullable Object keep, IntConsumer late) {
            super(preparation, keep);
            this.late = late;
            var _ =
                    future.whenComplete(
                            (_, _) -> {
                                if (future.isCancelled()) {
                                    cancel();
                                }
                            });
        }

        @Override
        void ended(int result, @Nullable RuntimeException refusal) {
            if (refusal != null) {
                future.completeExceptionally(refusal);
            } else if (!future.complete(result)) {
                late.accept(result);
            }
        }
    }
}
