package dev.ringroad.bench.pools;

import java.util.ArrayList;
import java.util.List;

/**
 * One row's set-up: some packets are acquired in bulks, then all are released in bulks.
 *
 * @param kind of pool
 * @param raw whether only references move, as they do in DPDK's test; otherwise each packet comes
 *     ready to be filled and is looked at when it goes
 * @param cores 1 or 2 that use one pool at the same time
 * @param bulk how many a call
 * @param kept how many are lent in between
 */
record PoolCase(Kind kind, boolean raw, int cores, int bulk, int kept) {

    /** How many packets a cache holds: as one of DPDK's does, whose size it says is 512. */
    static final int CACHE = 768;

    private static final int[] BULKS = {1, 8, 32};
    private static final int KEPT = 128;
    private static final int MANY_KEPT = 512;

    /** How a pool is reached, and what is the same with the peer. */
    enum Kind {
        /** One thread's pool, which DPDK has not: it is compared with a cache all the same. */
        OWN("pool of one thread", "with cache"),

        /** A shared pool whose calls look up their thread's cache. */
        SHARED("shared pool", "with cache"),

        /** A shared pool through a cache in the caller's hand. */
        CACHE_IN_HAND("shared pool, cache in hand", "with user-owned cache");

        private final String words;
        private final String peerPart;

        Kind(String words, String peerPart) {
            this.words = words;
            this.peerPart = peerPart;
        }
    }

    /** All of them. */
    static List<PoolCase> all() {
        List<PoolCase> cases = new ArrayList<>();
        for (boolean raw : new boolean[] {true, false}) {
            for (Kind kind : Kind.values()) {
                add(cases, kind, raw);
            }
            cases.add(new PoolCase(Kind.SHARED, raw, 1, 32, MANY_KEPT));
        }
        return cases;
    }

    private static void add(List<PoolCase> cases, Kind kind, boolean raw) {
        for (int cores = 1; cores <= (kind == Kind.OWN ? 1 : 2); cores++) {
            for (int bulk : BULKS) {
                cases.add(new PoolCase(kind, raw, cores, bulk, KEPT));
            }
        }
    }

    /** Whether the same methods are called, in the same way. */
    boolean isCalledAs(PoolCase other) {
        return kind == other.kind && raw == other.raw && bulk == other.bulk;
    }

    /** The row's name. */
    String words() {
        return kind.words
                + ", "
                + (cores == 1 ? "one core" : "two cores")
                + ", "
                + (bulk == 1 ? "single" : "bulk of " + bulk)
                + ", "
                + kept
                + " kept"
                + (raw ? ", raw" : "");
    }

    /** The part of the peer's test that this row is compared with. */
    String peerPart() {
        return kind.peerPart;
    }
}
