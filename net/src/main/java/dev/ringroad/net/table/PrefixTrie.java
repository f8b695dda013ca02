package dev.ringroad.net.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Longest-prefix match by tables of entries: a first one for the first bits of a key, then groups
 * of 256 entries for eight further bits each. Both families of routes are made of it.
 *
 * <pre>
 *   31 30      23 22                     0
 *  +--+----------+------------------------+
 *  |0 | length+1 |        next hop        |   an answer; all ones as next hop are none
 *  +--+----------+------------------------+
 *  |1 |      0   |        group           |   look there with the next eight bits
 *  +--+----------+------------------------+
 * </pre>
 *
 * <p><b>One writer, readers without locks.</b> An entry is one int and changes at once: a reader
 * sees the old answer or the new. A group is filled before the entry that leads to it is released,
 * and from then on says the same as that entry did. The one danger is a reader that has read the
 * way to a group and is held up there, while the group is given up and used for another prefix.
 * Therefore {@code reuses} is counted up before a group that had been in use is filled again, and a
 * reader compares it before and after its walk. If it changed, the reader walks again; the writer
 * has made progress meanwhile, so nobody waits for anybody.
 */
final class PrefixTrie {
    static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(int[].class);
    private static final VarHandle REUSES;

    /** What stands where no prefix answers; also the mask of a next hop. */
    static final int NO_ANSWER = (1 << 23) - 1;

    static final int NEXT_HOP_MAX = NO_ANSWER - 1;
    static final int GROUP_ENTRIES = 256;
    private static final int LENGTH_SHIFT = 23;
    private static final int LENGTH_MASK = 0xFF;
    private static final int IN_GROUP = Integer.MIN_VALUE;
    private static final int STRIDE = 8;
    static final int GROUPS_MAX = Integer.MAX_VALUE / GROUP_ENTRIES;

    static {
        try {
            REUSES = MethodHandles.lookup().findVarHandle(PrefixTrie.class, "reuses", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final int[] first;
    final int[] groups;
    private final int firstBits;
    private final int lengthMax;
    private final PrefixRules rules;

    /** Groups given up, the last one first; behind them those that nobody had yet. */
    private final int[] freed;

    private int freedCount;
    private int fresh;

    @SuppressWarnings("unused") // through REUSES
    private long reuses;

    PrefixTrie(int firstBits, int lengthMax, int rulesMax, int groupsMax) {
        if (rulesMax < 1 || rulesMax > 1 << 28) {
            throw new IllegalArgumentException(
                    "rulesMax is " + rulesMax + ", but must be from 1 to " + (1 << 28));
        }
        if (groupsMax < 0 || groupsMax > GROUPS_MAX) {
            throw new IllegalArgumentException(
                    "groupsMax is " + groupsMax + ", but must be from 0 to " + GROUPS_MAX);
        }
        this.firstBits = firstBits;
        this.lengthMax = lengthMax;
        first = new int[1 << firstBits];
        Arrays.fill(first, NO_ANSWER);
        groups = new int[groupsMax * GROUP_ENTRIES];
        freed = new int[groupsMax];
        rules = new PrefixRules(rulesMax);
    }

    int count() {
        return rules.count();
    }

    int groupsUsed() {
        return fresh - freedCount;
    }

    long memoryBytes() {
        return Integer.BYTES * ((long) first.length + groups.length + freed.length)
                + rules.memoryBytes();
    }

    /** The next hop of exactly this prefix, {@link #NO_ANSWER} without one. */
    int rule(long high, long low, int length) {
        requirePrefix(high, low, length);
        int nextHop = rules.get(high, low, length);
        return nextHop == PrefixRules.ABSENT ? NO_ANSWER : nextHop;
    }

    void put(long high, long low, int length, int nextHop) {
        requirePrefix(high, low, length);
        if (nextHop < 0 || nextHop > NEXT_HOP_MAX) {
            throw new IllegalArgumentException(
                    "the next hop " + nextHop + " is not from 0 to " + NEXT_HOP_MAX);
        }
        if (rules.get(high, low, length) == PrefixRules.ABSENT && rules.full()) {
            throw new IllegalStateException(
                    "the table holds its " + rules.count() + " prefixes already");
        }
        int needed = groupsNeeded(high, low, length);
        int free = freed.length - groupsUsed();
        if (needed > free) {
            throw new IllegalStateException(
                    "the prefix needs "
                            + needed
                            + " more groups of 256 entries, but of "
                            + freed.length
                            + " only "
                            + free
                            + " are free");
        }
        rules.put(high, low, length, nextHop);
        change(high, low, length, answer(length, nextHop));
    }

    boolean remove(long high, long low, int length) {
        requirePrefix(high, low, length);
        if (rules.get(high, low, length) == PrefixRules.ABSENT) {
            return false;
        }
        rules.remove(high, low, length);
        int covering = rules.coveringLength(high, low, length);
        int replacement = NO_ANSWER;
        if (covering != PrefixRules.ABSENT) {
            long highMasked = high & Prefixes.highMask(covering);
            long lowMasked = low & Prefixes.lowMask(covering);
            replacement = answer(covering, rules.get(highMasked, lowMasked, covering));
        }
        change(high, low, length, replacement);
        collapse(high, low, length);
        return true;
    }

    long reusesAcquire() {
        return (long) REUSES.getAcquire(this);
    }

    /** Whether no group was used again since, as seen after all that was read before. */
    boolean unchangedSince(long reusesBefore) {
        VarHandle.loadLoadFence();
        return (long) REUSES.getOpaque(this) == reusesBefore;
    }

    /** The next hop of an answer, {@link #NO_ANSWER} of none. */
    static int nextHop(int entry) {
        return entry & NO_ANSWER;
    }

    private void requirePrefix(long high, long low, int length) {
        if (length < 0 || length > lengthMax) {
            throw new IllegalArgumentException(
                    "a prefix of " + length + " bits; it has from 0 to " + lengthMax);
        }
        if ((high & ~Prefixes.highMask(length)) != 0 || (low & ~Prefixes.lowMask(length)) != 0) {
            throw new IllegalArgumentException("the prefix has bits set after its first " + length);
        }
    }

    private static int answer(int length, int nextHop) {
        return ((length + 1) << LENGTH_SHIFT) | nextHop;
    }

    private static int length(int entry) {
        return ((entry >>> LENGTH_SHIFT) & LENGTH_MASK) - 1;
    }

    /** The eight bits of a key after so many. */
    static int bits(long high, long low, int after) {
        long word = after < Long.SIZE ? high : low;
        return (int) (word >>> (Long.SIZE - STRIDE - (after & (Long.SIZE - 1))))
                & (GROUP_ENTRIES - 1);
    }

    /** Where in {@code groups} the group of an entry begins. */
    static int groupAt(int entry) {
        return entry << STRIDE;
    }

    private int firstIndex(long high) {
        return (int) (high >>> (Long.SIZE - firstBits));
    }

    private int groupsNeeded(long high, long low, int length) {
        int bits = firstBits;
        int entry = first[firstIndex(high)];
        while (bits < length && entry < 0) {
            entry = groups[groupAt(entry) + bits(high, low, bits)];
            bits += STRIDE;
        }
        return bits >= length ? 0 : (length - bits + STRIDE - 1) / STRIDE;
    }

    /** Writes an entry below a prefix wherever nothing longer answers. */
    private void change(long high, long low, int length, int entry) {
        int[] table = first;
        int at = firstIndex(high);
        int bits = firstBits;
        while (bits < length) {
            if (table[at] >= 0) {
                ENTRY.setRelease(table, at, newGroup(table[at]));
            }
            at = groupAt(table[at]) + bits(high, low, bits);
            table = groups;
            bits += STRIDE;
        }
        fill(table, at, 1 << (bits - length), length, entry);
    }

    private void fill(int[] table, int from, int count, int length, int entry) {
        for (int at = from; at < from + count; at++) {
            int old = table[at];
            if (old < 0) {
                fill(groups, groupAt(old), GROUP_ENTRIES, length, entry);
            } else if (length(old) <= length) {
                ENTRY.setRelease(table, at, entry);
            }
        }
    }

    /** A group that answers as the entry does whose place it takes; returns the way to it. */
    private int newGroup(int entry) {
        int group;
        if (freedCount > 0) {
            group = freed[--freedCount];
            REUSES.setRelease(this, (long) REUSES.get(this) + 1);
            // No reader may see the new entries without seeing that they are new.
            VarHandle.storeStoreFence();
        } else {
            group = fresh++;
        }
        int at = groupAt(group);
        for (int i = 0; i < GROUP_ENTRIES; i++) {
            ENTRY.setOpaque(groups, at + i, entry);
        }
        return IN_GROUP | group;
    }

    /**
     * Gives up the groups on the way to a prefix that no longer prefix needs, the last one first.
     */
    private void collapse(long high, long low, int length) {
        for (int bits = length - 1; bits >= firstBits; bits--) {
            if ((bits - firstBits) % STRIDE == 0) {
                collapseAt(high, low, bits);
            }
        }
    }

    private void collapseAt(long high, long low, int after) {
        int[] table = first;
        int at = firstIndex(high);
        for (int bits = firstBits; bits < after; bits += STRIDE) {
            if (table[at] >= 0) {
                return;
            }
            at = groupAt(table[at]) + bits(high, low, bits);
            table = groups;
        }
        int way = table[at];
        if (way < 0 && uniform(groupAt(way), after)) {
            ENTRY.setRelease(table, at, groups[groupAt(way)]);
            freed[freedCount++] = way & ~IN_GROUP;
        }
    }

    /**
     * Whether a group holds nothing but the answer of one prefix that covers it as a whole. Two
     * halves that agree do not count: when one goes, the group would have to be had again.
     */
    private boolean uniform(int from, int groupBits) {
        int entry = groups[from];
        for (int i = 1; i < GROUP_ENTRIES; i++) {
            if (groups[from + i] != entry) {
                return false;
            }
        }
        return entry >= 0 && length(entry) <= groupBits;
    }
}
