package dev.ringroad.bench.machine;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * How long a cache line takes from one processor to another and back: the floor under everything
 * that two processors do together.
 *
 * <p>On a virtual machine it is no constant. The hypervisor moves the virtual processors between
 * real cores, and from one second to the next the line may travel within a group of cores that
 * share a cache, or across the whole chip, four or five times as long.
 */
public final class CacheLine {
    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int SAMPLES = 15;
    private static final int ROUND_TRIPS = 5_000;
    private static final long OVER = -1;

    // Apart by more than two cache lines, so that neither drags the other along.
    private static final int THERE = 32;
    private static final int BACK = 64;

    private final long[] memory = new long[96];
    private final int firstCpu;
    private final int secondCpu;

    private CacheLine(int firstCpu, int secondCpu) {
        this.firstCpu = firstCpu;
        this.secondCpu = secondCpu;
    }

    /**
     * Measures it now; takes some ten milliseconds of both processors, which should have nothing
     * else to do.
     *
     * @return nanoseconds there and back, median of a few samples
     * @throws InterruptedException if the calling thread is interrupted
     */
    public static double roundTripNanos(int firstCpu, int secondCpu) throws InterruptedException {
        return new CacheLine(firstCpu, secondCpu).measure();
    }

    private double measure() throws InterruptedException {
        double[] samples = new double[SAMPLES];
        Thread echo = start(secondCpu, this::echo);
        Thread asker = start(firstCpu, () -> ask(samples));
        asker.join();
        SLOT.setRelease(memory, THERE, OVER);
        echo.join();
        Arrays.sort(samples);
        return samples[SAMPLES / 2];
    }

    private static Thread start(int cpu, Runnable work) {
        Runnable pinned =
                () -> {
                    try {
                        Affinity.pinCurrentThread(cpu);
                    } catch (SystemCallException e) {
                        // Then it is the round trip between wherever the scheduler puts them.
                        Thread.yield();
                    }
                    work.run();
                };
        return Thread.ofPlatform().daemon().name("cache line on " + cpu).start(pinned);
    }

    private void ask(double[] samples) {
        long number = 0;
        for (int sample = 0; sample < SAMPLES; sample++) {
            long begin = System.nanoTime();
            for (int i = 0; i < ROUND_TRIPS; i++) {
                SLOT.setRelease(memory, THERE, ++number);
                while ((long) SLOT.getAcquire(memory, BACK) != number) {
                    Thread.onSpinWait();
                }
            }
            samples[sample] = (System.nanoTime() - begin) / (double) ROUND_TRIPS;
        }
    }

    private void echo() {
        long seen = 0;
        while (seen != OVER) {
            long now = (long) SLOT.getAcquire(memory, THERE);
            if (now == seen) {
                Thread.onSpinWait();
            } else {
                seen = now;
                SLOT.setRelease(memory, BACK, now);
            }
        }
    }
}
