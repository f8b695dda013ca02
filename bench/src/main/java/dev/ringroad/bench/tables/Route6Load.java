package dev.ringroad.bench.tables;

import dev.ringroad.net.table.Ipv6Routes;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The work of {@code lpm6_perf_autotest} with our table: as many routes of each length as the peer
 * has, at random and in no order, and lookups of 100 addresses within each of them in turn.
 */
final class Route6Load {
    private static final int ADDRESSES_A_ROUTE = 100;
    private static final int BULK = 32;
    private static final int LENGTH_MAX = 128;
    private static final int GROUPS_MAX = 1 << 15;

    private final SplittableRandom random = new SplittableRandom(1);
    private final int[] lengths;
    private final long[] prefixes;
    private final long[] addresses;
    private final int[] nextHops = new int[BULK];
    private final Ipv6Routes routes;
    private final int repeats;

    /**
     * Makes up the routes.
     *
     * @param repeats how often all addresses are looked up in either way in a run
     */
    Route6Load(int[] routesOfLength, int repeats) {
        this.repeats = repeats;
        lengths = lengths(routesOfLength);
        prefixes = new long[lengths.length * 2];
        addresses = new long[prefixes.length * ADDRESSES_A_ROUTE];
        for (int i = 0; i < lengths.length; i++) {
            prefixes[i * 2] = random.nextLong() & highMask(lengths[i]);
            prefixes[i * 2 + 1] = random.nextLong() & lowMask(lengths[i]);
        }
        for (int i = 0; i < addresses.length; i += 2) {
            int route = i / 2 / ADDRESSES_A_ROUTE;
            int length = lengths[route];
            addresses[i] = prefixes[route * 2] | (random.nextLong() & ~highMask(length));
            addresses[i + 1] = prefixes[route * 2 + 1] | (random.nextLong() & ~lowMask(length));
        }
        routes = new Ipv6Routes(lengths.length, GROUPS_MAX);
    }

    /** The length of each route, shuffled. */
    private int[] lengths(int[] routesOfLength) {
        int[] all = new int[Arrays.stream(routesOfLength).sum()];
        int count = 0;
        for (int length = 1; length <= LENGTH_MAX; length++) {
            for (int i = 0; i < routesOfLength[length]; i++) {
                int at = random.nextInt(++count);
                all[count - 1] = all[at];
                all[at] = length;
            }
        }
        return all;
    }

    private static long highMask(int length) {
        return length == 0 ? 0 : -1L << Math.max(0, Long.SIZE - length);
    }

    private static long lowMask(int length) {
        return length <= Long.SIZE ? 0 : -1L << (LENGTH_MAX - length);
    }

    /** Fills the table, looks up, first one at a time, then 32 at a time, and empties it. */
    RouteFigures run() {
        long begin = System.nanoTime();
        for (int i = 0; i < lengths.length; i++) {
            routes.put(prefixes[i * 2], prefixes[i * 2 + 1], lengths[i], i);
        }
        long added = System.nanoTime();
        require(singles());
        long lookedUp = System.nanoTime();
        require(bulks());
        long lookedUpInBulk = System.nanoTime();
        for (int i = 0; i < lengths.length; i++) {
            routes.remove(prefixes[i * 2], prefixes[i * 2 + 1], lengths[i]);
        }
        double lookups = (double) repeats * (addresses.length / 2);
        return new RouteFigures(
                (added - begin) / (double) lengths.length,
                (lookedUp - added) / lookups,
                (lookedUpInBulk - lookedUp) / lookups);
    }

    private static void require(long without) {
        if (without > 0) {
            throw new IllegalStateException(without + " addresses have no route");
        }
    }

    private long singles() {
        long without = 0;
        for (int repeat = 0; repeat < repeats; repeat++) {
            for (int i = 0; i < addresses.length; i += 2) {
                int nextHop = routes.lookup(addresses[i], addresses[i + 1]);
                without += nextHop == Ipv6Routes.NO_ROUTE ? 1 : 0;
            }
        }
        return without;
    }

    private long bulks() {
        long without = 0;
        for (int repeat = 0; repeat < repeats; repeat++) {
            for (int from = 0; from < addresses.length; from += BULK * 2) {
                routes.lookup(addresses, from, BULK, nextHops);
                for (int nextHop : nextHops) {
                    without += nextHop == Ipv6Routes.NO_ROUTE ? 1 : 0;
                }
            }
        }
        return without;
    }
}
