package dev.ringroad.bench.rings;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Times a load on one processor or on two. */
final class RingClock {
    private static final int SAMPLES = 15;
    private static final int CHUNK = 4096;
    private static final int WARM_UP_CHUNKS = 40;

    private final int firstCpu;
    private final int secondCpu;

    RingClock(int firstCpu, int secondCpu) {
        this.firstCpu = firstCpu;
        this.secondCpu = secondCpu;
    }

    /** Nanoseconds for a call that puts in and one that takes out, in one thread. */
    double callNanos(RingLoad load, int size, int chunks) throws InterruptedException {
        double[] samples = new double[SAMPLES];
        Thread thread =
                start(
                        firstCpu,
                        () -> {
                            chunks(WARM_UP_CHUNKS, count -> load.offerAndPoll(count, size));
                            for (int i = 0; i < SAMPLES; i++) {
                                samples[i] =
                                        chunks(chunks, count -> load.offerAndPoll(count, size));
                            }
                        });
        thread.join();
        Arrays.sort(samples);
        return samples[SAMPLES / 2];
    }

    /**
     * Nanoseconds an element when one processor puts in what the other takes out; the time of both
     * sides, added, as the peer does it.
     */
    double elementNanos(RingLoad load, int size, int chunks) throws InterruptedException {
        double[] each = new double[2];
        AtomicInteger ready = new AtomicInteger();
        Thread producer =
                start(
                        firstCpu,
                        () -> each[0] = side(ready, chunks, count -> load.offer(count, size)));
        Thread consumer =
                start(
                        secondCpu,
                        () -> each[1] = side(ready, chunks, count -> load.poll(count, size)));
        producer.join();
        consumer.join();
        return (each[0] + each[1]) / size;
    }

    private static double side(AtomicInteger ready, int chunks, IntConsumer calls) {
        ready.incrementAndGet();
        while (ready.get() < 2) {
            Thread.onSpinWait();
        }
        chunks(WARM_UP_CHUNKS, calls);
        return chunks(chunks, calls);
    }

    /** Nanoseconds a call, over so many chunks of calls. */
    private static double chunks(int count, IntConsumer calls) {
        long begin = System.nanoTime();
        for (int i = 0; i < count; i++) {
            calls.accept(CHUNK);
        }
        return (System.nanoTime() - begin) / ((double) count * CHUNK);
    }

    private static Thread start(int cpu, Runnable work) {
        return Thread.ofPlatform()
                .daemon()
                .name("ring on " + cpu)
                .start(
                        () -> {
                            try {
                                Affinity.pinCurrentThread(cpu);
                            } catch (SystemCallException e) {
                                // Unpinned it runs as well, only less evenly.
                                Thread.yield();
                            }
                            work.run();
                        });
    }
}
