package dev.ringroad.bench.tables;

import dev.ringroad.net.table.Ipv4Routes;

import java.util.SplittableRandom;

/**
 * The work of {@code lpm_perf_autotest} with our table: as many routes of each length as the peer
 * has, at random below 224.0.0.0, and lookups of addresses at random in batches of 4096.
 */
final class RouteLoad {
    private static final int BATCH = 1 << 12;
    private static final int BULK = 32;
    private static final int GROUPS_MAX = 1 << 17;
    private static final int MULTICAST = 7;

    private final SplittableRandom random = new SplittableRandom(1);
    private final int[] addresses = new int[BATCH];
    private final int[] nextHops = new int[BULK];
    private final Ipv4Routes routes;
    private final double addNanos;

    /** Adds all routes. */
    RouteLoad(int[] routesOfLength) {
        int total = 0;
        for (int routesOfOne : routesOfLength) {
            total += routesOfOne;
        }
        routes = new Ipv4Routes(Math.max(1, total), GROUPS_MAX);
        long begin = System.nanoTime();
        for (int length = 1; length < routesOfLength.length; length++) {
            for (int i = 0; i < routesOfLength[length]; i++) {
                int prefix = unicast() & (-1 << (Integer.SIZE - length));
                routes.put(prefix, length, random.nextInt(Ipv4Routes.NEXT_HOP_MAX));
            }
        }
        addNanos = (System.nanoTime() - begin) / (double) Math.max(1, total);
    }

    private int unicast() {
        int address;
        do {
            address = random.nextInt();
        } while (address >>> 29 == MULTICAST);
        return address;
    }

    /** Nanoseconds a route, when the table was filled. */
    double addNanos() {
        return addNanos;
    }

    /** Nanoseconds a lookup, one at a time. */
    double single(int batches) {
        long nanos = 0;
        long without = 0;
        for (int batch = 0; batch < batches; batch++) {
            refill();
            long begin = System.nanoTime();
            without += singles();
            nanos += System.nanoTime() - begin;
        }
        return perLookup(nanos, batches, without);
    }

    /** Nanoseconds a lookup, 32 at a time. */
    double bulk(int batches) {
        long nanos = 0;
        long without = 0;
        for (int batch = 0; batch < batches; batch++) {
            refill();
            long begin = System.nanoTime();
            without += bulks();
            nanos += System.nanoTime() - begin;
        }
        return perLookup(nanos, batches, without);
    }

    private void refill() {
        for (int i = 0; i < BATCH; i++) {
            addresses[i] = random.nextInt();
        }
    }

    /** How many addresses have no route, as the peer counts them, too. */
    private int singles() {
        int without = 0;
        for (int address : addresses) {
            without += routes.lookup(address) == Ipv4Routes.NO_ROUTE ? 1 : 0;
        }
        return without;
    }

    private int bulks() {
        int without = 0;
        for (int from = 0; from < BATCH; from += BULK) {
            routes.lookup(addresses, from, BULK, nextHops);
            for (int nextHop : nextHops) {
                without += nextHop == Ipv4Routes.NO_ROUTE ? 1 : 0;
            }
        }
        return without;
    }

    private static double perLookup(long nanos, int batches, long without) {
        long lookups = (long) batches * BATCH;
        if (without >= lookups) {
            throw new IllegalStateException("no address has a route");
        }
        return nanos / (double) lookups;
    }
}
