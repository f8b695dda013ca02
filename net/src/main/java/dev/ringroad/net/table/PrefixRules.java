package dev.ringroad.net.table;

/**
 * The prefixes that a trie was given, by value and length: what says which prefix covers when one
 * is taken away. Only the writer looks here.
 *
 * <p>Open addressing with linear probes over at least half as many places again as there may be
 * rules; removal closes the gap. A prefix is 128 bits, the first of them in {@code high}.
 */
final class PrefixRules {
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
    static final int ABSENT = -1;

    private final int rulesMax;
    private final int mask;
    private final long[] highs;
    private final long[] lows;
    private final short[] lengths;
    private final int[] values;

    /** Rules of each length, so that searches pass over lengths that nobody has. */
    private final int[] countOfLength = new int[129];

    private int count;

    PrefixRules(int rulesMax) {
        this.rulesMax = rulesMax;
        int places = Integer.highestOneBit(Math.max(2, rulesMax + rulesMax / 2 - 1)) << 1;
        mask = places - 1;
        highs = new long[places];
        lows = new long[places];
        lengths = new short[places];
        values = new int[places];
    }

    int count() {
        return count;
    }

    boolean full() {
        return count == rulesMax;
    }

    long memoryBytes() {
        return (mask + 1L) * (Long.BYTES * 2 + Short.BYTES + Integer.BYTES);
    }

    /** What the rule says, or {@link #ABSENT}. */
    int get(long high, long low, int length) {
        if (countOfLength[length] == 0) {
            return ABSENT;
        }
        int place = find(high, low, length);
        return lengths[place] == 0 ? ABSENT : values[place];
    }

    /** Adds a rule or changes it; there must be room for a new one. */
    void put(long high, long low, int length, int value) {
        int place = find(high, low, length);
        if (lengths[place] == 0) {
            highs[place] = high;
            lows[place] = low;
            lengths[place] = (short) (length + 1);
            countOfLength[length]++;
            count++;
        }
        values[place] = value;
    }

    /** Takes away a rule that is there. */
    void remove(long high, long low, int length) {
        int gap = find(high, low, length);
        countOfLength[length]--;
        count--;
        for (int place = next(gap); lengths[place] != 0; place = next(place)) {
            int home = home(highs[place], lows[place], lengths[place] - 1);
            // Whoever may live at the gap moves there: the gap lies between its home and itself.
            if (((place - home) & mask) >= ((place - gap) & mask)) {
                move(place, gap);
                gap = place;
            }
        }
        lengths[gap] = 0;
    }

    /** The longest rule above this prefix, as its length; {@link #ABSENT} without one. */
    int coveringLength(long high, long low, int length) {
        for (int shorter = length - 1; shorter >= 0; shorter--) {
            long highMasked = high & Prefixes.highMask(shorter);
            long lowMasked = low & Prefixes.lowMask(shorter);
            if (get(highMasked, lowMasked, shorter) != ABSENT) {
                return shorter;
            }
        }
        return ABSENT;
    }

    private void move(int from, int to) {
        highs[to] = highs[from];
        lows[to] = lows[from];
        lengths[to] = lengths[from];
        values[to] = values[from];
    }

    private int find(long high, long low, int length) {
        int place = home(high, low, length);
        while (lengths[place] != 0
                && (highs[place] != high || lows[place] != low || lengths[place] != length + 1)) {
            place = next(place);
        }
        return place;
    }

    private int next(int place) {
        return (place + 1) & mask;
    }

    private int home(long high, long low, int length) {
        long mixed = ((high * MULTIPLIER) ^ Long.rotateLeft(low, 29) ^ length) * MULTIPLIER;
        return (int) ((mixed >>> 32) ^ (mixed >>> 17)) & mask;
    }
}
