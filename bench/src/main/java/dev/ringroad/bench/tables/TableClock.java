package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.dpdk.DpdkTest;
import dev.ringroad.core.linux.Affinity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The processor that both sides run on, and its time-stamp cycles, as the peer counts them.
 *
 * @param cpu the processor
 * @param cyclesANano of its time-stamp counter
 */
record TableClock(int cpu, double cyclesANano) {
    /** The compilers have no other processor than the one that is measured. */
    private static final long WARM_UP_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final int ROUNDS = 3;

    /** For this processor. */
    static TableClock of(int cpu) throws IOException {
        return new TableClock(cpu, DpdkTest.cyclesANano(cpu));
    }

    /** A row: the medians of ours in nanoseconds, and of the peer's in cycles. */
    <O, P> BenchRow row(
            String name,
            List<O> ours,
            ToDoubleFunction<O> oursNanos,
            List<P> peers,
            ToDoubleFunction<P> peersCycles,
            String peer) {
        return BenchRow.of(
                name,
                "cycles",
                Median.of(ours.stream().mapToDouble(oursNanos)) * cyclesANano,
                Median.of(peers.stream().mapToDouble(peersCycles)),
                peer,
                Better.LOWER);
    }

    /** Measures our side on the processor, a few times when it is warm. */
    <T> List<T> rounds(Callable<T> round) throws IOException {
        return pinned(
                () -> {
                    long begin = System.nanoTime();
                    do {
                        round.call();
                    } while (System.nanoTime() - begin < WARM_UP_NANOS);
                    List<T> figures = new ArrayList<>();
                    for (int i = 0; i < ROUNDS; i++) {
                        figures.add(round.call());
                    }
                    return figures;
                });
    }

    /** Does this on the processor, in a thread that runs nothing else. */
    <T> T pinned(Callable<T> work) throws IOException {
        FutureTask<T> task =
                new FutureTask<>(
                        () -> {
                            Affinity.pinCurrentThread(cpu);
                            return work.call();
                        });
        Thread.ofPlatform().daemon().name("tables").start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IOException("the measurement failed: " + e.getCause(), e);
        }
    }
}
