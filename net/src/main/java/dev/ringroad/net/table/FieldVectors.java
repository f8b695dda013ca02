package dev.ringroad.net.table;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One field of the rules: its values fall into intervals within which the same rules agree, and
 * each interval leads to those rules as a vector with a bit a rule. Equal vectors are kept once.
 *
 * <p>An interval is found by the upper 16 bits of the value, which lead to a few neighbouring
 * bounds, and a binary search among those. A field of no more bits needs none.
 */
final class FieldVectors {
    /** The values that one rule takes, both ends included. */
    record Range(long min, long max) {}

    private static final int INDEXED_BITS = 16;

    private final int shift;
    private final int words;

    /** Where each interval begins, as an int to be compared unsigned. */
    private final int[] bounds;

    /** Where in {@code vectors} the rules of an interval are. */
    private final int[] vectorAt;

    /** The last interval that begins at or before the first value with these upper bits. */
    private final int[] index;

    private final long[] vectors;

    /**
     * @param bits width of the field
     * @param ranges one a rule, in the order of the rules
     * @param longsMax of the vectors together
     * @throws IllegalArgumentException if they would be more
     */
    FieldVectors(int bits, List<Range> ranges, long longsMax) {
        shift = Math.max(0, bits - INDEXED_BITS);
        words = wordsFor(ranges.size());
        TreeMap<Long, List<Integer>> changes = changes(ranges, bits);
        bounds = new int[changes.size()];
        vectorAt = new int[changes.size()];
        vectors = fill(changes, longsMax);
        index = indexOf(1 << Math.min(bits, INDEXED_BITS));
    }

    /** Longs of a vector: a bit a rule. */
    static int wordsFor(int rules) {
        return (rules + Long.SIZE - 1) / Long.SIZE;
    }

    long memoryBytes() {
        return Integer.BYTES * ((long) bounds.length + vectorAt.length + index.length)
                + Long.BYTES * (long) vectors.length;
    }

    /** At each bound the rules that begin or end there. */
    private static TreeMap<Long, List<Integer>> changes(List<Range> ranges, int bits) {
        TreeMap<Long, List<Integer>> changes = new TreeMap<>();
        changes.put(0L, new ArrayList<>());
        for (int rule = 0; rule < ranges.size(); rule++) {
            Range range = ranges.get(rule);
            changes.computeIfAbsent(range.min(), _ -> new ArrayList<>()).add(rule);
            if (range.max() + 1 < 1L << bits) {
                changes.computeIfAbsent(range.max() + 1, _ -> new ArrayList<>()).add(rule);
            }
        }
        return changes;
    }

    private long[] fill(TreeMap<Long, List<Integer>> changes, long longsMax) {
        Map<List<Long>, Integer> known = new HashMap<>();
        List<Long> distinct = new ArrayList<>();
        long[] current = new long[words];
        int interval = 0;
        for (Map.Entry<Long, List<Integer>> change : changes.entrySet()) {
            for (int rule : change.getValue()) {
                current[rule / Long.SIZE] ^= 1L << rule;
            }
            List<Long> vector = Arrays.stream(current).boxed().toList();
            Integer at = known.get(vector);
            if (at == null) {
                at = distinct.size();
                if (at + words > longsMax) {
                    throw new IllegalArgumentException(
                            "the rules need vectors of more than " + longsMax + " longs a field");
                }
                known.put(vector, at);
                distinct.addAll(vector);
            }
            bounds[interval] = change.getKey().intValue();
            vectorAt[interval++] = at;
        }
        return distinct.stream().mapToLong(Long::longValue).toArray();
    }

    private int[] indexOf(int entries) {
        int[] found = new int[entries + 1];
        int interval = 0;
        for (int entry = 0; entry < entries; entry++) {
            int value = entry << shift;
            while (interval + 1 < bounds.length
                    && Integer.compareUnsigned(bounds[interval + 1], value) <= 0) {
                interval++;
            }
            found[entry] = interval;
        }
        found[entries] = bounds.length - 1;
        return found;
    }

    long[] vectors() {
        return vectors;
    }

    /** Where the vector of this value begins in {@link #vectors}. */
    int vectorOf(int value) {
        int entry = value >>> shift;
        int low = index[entry];
        if (shift == 0) {
            return vectorAt[low];
        }
        int high = index[entry + 1];
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (Integer.compareUnsigned(bounds[middle], value) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return vectorAt[low];
    }
}
