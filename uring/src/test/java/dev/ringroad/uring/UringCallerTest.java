package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/** Requests that threads make which are not the loop's: waited for, given up, as futures. */
@Timeout(60)
final class UringCallerTest {
    private static final int NEVER = 60;
    private static final int INBOX_CAPACITY = 1024;
    private static final long NEVER_NANOS = TimeUnit.SECONDS.toNanos(NEVER);

    private UringThread thread;
    private UringCaller caller;

    @BeforeEach
    void start() throws Exception {
        thread = UringThread.start("caller", UringConfig.of(64), 256, 0);
        caller = new UringCaller(thread.loop());
    }

    @AfterEach
    void stop() {
        thread.close();
        assertThat(thread.failure()).isNull();
    }

    @Test
    void threadsOfBothKindsWaitForTheirOwnResults() throws Exception {
        try (ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 2_000; i++) {
                results.add(virtual.submit(() -> caller.call(UringCallerTest::nop, null)));
            }
            for (Future<Integer> result : results) {
                assertThat(result.get()).isZero();
            }
        }
        assertThat(caller.call(ring -> ring.control().prepareTimeout(1000, 0, 0), null))
                .isEqualTo(-Errno.ETIME);
    }

    private static Submission nop(Uring ring) {
        return ring.control().prepareNop();
    }

    @Test
    void timeOutCancelsTheRequest() throws Exception {
        try (EventFd event = EventFd.create()) {
            int number = event.descriptor().number();
            int result =
                    caller.call(
                            ring -> ring.control().preparePoll(number, PollSet.POLLIN),
                            null,
                            1_000_000);
            assertThat(result).isEqualTo(-Errno.ECANCELED);
        }
    }

    @Test
    void timeOutCancelsTheRequestThoughTheInboxIsFull() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        boolean taken =
                thread.loop()
                        .offer(
                                loop -> {
                                    begun.countDown();
                                    hold(held);
                                });
        assertThat(taken).isTrue();
        begun.await();
        for (int i = 0; i < INBOX_CAPACITY - 1; i++) {
            assertThat(thread.loop().offer(loop -> {})).isTrue();
        }
        CompletableFuture<Integer> result = new CompletableFuture<>();
        Thread waiter =
                Thread.ofPlatform()
                        .start(() -> result.complete(caller.call(UringCallerTest::never, null, 1)));
        // It has taken the last place, and found none for the cancelling.
        while (waiter.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
        held.countDown();
        assertThat(result.get(NEVER / 2, TimeUnit.SECONDS)).isEqualTo(-Errno.ECANCELED);
    }

    private static void hold(CountDownLatch held) {
        try {
            held.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void beginsOnTheLoopsOwnThreadThoughTheInboxIsFull() throws Exception {
        CompletableFuture<CompletableFuture<Integer>> begun = new CompletableFuture<>();
        assertThat(
                        thread.loop()
                                .offer(
                                        loop -> {
                                            while (loop.offer(other -> {})) {
                                                Thread.onSpinWait();
                                            }
                                            begun.complete(
                                                    caller.begin(UringCallerTest::nop, null));
                                        }))
                .isTrue();
        assertThat(begun.get(NEVER, TimeUnit.SECONDS).get(NEVER, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void bufferThatIsNotTheCallersEndsTheCallAndNotTheLoop() throws Exception {
        CompletableFuture<UringBuffer> released = new CompletableFuture<>();
        assertThat(
                        thread.loop()
                                .offer(
                                        loop -> {
                                            try {
                                                UringBuffer buffer =
                                                        loop.allocateBuffers(
                                                                        1,
                                                                        4096,
                                                                        Placement.ordinary())
                                                                .acquire();
                                                buffer.release();
                                                released.complete(buffer);
                                            } catch (SystemCallException e) {
                                                released.completeExceptionally(e);
                                            }
                                        }))
                .isTrue();
        UringBuffer buffer = released.get(NEVER, TimeUnit.SECONDS);
        assertThatIllegalStateException()
                .isThrownBy(() -> caller.call(UringCallerTest::nop, buffer))
                .withMessageContaining("lend");
        assertThat(caller.call(UringCallerTest::nop, null)).isZero();
    }

    @Test
    void interruptCancelsTheRequestAndStaysPending() throws Exception {
        AtomicReference<Integer> result = new AtomicReference<>();
        AtomicReference<Boolean> interrupted = new AtomicReference<>();
        Thread waiter =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    result.set(caller.call(UringCallerTest::never, null));
                                    interrupted.set(Thread.currentThread().isInterrupted());
                                });
        while (waiter.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        waiter.interrupt();
        waiter.join();
        assertThat(result).hasValue(-Errno.ECANCELED);
        assertThat(interrupted).hasValue(true);
    }

    private static Submission never(Uring ring) {
        return ring.control().prepareTimeout(NEVER_NANOS, 0, 0);
    }

    @Test
    void futureCompletesAndCancels() throws Exception {
        CompletableFuture<Integer> done = caller.begin(UringCallerTest::nop, null);
        assertThat(done.get(NEVER, TimeUnit.SECONDS)).isZero();
        CompletableFuture<Integer> cancelled = caller.begin(UringCallerTest::never, null);
        assertThat(cancelled.cancel(true)).isTrue();
        while (inFlight() > 0) {
            Thread.onSpinWait();
        }
    }

    private int inFlight() throws Exception {
        CompletableFuture<Integer> count = new CompletableFuture<>();
        assertThat(thread.loop().offer(loop -> count.complete(loop.inFlight()))).isTrue();
        return count.get(NEVER, TimeUnit.SECONDS);
    }

    @Test
    void whatCannotBePreparedIsTheCallersToHear() throws Exception {
        MemorySegment heap = MemorySegment.ofArray(new byte[8]);
        UringCaller.Preparation wrong = ring -> ring.files().prepareRead(0, heap, 0, 8, 0);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> caller.call(wrong, null))
                .withMessageContaining("Arena");
        assertThat(caller.begin(wrong, null))
                .failsWithin(NEVER, TimeUnit.SECONDS)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(IllegalArgumentException.class);
        assertThat(inFlight()).isZero();
    }

    @Test
    void loopsOwnThreadDoesNotWaitForItself() throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        boolean taken =
                thread.loop()
                        .offer(
                                loop -> {
                                    try {
                                        int ignored = caller.call(UringCallerTest::nop, null);
                                    } catch (IllegalStateException e) {
                                        thrown.complete(e);
                                    }
                                });
        assertThat(taken).isTrue();
        assertThat(thrown.get(NEVER, TimeUnit.SECONDS)).hasMessageContaining("own thread");
    }

    @Test
    void closingEndsWhoWaitsAndRefusesWhoComes() throws Exception {
        AtomicReference<Integer> result = new AtomicReference<>();
        Thread waiter =
                Thread.ofPlatform()
                        .start(() -> result.set(caller.call(UringCallerTest::never, null)));
        while (inFlight() == 0) {
            Thread.onSpinWait();
        }
        thread.close();
        waiter.join();
        assertThat(result).hasValue(-Errno.ECANCELED);
        assertThatIllegalStateException()
                .isThrownBy(() -> caller.call(UringCallerTest::nop, null))
                .withMessageContaining("closed");
    }
}
