package dev.ringroad.bench.pools;

import dev.ringroad.net.packet.PoolCache;

/** One thread's calls: rounds of acquiring what is kept, and releasing it. */
abstract class CallLoad {

    private final int bulk;

    CallLoad(PoolCase setting) {
        bulk = setting.bulk();
    }

    /** Runs with the pool's own calls. */
    final void run(int rounds) {
        for (int i = 0; i < rounds; i++) {
            if (bulk == 1) {
                singly();
            } else {
                inBulks(bulk);
            }
        }
    }

    /** Runs with a cache's calls. */
    final void run(PoolCache cache, int rounds) {
        for (int i = 0; i < rounds; i++) {
            if (bulk == 1) {
                singly(cache);
            } else {
                inBulks(cache, bulk);
            }
        }
    }

    abstract void singly();

    abstract void singly(PoolCache cache);

    abstract void inBulks(int bulk);

    abstract void inBulks(PoolCache cache, int bulk);

    static void require(boolean acquired) {
        if (!acquired) {
            throw new IllegalStateException("the pool is empty");
        }
    }
}
