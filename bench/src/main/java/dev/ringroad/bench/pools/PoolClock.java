package dev.ringroad.bench.pools;

import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.packet.PoolCache;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Times acquiring and releasing on one processor or on two. */
final class PoolClock {

    private static final int BUFFER_BYTES = 2176;
    private static final int PACKETS_PER_CORE = 1024;
    private static final int SAMPLES = 15;
    private static final int OBJECTS_PER_SAMPLE = 1 << 20;
    private static final int OBJECTS_TO_WARM_UP = 1 << 22;

    private final int[] cpus;

    PoolClock(int firstCpu, int secondCpu) {
        cpus = new int[] {firstCpu, secondCpu};
    }

    /** Nanoseconds for a packet that is acquired and released, of each core's time. */
    double nanos(PoolCase setting) throws InterruptedException {
        int packets = setting.cores() * PACKETS_PER_CORE;
        Placement placement = Placement.preferHuge();
        try (PacketPool pool =
                setting.kind() == PoolCase.Kind.OWN
                        ? PacketPool.create("bench", packets, BUFFER_BYTES, placement)
                        : PacketPool.shared(
                                "bench", packets, BUFFER_BYTES, placement, PoolCase.CACHE)) {
            return nanos(setting, pool);
        }
    }

    private double nanos(PoolCase setting, PacketPool pool) throws InterruptedException {
        AtomicInteger ready = new AtomicInteger();
        double[] medians = new double[setting.cores()];
        Thread[] threads = new Thread[setting.cores()];
        for (int i = 0; i < threads.length; i++) {
            int core = i;
            threads[i] =
                    Thread.ofPlatform()
                            .daemon()
                            .name("pool on " + cpus[core])
                            .start(() -> medians[core] = onCore(setting, pool, cpus[core], ready));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return Arrays.stream(medians).average().orElseThrow();
    }

    private static double onCore(PoolCase setting, PacketPool pool, int cpu, AtomicInteger ready) {
        try {
            Affinity.pinCurrentThread(cpu);
        } catch (SystemCallException e) {
            // Unpinned it runs as well, only less evenly.
            Thread.yield();
        }
        CallLoad load = load(setting, pool);
        if (!pool.isShared()) {
            return median(setting, ready, load::run);
        }
        try (PoolCache cache = pool.openCache()) {
            return setting.kind() == PoolCase.Kind.SHARED
                    ? median(setting, ready, load::run)
                    : median(setting, ready, rounds -> load.run(cache, rounds));
        }
    }

    private static CallLoad load(PoolCase setting, PacketPool pool) {
        return setting.raw() ? new RawLoad(pool, setting) : new PoolLoad(pool, setting);
    }

    private static double median(PoolCase setting, AtomicInteger ready, IntConsumer rounds) {
        rounds.accept(OBJECTS_TO_WARM_UP / setting.kept());
        ready.incrementAndGet();
        while (ready.get() < setting.cores()) {
            Thread.onSpinWait();
        }
        int count = OBJECTS_PER_SAMPLE / setting.kept();
        double[] samples = new double[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            long begin = System.nanoTime();
            rounds.accept(count);
            samples[i] = (System.nanoTime() - begin) / (double) OBJECTS_PER_SAMPLE;
        }
        Arrays.sort(samples);
        return samples[SAMPLES / 2];
    }
}
