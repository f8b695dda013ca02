package dev.ringroad.core.pci;

import dev.ringroad.core.linux.IovaRange;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives out device addresses: the lowest that fits, since some devices reach only the first four
 * gigabytes. Any thread may use it.
 */
public final class AddressAllocator {
    /** What {@link #allocate} returns when nothing fits. */
    public static final long NONE = -1;

    private static final long LAST = Long.MAX_VALUE - 1;

    // From the first free address to the first that is not.
    private final TreeMap<Long, Long> free = new TreeMap<>();

    /**
     * @param ranges what may be given out; of addresses beyond {@link Long#MAX_VALUE} no use is
     *     made, and overlaps count once
     */
    public AddressAllocator(List<IovaRange> ranges) {
        ranges.forEach(this::add);
    }

    /** May give out these too. */
    public synchronized void add(IovaRange range) {
        long begin = range.first();
        long last = range.last() < 0 ? LAST : Math.min(range.last(), LAST);
        if (begin >= 0 && begin <= last) {
            insert(begin, last + 1);
        }
    }

    /**
     * Takes addresses.
     *
     * @param bytes how many
     * @param alignment of the first, a power of two
     * @return the first, or {@link #NONE}
     */
    public synchronized long allocate(long bytes, long alignment) {
        for (Map.Entry<Long, Long> piece : free.entrySet()) {
            long begin = piece.getKey();
            long end = piece.getValue();
            long first = (begin + alignment - 1) & -alignment;
            if (first >= begin && first <= end && end - first >= bytes) {
                free.remove(begin);
                keep(begin, first);
                keep(first + bytes, end);
                return first;
            }
        }
        return NONE;
    }

    private void keep(long begin, long end) {
        if (begin < end) {
            free.put(begin, end);
        }
    }

    /** Takes addresses back that {@link #allocate} gave. */
    public synchronized void release(long first, long bytes) {
        insert(first, first + bytes);
    }

    private void insert(long from, long to) {
        long begin = from;
        long end = to;
        Map.Entry<Long, Long> before = free.floorEntry(begin);
        if (before != null && before.getValue() >= begin) {
            begin = before.getKey();
            end = Math.max(end, before.getValue());
        }
        Map.Entry<Long, Long> next = free.ceilingEntry(begin);
        while (next != null && next.getKey() <= end) {
            end = Math.max(end, next.getValue());
            free.remove(next.getKey());
            next = free.ceilingEntry(begin);
        }
        free.put(begin, end);
    }
}
