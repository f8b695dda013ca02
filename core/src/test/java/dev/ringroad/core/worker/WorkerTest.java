package dev.ringroad.core.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

@ExtendWith(Leaks.class)
@Timeout(60)
class WorkerTest {
    static List<IdleStrategy> strategies() {
        return List.of(
                IdleStrategy.spin(),
                IdleStrategy.adaptive(1_000, 1_000),
                IdleStrategy.adaptive(0, 0),
                IdleStrategy.interrupt());
    }

    /**
     * Takes jobs from a queue, and sleeps on a descriptor that is signalled after each addition.
     */
    private static final class Jobs implements Poller, AutoCloseable {
        private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
        private final EventFd event = EventFd.create();

        Jobs() throws Exception {}

        void add(Runnable job) {
            queue.add(job);
            event.signal();
        }

        @Override
        public int poll(long nowNanos) {
            Runnable job = queue.poll();
            if (job == null) {
                return 0;
            }
            job.run();
            return 1;
        }

        @Override
        public boolean prepareSleep(PollSet wake) {
            wake.add(event.descriptor().number(), PollSet.POLLIN);
            return queue.isEmpty();
        }

        @Override
        public void wakeUp() {
            event.drain();
        }

        @Override
        public void close() {
            event.close();
        }
    }

    @ParameterizedTest
    @MethodSource("strategies")
    void runsEveryJobUnderEveryStrategy(IdleStrategy strategy) throws Exception {
        try (Jobs jobs = new Jobs();
                Worker worker =
                        new Worker("test-worker", Worker.ANY_CPU, strategy, List.of(jobs))) {
            worker.start();
            for (int i = 0; i < 200; i++) {
                CountDownLatch done = new CountDownLatch(1);
                jobs.add(done::countDown);
                done.await();
            }
            assertThat(worker.failure()).isNull();
            assertThat(worker.busyNanos()).isPositive();
        }
    }

    @Test
    void accountsForSleep() throws Exception {
        CountDownLatch polledAgain = new CountDownLatch(3);
        Poller timed =
                new Poller() {
                    @Override
                    public int poll(long nowNanos) {
                        polledAgain.countDown();
                        return 0;
                    }

                    @Override
                    public boolean prepareSleep(PollSet wake) {
                        return true;
                    }

                    @Override
                    public long nextDeadlineNanos() {
                        return System.nanoTime() + 1_000_000;
                    }
                };
        try (Worker worker =
                new Worker(
                        "test-worker", Worker.ANY_CPU, IdleStrategy.interrupt(), List.of(timed))) {
            worker.start();
            polledAgain.await();
            assertThat(worker.asleepNanos()).isPositive();
        }
    }

    @Test
    void pinsItsThread() throws Exception {
        int cpu = Affinity.allowedCpus().nextSetBit(0);
        BlockingQueue<BitSet> seen = new LinkedBlockingQueue<>();
        try (Jobs jobs = new Jobs();
                Worker worker =
                        new Worker("test-worker", cpu, IdleStrategy.interrupt(), List.of(jobs))) {
            worker.start();
            jobs.add(
                    () -> {
                        try {
                            seen.add(Affinity.allowedCpus());
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    });
            BitSet expected = new BitSet();
            expected.set(cpu);
            assertThat(seen.take()).isEqualTo(expected);
        }
    }

    @Test
    void aPollerThatThrowsEndsTheWorkerAndIsTold() throws Exception {
        Poller bad =
                _ -> {
                    throw new IllegalStateException("bad poller");
                };
        BlockingQueue<Throwable> told = new LinkedBlockingQueue<>();
        try (Worker worker =
                new Worker("test-worker", Worker.ANY_CPU, IdleStrategy.spin(), List.of(bad))) {
            worker.thread().setUncaughtExceptionHandler((_, t) -> told.add(t));
            worker.start();
            assertThat(told.take()).hasMessage("bad poller");
            assertThat(worker.failure()).hasMessage("bad poller");
        }
    }

    @Test
    void closesTwiceWithoutHavingStarted() throws Exception {
        Worker worker = new Worker("test-worker", Worker.ANY_CPU, IdleStrategy.spin(), List.of());
        worker.close();
        worker.close();
        assertThat(worker.failure()).isNull();
    }

    @Test
    void refusesNegativeIdleTimes() {
        assertThatThrownBy(() -> IdleStrategy.adaptive(-1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
