package dev.ringroad.net.packet;

/**
 * Free packets, of which the one that came last goes first, as its lines are still in the cache.
 *
 * <p>A packet lies here as its next owner gets it: with one reference, alone and without requests.
 * So lending and taking back copies references, and touches no packet. A slot keeps its reference
 * when the packet is lent: the pool's packets live as long as the pool anyhow.
 */
final class FreeStack {

    /** From here on the call to copy an array is cheaper than a loop. */
    private static final int COPIED_AS_ARRAY_MIN = 6;

    private final Packet[] packets;
    private int count;

    FreeStack(int capacity) {
        packets = new Packet[capacity];
    }

    int count() {
        return count;
    }

    int capacity() {
        return packets.length;
    }

    int room() {
        return packets.length - count;
    }

    /** There must be one. */
    Packet pop() {
        int left = count - 1;
        Packet packet = packets[left];
        count = left;
        return packet;
    }

    /** There must be {@code n}. */
    void pop(Packet[] into, int at, int n) {
        int left = count - n;
        copy(packets, left, into, at, n);
        count = left;
    }

    /** There must be room. */
    void push(Packet packet) {
        int at = count;
        packets[at] = packet;
        count = at + 1;
    }

    /** There must be room. */
    void push(Packet[] from, int at, int n) {
        int before = count;
        copy(from, at, packets, before, n);
        count = before + n;
    }

    private static void copy(Packet[] from, int at, Packet[] to, int toAt, int n) {
        if (n >= COPIED_AS_ARRAY_MIN || n < 0) {
            System.arraycopy(from, at, to, toAt, n);
            return;
        }
        for (int i = 0; i < n; i++) {
            to[toAt + i] = from[at + i];
        }
    }

    /** Fills up from the depot, with {@code limit} packets at most. */
    void fill(Depot depot, int limit) {
        count += depot.take(packets, count, limit);
    }

    /** Gives those that have lain longest to the depot. */
    void flush(Depot depot, int n) {
        depot.put(packets, 0, n);
        int kept = count - n;
        System.arraycopy(packets, n, packets, 0, kept);
        count = kept;
    }
}
