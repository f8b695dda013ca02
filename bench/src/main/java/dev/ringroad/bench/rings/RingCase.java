package dev.ringroad.bench.rings;

import dev.ringroad.core.ring.RingShape;
import dev.ringroad.core.ring.SyncMode;

import java.util.ArrayList;
import java.util.List;

/**
 * One row's set-up.
 *
 * @param references whether references are moved, and not longs
 * @param cores 1 or 2
 * @param shared whether the sides are ready for many threads, though there is one each
 * @param size elements a call
 */
record RingCase(boolean references, int cores, boolean shared, int size) {
    private static final int CAPACITY = 4096;
    private static final int[] SIZES = {1, 8, 32};

    /** All of them. */
    static List<RingCase> all() {
        List<RingCase> cases = new ArrayList<>();
        for (boolean references : new boolean[] {false, true}) {
            for (int cores = 1; cores <= 2; cores++) {
                for (int size : SIZES) {
                    if (cores == 1 || size > 1) {
                        cases.add(new RingCase(references, cores, false, size));
                        cases.add(new RingCase(references, cores, true, size));
                    }
                }
            }
        }
        return cases;
    }

    /** Whether it is of this kind. */
    boolean isOf(boolean movesReferences, boolean isShared) {
        return references == movesReferences && shared == isShared;
    }

    RingLoad load() {
        SyncMode mode = shared ? SyncMode.MULTI : SyncMode.SINGLE;
        RingShape shape = RingShape.of(CAPACITY, mode, mode);
        return references ? new ReferenceLoad(shape) : new LongLoad(shape);
    }

    /** The row's name. */
    String words() {
        return "ring of "
                + (references ? "references" : "longs")
                + ", "
                + (cores == 1 ? "one core" : "two cores")
                + ", "
                + sides()
                + ", "
                + (size == 1 ? "single" : "bulk of " + size);
    }

    /** Cycles for what: the peer counts calls on one core and elements on two. */
    String unit() {
        return cores == 1 ? "cycles a pair of calls" : "cycles an element";
    }

    /** What the peer calls it. */
    String sides() {
        return shared ? "MP/MC" : "SP/SC";
    }
}
