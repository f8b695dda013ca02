package dev.ringroad.bench.tables;

import dev.ringroad.net.table.RssHash;

import java.util.SplittableRandom;
import java.util.function.IntSupplier;

/** The work of {@code thash_perf_autotest} with our hash: batches of 1024 flows at random. */
final class HashLoad {
    private static final int FLOWS = 1 << 10;
    private static final int REPEATS = 1 << 10;

    /** Of a flow: two addresses of two longs, of which IPv4 takes half a one, and two ports. */
    private static final int WORDS = 5;

    private final RssHash hash = RssHash.symmetric();
    private final long[] flows = new SplittableRandom(1).longs((long) FLOWS * WORDS).toArray();
    private int result;

    /** Hashes each flow in each way. */
    HashFigures run() {
        return new HashFigures(
                nanos(this::ipv4),
                nanos(this::ipv4AndPorts),
                nanos(this::ipv6),
                nanos(this::ipv6AndPorts));
    }

    private double nanos(IntSupplier batch) {
        long begin = System.nanoTime();
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            result ^= batch.getAsInt();
        }
        return (System.nanoTime() - begin) / (double) (FLOWS * REPEATS);
    }

    /** All hashes together, so that they have to be worked out. */
    int result() {
        return result;
    }

    private int ipv4() {
        int all = 0;
        for (int i = 0; i < flows.length; i += WORDS) {
            all ^= hash.ipv4((int) flows[i], (int) flows[i + 2]);
        }
        return all;
    }

    private int ipv4AndPorts() {
        int all = 0;
        for (int i = 0; i < flows.length; i += WORDS) {
            int ports = (int) flows[i + 4];
            all ^= hash.ipv4((int) flows[i], (int) flows[i + 2], ports >>> Character.SIZE, ports);
        }
        return all;
    }

    private int ipv6() {
        int all = 0;
        for (int i = 0; i < flows.length; i += WORDS) {
            all ^= hash.ipv6(flows[i], flows[i + 1], flows[i + 2], flows[i + 3]);
        }
        return all;
    }

    private int ipv6AndPorts() {
        int all = 0;
        for (int i = 0; i < flows.length; i += WORDS) {
            int ports = (int) flows[i + 4];
            all ^=
                    hash.ipv6(
                            flows[i],
                            flows[i + 1],
                            flows[i + 2],
                            flows[i + 3],
                            ports >>> Character.SIZE,
                            ports);
        }
        return all;
    }
}
