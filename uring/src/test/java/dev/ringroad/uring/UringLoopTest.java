package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.worker.IdleStrategy;
import dev.ringroad.core.worker.Poller;
import dev.ringroad.core.worker.Worker;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Requests, buffers and tasks of a loop; alone, on a thread of its own, and on a worker. */
@Timeout(30)
final class UringLoopTest {

    private static UringLoop loop(int requests) throws Exception {
        return UringLoop.open(UringConfig.of(8), requests);
    }

    private static void runUntil(UringLoop loop, int inFlight) {
        while (loop.inFlight() > inFlight) {
            int ignored = loop.poll(System.nanoTime());
        }
    }

    @Test
    void handlersAreToldTheirOwnTokens() throws Exception {
        try (UringLoop loop = loop(4)) {
            List<Long> tokens = new ArrayList<>();
            for (long token = 40; token < 44; token++) {
                long request = loop.begin((own, result, flags) -> tokens.add(own), token, null);
                loop.ring().control().prepareNop().token(request);
            }
            assertThat(loop.room()).isZero();
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.begin((token, result, flags) -> {}, 0, null))
                    .withMessageContaining("All 4 requests");
            runUntil(loop, 0);
            assertThat(tokens).containsExactly(40L, 41L, 42L, 43L);
            assertThat(loop.room()).isEqualTo(4);
            assertThat(loop.strayCompletions()).isZero();
        }
    }

    @Test
    void completionsOfNobodyAreCountedAndReachNobody() throws Exception {
        try (UringLoop loop = loop(2)) {
            long request = loop.begin((token, result, flags) -> {}, 0, null);
            loop.ring().control().prepareNop().token(request);
            runUntil(loop, 0);
            loop.ring().control().prepareNop().token(request); // a token of the past
            loop.ring().control().prepareNop(); // none
            while (loop.strayCompletions() < 2) {
                int ignored = loop.poll(0);
            }
            assertThat(loop.room()).isEqualTo(2);
        }
    }

    @Test
    void multishotRequestLivesUntilItsLastCompletion() throws Exception {
        try (UringLoop loop = loop(1)) {
            AtomicInteger calls = new AtomicInteger();
            long request = loop.begin((token, result, flags) -> calls.incrementAndGet(), 0, null);
            loop.ring()
                    .control()
                    .prepareTimeout(1_000_000, 3, ControlOperations.TIMEOUT_MULTISHOT)
                    .token(request);
            runUntil(loop, 0);
            assertThat(calls).hasValue(3);
        }
    }

    @Test
    void bufferReleasedWhileLentComesBackWithTheCompletion() throws Exception {
        try (UringLoop loop = loop(4);
                EventFd event = EventFd.create()) {
            UringBuffers pool = loop.allocateBuffers(1, 64, Placement.ordinary());
            UringBuffer buffer = pool.acquire();
            assertThat(pool.acquire()).isNull();
            AtomicInteger result = new AtomicInteger();
            long request = loop.begin((token, res, flags) -> result.set(res), 0, buffer);
            int number = event.descriptor().number();
            loop.ring().files().prepareRead(number, buffer.segment(), 0, 8, 0).token(request);
            int submitted = loop.poll(0);
            assertThat(submitted).isOne();
            assertThat(buffer.isLent()).isTrue();
            if (UringBuffers.CHECKED) {
                assertThatIllegalStateException()
                        .isThrownBy(buffer::release)
                        .withMessageContaining("lent to the kernel");
                event.signal();
                runUntil(loop, 0);
                buffer.release();
            } else {
                buffer.release();
                assertThat(pool.available()).isZero();
                event.signal();
                runUntil(loop, 0);
            }
            assertThat(result).hasValue(8);
            assertThat(pool.available()).isOne();
            assertThatIllegalStateException()
                    .isThrownBy(buffer::release)
                    .withMessageContaining("released before");
            assertThatIllegalStateException()
                    .isThrownBy(() -> loop.begin((token, res, flags) -> {}, 0, buffer))
                    .withMessageContaining("not the caller's");
        }
    }

    @Test
    void poolsOfOneLoopAreRegisteredBesideEachOther() throws Exception {
        try (UringLoop loop = loop(4)) {
            UringBuffers small = loop.allocateBuffers(1, 64, Placement.ordinary());
            UringBuffers large = loop.allocateBuffers(1, 8192, Placement.ordinary());
            UringBuffer first = small.acquire();
            UringBuffer second = large.acquire();
            assertThat(first.registeredIndex()).isNotEqualTo(second.registeredIndex());
            try (Arena arena = Arena.ofShared()) {
                int index = loop.registerMemory(arena.allocate(4096, 4096));
                loop.unregisterMemory(index);
                assertThat(loop.registerMemory(arena.allocate(4096, 4096))).isEqualTo(index);
                loop.unregisterMemory(index);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> loop.unregisterMemory(index))
                        .withMessageContaining("No memory is registered");
            }
        }
    }

    @Test
    void closingCancelsAndWaitsForTheLastCompletion() throws Exception {
        AtomicReference<Integer> result = new AtomicReference<>();
        try (EventFd event = EventFd.create()) {
            UringLoop loop = loop(4);
            UringBuffers pool = loop.allocateBuffers(1, 64, Placement.ordinary());
            UringBuffer buffer = pool.acquire();
            long request = loop.begin((token, res, flags) -> result.set(res), 0, buffer);
            int number = event.descriptor().number();
            loop.ring().files().prepareRead(number, buffer.segment(), 0, 8, 0).token(request);
            loop.close();
            loop.close();
            assertThat(buffer.isLent()).isFalse();
        }
        assertThat(result.get()).isIn(-Errno.ECANCELED, -Errno.EINTR);
    }

    @Test
    void tasksOfManyThreadsAreAllRun() throws Exception {
        int threads = 4;
        int tasksEach = 5_000;
        AtomicInteger run = new AtomicInteger();
        try (UringThread thread = UringThread.start("loop", UringConfig.of(64), 64, 0)) {
            UringLoop loop = thread.loop();
            List<Thread> senders = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                senders.add(
                        Thread.ofPlatform()
                                .start(
                                        () -> {
                                            for (int k = 0; k < tasksEach; k++) {
                                                while (!loop.offer(own -> run.incrementAndGet())) {
                                                    Thread.yield();
                                                }
                                            }
                                        }));
            }
            for (Thread sender : senders) {
                sender.join();
            }
        }
        assertThat(run).hasValue(threads * tasksEach);
    }

    @Test
    void tasksTakenBeforeTheEndAreRunAndLaterOnesRefused() throws Exception {
        for (int round = 0; round < 50; round++) {
            AtomicInteger taken = new AtomicInteger();
            AtomicInteger run = new AtomicInteger();
            UringThread thread = UringThread.start("loop", UringConfig.of(8), 8, 0);
            UringLoop loop = thread.loop();
            Thread sender =
                    Thread.ofPlatform()
                            .start(
                                    () -> {
                                        while (!loop.isClosing()) {
                                            if (loop.offer(own -> run.incrementAndGet())) {
                                                taken.incrementAndGet();
                                            }
                                        }
                                    });
            Thread.sleep(1);
            thread.close();
            sender.join();
            assertThat(run).hasValue(taken.get());
            assertThat(loop.offer(own -> {})).isFalse();
        }
    }

    /** Has a sleeping loop begin a short time-out and tell of its end. */
    private static void completeATimeout(UringLoop loop) throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        CompletionHandler handler = (token, result, flags) -> done.countDown();
        boolean taken =
                loop.offer(
                        own -> {
                            long request = own.begin(handler, 0, null);
                            own.ring().control().prepareTimeout(100_000, 0, 0).token(request);
                        });
        assertThat(taken).isTrue();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void closingEndsAlthoughAHandlerAlwaysBeginsAnew() throws Exception {
        UringLoop loop = loop(4);
        AtomicInteger calls = new AtomicInteger();
        CompletionHandler stubborn =
                new CompletionHandler() {
                    @Override
                    public void onCompletion(long token, int result, int flags) {
                        calls.incrementAndGet();
                        long request = loop.begin(this, 0, null);
                        loop.makeRoom(1);
                        loop.ring().control().prepareTimeout(60_000_000_000L, 0, 0).token(request);
                    }
                };
        long request = loop.begin(stubborn, 0, null);
        loop.ring().control().prepareNop().token(request);
        assertThatIllegalStateException()
                .isThrownBy(loop::close)
                .withMessageContaining("answer no cancellation");
        assertThat(calls).hasValueGreaterThan(2);
        assertThat(loop.inFlight()).isZero();
    }

    @Test
    void closingEndsAlthoughAnEntryDrains() throws Exception {
        UringThread thread = UringThread.start("drain", UringConfig.of(8), 8, 0);
        completeATimeout(thread.loop()); // it has slept since, so that the doorbell is armed
        CountDownLatch drained = new CountDownLatch(1);
        boolean taken =
                thread.loop()
                        .offer(
                                loop -> {
                                    long request =
                                            loop.begin(
                                                    (token, result, flags) -> drained.countDown(),
                                                    0,
                                                    null);
                                    loop.ring().control().prepareNop().drain().token(request);
                                });
        assertThat(taken).isTrue();
        thread.close();
        assertThat(drained.getCount()).isZero();
        assertThat(thread.failure()).isNull();
    }

    @Test
    void closingEndsWhateverAHandlerThrows() throws Exception {
        OpenDescriptors before = OpenDescriptors.now();
        UringLoop loop = loop(4);
        for (int i = 0; i < 3; i++) {
            String reason = "handler " + i;
            long request =
                    loop.begin(
                            (token, result, flags) -> {
                                throw new UnsupportedOperationException(reason);
                            },
                            0,
                            null);
            loop.ring().control().prepareTimeout(60_000_000_000L, 0, 0).token(request);
        }
        assertThatThrownBy(loop::close).hasMessageContaining("handler");
        assertThat(OpenDescriptors.now().beyond(before)).isEmpty();
    }

    @Test
    void sleepingLoopWakesForTasksAndCompletions() throws Exception {
        try (UringThread thread = UringThread.start("loop", UringConfig.of(8), 8, 0)) {
            for (int i = 0; i < 200; i++) {
                completeATimeout(thread.loop());
            }
            assertThat(thread.failure()).isNull();
        }
    }

    @Test
    void workerSleepsOnTheLoopBesideOthers() throws Exception {
        // The loop belongs to the thread that opens it, so the worker's poller opens it.
        AtomicReference<UringLoop> opened = new AtomicReference<>();
        CountDownLatch ended = new CountDownLatch(1);
        CountDownLatch ready = new CountDownLatch(1);
        class Late implements Poller {
            @Override
            public int poll(long nowNanos) {
                UringLoop loop = opened.get();
                if (loop == null) {
                    try {
                        opened.set(loop(8));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                    ready.countDown();
                    return 1;
                }
                if (ended.getCount() == 0 && !loop.isClosing()) {
                    loop.close();
                }
                return loop.isClosing() ? 0 : loop.poll(nowNanos);
            }

            @Override
            public boolean prepareSleep(PollSet wake) {
                return !opened.get().isClosing() && opened.get().prepareSleep(wake);
            }

            @Override
            public void wakeUp() {
                if (!opened.get().isClosing()) {
                    opened.get().wakeUp();
                }
            }
        }
        try (Worker worker =
                new Worker(
                        "uring", Worker.ANY_CPU, IdleStrategy.interrupt(), List.of(new Late()))) {
            worker.start();
            assertThat(ready.await(10, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 100; i++) {
                completeATimeout(opened.get());
            }
            assertThat(worker.asleepNanos()).isPositive();
            ended.countDown();
            worker.wake();
            while (!opened.get().isClosing()) {
                Thread.sleep(1);
            }
            assertThat(worker.failure()).isNull();
        }
    }
}
