package dev.ringroad.bench.tables;

import dev.ringroad.net.table.Ipv4Routes;

import java.util.SplittableRandom;
import java.util.function.IntSupplier;

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
    private final int batches;
    private final double addNanos;

    /**
     * Adds all routes.
     *
     * @param batches that a run looks up in either way
     */
    RouteLoad(int[] routesOfLength, int batches) {
        this.batches = batches;
        int total = 0;
        for (int routesOfOne : routesOfLength) {
            total += routesOfOne;
        }
        routes = new Ipv4Routes(Math.max(1, total), GROUPS_MAX);
        long begin = System.nanoTime();
        for (int length = 1; length <= Integer.SIZE; length++) {
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

    /** Looks up, first one at a time, then 32 at a time. */
    RouteFigures run() {
        return new RouteFigures(addNanos, lookupNanos(this::singles), lookupNanos(this::bulks));
    }

    /** Nanoseconds a lookup; the addresses are new in each batch. */
    private double lookupNanos(IntSupplier lookups) {
        long nanos = 0;
        long without = 0;
        for (int batch = 0; batch < batches; batch++) {
            refill();
            long begin = System.nanoTime();
            without += lookups.getAsInt();
            nanos += System.nanoTime() - begin;
        }
        long done = (long) batches * BATCH;
        if (without >= done) {
            throw new IllegalStateException("no address has a route");
        }
        return nanos / (double) done;
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
}
