package dev.ringroad.bench.fileload;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** What the threads of a load share: when they begin, whether they are to end, and why. */
final class LoadControl {
    private final CountDownLatch ready;
    private final CountDownLatch begin = new CountDownLatch(1);
    private final CountDownLatch ended;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;

    LoadControl(int threads) {
        ready = new CountDownLatch(threads);
        ended = new CountDownLatch(threads);
    }

    /** By a thread that is ready, or has failed to become it. */
    void ready() {
        ready.countDown();
    }

    void awaitReady() throws InterruptedException {
        ready.await();
    }

    void begin() {
        begin.countDown();
    }

    void awaitBegin() throws InterruptedException {
        begin.await();
    }

    void ended() {
        ended.countDown();
    }

    /** Threads that work on. */
    long running() {
        return ended.getCount();
    }

    /** Nothing more is to be begun. */
    void stop() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /** The first failure is kept, and ends all threads. */
    void fail(Throwable why) {
        boolean ignored = failure.compareAndSet(null, why);
        stopping = true;
    }

    @Nullable Throwable failure() {
        return failure.get();
    }
}
