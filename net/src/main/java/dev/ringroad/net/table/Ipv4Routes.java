package dev.ringroad.net.table;

import java.util.Objects;

/**
 * IPv4 routes by longest prefix: the first 24 bits of an address lead straight to an answer, or to
 * one of a bounded number of groups of 256 entries for the last eight (known as DIR-24-8).
 *
 * <p>Memory: 64 MiB for the first table, 1028 bytes a group, and from 33 to 66 bytes for each of
 * {@code prefixesMax}, all of it allocated at once. Lookup: one read, or two below a prefix longer
 * than 24 bits. Change of a prefix: as many entries as it covers, at most 2<sup>24</sup> and all
 * groups (about ten milliseconds, for a default route).
 *
 * <p>One thread at a time may change the table, and any number may look things up meanwhile. Each
 * lookup answers as the table was before or after a change; while a short prefix is being changed
 * some addresses have the new next hop already and others still the old one.
 *
 * <p>Addresses and prefixes are ints in the host's order: 10.0.0.1 is 0x0A000001.
 */
public final class Ipv4Routes {
    /** What a lookup answers when no prefix covers the address. */
    public static final int NO_ROUTE = PrefixTrie.NO_ANSWER;

    /** The greatest next hop; the least one is 0. */
    public static final int NEXT_HOP_MAX = PrefixTrie.NEXT_HOP_MAX;

    private static final int FIRST_BITS = 24;
    private static final int REST_BITS = Integer.SIZE - FIRST_BITS;
    private static final int REST_MASK = (1 << REST_BITS) - 1;

    private final PrefixTrie trie;
    private final int[] first;
    private final int[] groups;

    /**
     * An empty table.
     *
     * @param prefixesMax at least 1, at most 2<sup>28</sup>
     * @param groupsMax how many blocks of 256 addresses may have prefixes longer than 24 bits, at
     *     most 2<sup>23</sup> - 1
     */
    public Ipv4Routes(int prefixesMax, int groupsMax) {
        trie = new PrefixTrie(FIRST_BITS, Integer.SIZE, prefixesMax, groupsMax);
        first = trie.first;
        groups = trie.groups;
    }

    /**
     * Adds a route or gives it another next hop. The writer's.
     *
     * @param length in bits, from 0 to 32
     * @param nextHop from 0 to {@link #NEXT_HOP_MAX}
     * @throws IllegalArgumentException if an argument is outside its range, or the prefix has bits
     *     set after its length
     * @throws IllegalStateException if there are {@code prefixesMax} prefixes, or it needs a group
     *     and none is free; the table is as before then
     */
    public void put(int prefix, int length, int nextHop) {
        trie.put(high(prefix), 0, length, nextHop);
    }

    /**
     * Removes a route; what it covered goes to the next shorter prefix. The writer's.
     *
     * @return whether there was such a route
     * @throws IllegalArgumentException as {@link #put}
     */
    public boolean remove(int prefix, int length) {
        return trie.remove(high(prefix), 0, length);
    }

    /** The next hop of exactly this prefix, {@link #NO_ROUTE} without one. The writer's. */
    public int nextHop(int prefix, int length) {
        return trie.rule(high(prefix), 0, length);
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
    public int lookup(int address) {
        int entry = (int) PrefixTrie.ENTRY.getOpaque(first, address >>> REST_BITS);
        return entry >= 0 ? PrefixTrie.nextHop(entry) : walk(address);
    }

    /** Follows an address all the way, again and again while groups are put to another use. */
    private int walk(int address) {
        while (true) {
            long reuses = trie.reusesAcquire();
            int entry = (int) PrefixTrie.ENTRY.getAcquire(first, address >>> REST_BITS);
            if (entry >= 0) {
                return PrefixTrie.nextHop(entry);
            }
            int at = PrefixTrie.groupAt(entry) + (address & REST_MASK);
            int answer = (int) PrefixTrie.ENTRY.getOpaque(groups, at);
            if (trie.unchangedSince(reuses)) {
                return PrefixTrie.nextHop(answer);
            }
        }
    }

    /**
     * Looks up many addresses, with the waiting for memory overlapped: the processor looks a few
     * hundred instructions ahead, so the fewer there are to a lookup, the more reads are under way.
     *
     * @param addresses from index {@code from} on
     * @param nextHops receives the answers from index 0 on; another array than the addresses'
     * @throws IndexOutOfBoundsException if either array is too short
     */
    public void lookup(int[] addresses, int from, int count, int[] nextHops) {
        Objects.checkFromIndexSize(from, count, addresses.length);
        Objects.checkFromIndexSize(0, count, nextHops.length);
        int[] table = first;
        int signs = 0;
        for (int i = 0; i < count; i++) {
            int entry = table[addresses[from + i] >>> REST_BITS];
            signs |= entry;
            nextHops[i] = PrefixTrie.nextHop(entry);
        }
        if (signs < 0) {
            lookUpEach(addresses, from, count, nextHops);
        }
    }

    /**
     * One by one, as some lead to groups. All of them, since an entry that did may meanwhile hold
     * an answer.
     */
    private void lookUpEach(int[] addresses, int from, int count, int[] nextHops) {
        for (int i = 0; i < count; i++) {
            nextHops[i] = lookup(addresses[from + i]);
        }
    }

    private static long high(int prefix) {
        return (long) prefix << Integer.SIZE;
    }
}
