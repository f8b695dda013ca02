package dev.ringroad.net.table;

import java.util.Objects;

/**
 * IPv6 routes by longest prefix: the first 16 bits of an address lead to an answer or to a group of
 * 256 entries for the next eight bits, and so on down to 128.
 *
 * <p>Memory: 256 KiB for the first table, 1028 bytes a group, and from 33 to 66 bytes for each of
 * {@code prefixesMax}, all of it allocated at once. A prefix of n bits needs up to (n - 16) / 8
 * groups, which it shares with its neighbours. Lookup: one read, and one more for each eight bits
 * that a prefix near the address goes on after 16; at most 15. Change of a prefix: up to 256
 * entries, or 2<sup>16 - n</sup> for one of less than 16 bits, and the groups below.
 *
 * <p>One thread at a time may change the table, and any number may look things up meanwhile. Each
 * lookup answers as the table was before or after a change; while a short prefix is being changed
 * some addresses have the new next hop already and others still the old one.
 *
 * <p>An address is two longs: its first eight bytes, read big-endian, and its last eight.
 */
public final class Ipv6Routes {
    /** What a lookup answers when no prefix covers the address. */
    public static final int NO_ROUTE = PrefixTrie.NO_ANSWER;

    /** The greatest next hop; the least one is 0. */
    public static final int NEXT_HOP_MAX = PrefixTrie.NEXT_HOP_MAX;

    private static final int LENGTH_MAX = 128;
    private static final int FIRST_BITS = 16;
    private static final int STRIDE = 8;

    /** Of an address. */
    private static final int LONGS = 2;

    private final int firstBits;
    private final PrefixTrie trie;
    private final int[] first;
    private final int[] groups;

    /**
     * An empty table.
     *
     * @param prefixesMax at least 1, at most 2<sup>28</sup>
     * @param groupsMax at most 2<sup>23</sup> - 1
     */
    public Ipv6Routes(int prefixesMax, int groupsMax) {
        this(FIRST_BITS, prefixesMax, groupsMax);
    }

    /** With a first table for so many bits, which must be a multiple of eight. */
    Ipv6Routes(int firstBits, int prefixesMax, int groupsMax) {
        this.firstBits = firstBits;
        trie = new PrefixTrie(firstBits, LENGTH_MAX, prefixesMax, groupsMax);
        first = trie.first;
        groups = trie.groups;
    }

    /**
     * Adds a route or gives it another next hop. The writer's.
     *
     * @param length in bits, from 0 to 128
     * @param nextHop from 0 to {@link #NEXT_HOP_MAX}
     * @throws IllegalArgumentException if an argument is outside its range, or the prefix has bits
     *     set after its length
     * @throws IllegalStateException if there are {@code prefixesMax} prefixes, or it needs more
     *     groups than are free; the table is as before then
     */
    public void put(long high, long low, int length, int nextHop) {
        trie.put(high, low, length, nextHop);
    }

    /**
     * Removes a route; what it covered goes to the next shorter prefix. The writer's.
     *
     * @return whether there was such a route
     * @throws IllegalArgumentException as {@link #put}
     */
    public boolean remove(long high, long low, int length) {
        return trie.remove(high, low, length);
    }

    /** The next hop of exactly this prefix, {@link #NO_ROUTE} without one. The writer's. */
    public int nextHop(long high, long low, int length) {
        return trie.rule(high, low, length);
    }

    /** How many prefixes there are. The writer's. */
    public int count() {
        return trie.count();
    }

    /** How many groups are in use. The writer's. */
    public int groupsUsed() {
        return trie.groupsUsed();
    }

    /** The size of the arrays. */
    public long memoryBytes() {
        return trie.memoryBytes();
    }

    /** The next hop of the longest prefix that covers the address, or {@link #NO_ROUTE}. */
    public int lookup(long high, long low) {
        while (true) {
            long reuses = trie.reusesAcquire();
            int entry = walk(high, low);
            if (trie.unchangedSince(reuses)) {
                return PrefixTrie.nextHop(entry);
            }
        }
    }

    /** Two loops that the compiler can count, with the array at hand over all acquiring reads. */
    private int walk(long high, long low) {
        int[] groupEntries = groups;
        int entry =
                (int) PrefixTrie.ENTRY.getAcquire(first, (int) (high >>> (Long.SIZE - firstBits)));
        int shift = Long.SIZE - firstBits - STRIDE;
        for (; entry < 0 && shift >= 0; shift -= STRIDE) {
            entry = below(groupEntries, entry, high >>> shift);
        }
        for (shift = Long.SIZE - STRIDE; entry < 0 && shift >= 0; shift -= STRIDE) {
            entry = below(groupEntries, entry, low >>> shift);
        }
        return entry;
    }

    /** In the group that an entry leads to, the entry of the lowest eight of these bits. */
    private static int below(int[] groupEntries, int entry, long bits) {
        int at = PrefixTrie.groupAt(entry) + ((int) bits & (PrefixTrie.GROUP_ENTRIES - 1));
        return (int) PrefixTrie.ENTRY.getAcquire(groupEntries, at);
    }

    /**
     * Looks up many addresses. The walks are independent of each other, so that the processor
     * overlaps their waiting for memory.
     *
     * @param addresses two longs each, from index {@code from} on
     * @param count of addresses
     * @param nextHops receives the answers from index 0 on
     * @throws IndexOutOfBoundsException if either array is too short
     */
    public void lookup(long[] addresses, int from, int count, int[] nextHops) {
        Objects.checkFromIndexSize(from, (long) count * LONGS, addresses.length);
        Objects.checkFromIndexSize(0, count, nextHops.length);
        long reuses;
        do {
            reuses = trie.reusesAcquire();
            for (int i = 0; i < count; i++) {
                int at = from + i * LONGS;
                nextHops[i] = PrefixTrie.nextHop(walk(addresses[at], addresses[at + 1]));
            }
        } while (!trie.unchangedSince(reuses));
    }
}
