package dev.ringroad.bench.tables;

import dev.ringroad.net.table.FlowTable;

import java.util.SplittableRandom;

/**
 * The work of {@code hash_perf_autotest} with our table: 2<sup>19</sup> slots, three quarters of
 * them filled with keys of 16 bytes at random, which are then looked up five times over, in the
 * order in which they came, and removed.
 */
final class FlowLoad {
    private static final int SLOTS = 1 << 19;
    private static final int KEYS = SLOTS * 3 / 4;
    private static final int KEY_LONGS = 2;
    private static final int REPEATS = 5;
    private static final int BULK = 32;

    /** Nanoseconds an operation. */
    record Figures(double add, double single, double bulk, double delete) {}

    private final FlowTable table = new FlowTable(KEY_LONGS, SLOTS - SLOTS / 8);
    private final long[] keys = new SplittableRandom(1).longs((long) KEYS * KEY_LONGS).toArray();
    private final long[] values = new long[BULK];

    /** Fills the table, looks everything up, and empties it. */
    Figures run() {
        long begin = System.nanoTime();
        require(add(), KEYS);
        long added = System.nanoTime();
        require(lookups(), (long) KEYS * REPEATS);
        long lookedUp = System.nanoTime();
        require(bulkLookups(), (long) KEYS * REPEATS);
        long lookedUpInBulk = System.nanoTime();
        require(remove(), KEYS);
        long removed = System.nanoTime();
        double keyCount = KEYS;
        return new Figures(
                (added - begin) / keyCount,
                (lookedUp - added) / keyCount / REPEATS,
                (lookedUpInBulk - lookedUp) / keyCount / REPEATS,
                (removed - lookedUpInBulk) / keyCount);
    }

    private static void require(long done, long wanted) {
        if (done != wanted) {
            throw new IllegalStateException("only " + done + " of " + wanted + " succeeded");
        }
    }

    private int add() {
        int done = 0;
        for (int i = 0; i < KEYS; i++) {
            done += table.put(keys, i * KEY_LONGS, i, 0) ? 1 : 0;
        }
        return done;
    }

    private long lookups() {
        long done = 0;
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            for (int i = 0; i < KEYS; i++) {
                done += table.lookup(keys, i * KEY_LONGS) == i ? 1 : 0;
            }
        }
        return done;
    }

    private long bulkLookups() {
        long done = 0;
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            for (int i = 0; i < KEYS; i += BULK) {
                done += table.lookup(keys, i * KEY_LONGS, BULK, values);
            }
        }
        return done;
    }

    private int remove() {
        int done = 0;
        for (int i = 0; i < KEYS; i++) {
            done += table.remove(keys, i * KEY_LONGS) ? 1 : 0;
        }
        return done;
    }
}
