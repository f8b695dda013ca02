package dev.ringroad.net.table;

/**
 * The shortest row of moves that empties a slot of one of two full buckets, searched breadth first:
 * what is moved is moved least. Belongs to the writer of one table.
 */
final class CuckooPath {
    /** Buckets that a search looks at. */
    private static final int BUCKETS_MAX = 1024;

    /** Two buckets lead to 16, those to 128, and those to more than are looked at. */
    static final int STEPS_MAX = 3;

    private static final int ROOT = -1;

    private final int[] buckets = new int[BUCKETS_MAX];

    /** Through which slot of its parent a bucket was reached. */
    private final int[] throughSlot = new int[BUCKETS_MAX];

    private final int[] parents = new int[BUCKETS_MAX];
    private final int[] found = new int[STEPS_MAX + 1];

    /**
     * Searches from both buckets.
     *
     * @return the number of moves, or -1; {@link #slot} has the empty slot at 0, and then at i the
     *     slot whose key goes to the slot at i - 1
     */
    int search(FlowTable table, int first, int second) {
        add(0, first, ROOT, ROOT);
        add(1, second, ROOT, ROOT);
        int added = 2;
        for (int node = 0; node < added; node++) {
            int bucket = buckets[node];
            for (int i = 0; i < FlowTable.SLOTS && added < BUCKETS_MAX; i++) {
                int slot = bucket * FlowTable.SLOTS + i;
                int other = table.otherBucket(slot);
                add(added, other, node, slot);
                int empty = table.emptySlot(other);
                if (empty >= 0) {
                    return trace(added, empty);
                }
                added++;
            }
        }
        return -1;
    }

    int slot(int step) {
        return found[step];
    }

    private void add(int node, int bucket, int parent, int slot) {
        buckets[node] = bucket;
        parents[node] = parent;
        throughSlot[node] = slot;
    }

    private int trace(int node, int empty) {
        int steps = 0;
        found[0] = empty;
        for (int at = node; parents[at] != ROOT; at = parents[at]) {
            found[++steps] = throughSlot[at];
        }
        return steps;
    }
}
