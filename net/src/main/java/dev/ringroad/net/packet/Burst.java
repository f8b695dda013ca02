package dev.ringroad.net.packet;

import java.util.Arrays;
import java.util.Objects;

/**
 * A handful of packets that travel together, so that what is paid for each call (a ring's release
 * store, a doorbell, a layer's cold code) is paid once for many.
 *
 * <p>The burst is a plain array with a size; who owns the burst owns the packets in it.
 */
public final class Burst {

    private final Packet[] packets;
    private int size;

    /** Makes an empty burst with room for {@code capacity} packets. */
    public Burst(int capacity) {
        packets = new Packet[capacity];
    }

    /** How many packets are in it. */
    public int size() {
        return size;
    }

    /** How many it can hold. */
    public int capacity() {
        return packets.length;
    }

    /** How many more it can hold. */
    public int room() {
        return packets.length - size;
    }

    /** Whether there is nothing in it. */
    public boolean isEmpty() {
        return size == 0;
    }

    /** The packet at a position below {@link #size()}. */
    public Packet get(int i) {
        if (PacketPool.CHECKED && i >= size) {
            throw new IndexOutOfBoundsException("packet " + i + " of a burst of " + size);
        }
        return packets[i];
    }

    /** Adds a packet at the end; the burst must have room. */
    public void add(Packet packet) {
        packets[size++] = packet;
    }

    /**
     * Puts a packet in the place of another below {@link #size()}; the former stays the caller's.
     */
    public void set(int i, Packet packet) {
        if (i >= size) {
            throw new IndexOutOfBoundsException("packet " + i + " of a burst of " + size);
        }
        packets[i] = packet;
    }

    /** Forgets all packets without releasing them: somebody else has them now. */
    public void clear() {
        size = 0;
    }

    /** Forgets the first {@code n} packets without releasing them; the others move up. */
    public void removeFirst(int n) {
        int left = size - n;
        if (n < 0 || left < 0) {
            throw new IndexOutOfBoundsException("first " + n + " packets of a burst of " + size);
        }
        if (left > 0) {
            System.arraycopy(packets, n, packets, 0, left);
        }
        size = left;
    }

    /**
     * Releases all packets and forgets them. Neighbours of one pool go back together, so that what
     * a release costs beside the packet's own fields is paid once for them.
     */
    public void releaseAll() {
        int n = size;
        size = 0;
        release(n);
    }

    /** {@link #releaseAll} of the first {@code n} packets only; the others move up. */
    public void releaseFirst(int n) {
        Objects.checkFromIndexSize(0, n, size);
        release(n);
        removeFirst(n);
    }

    private void release(int n) {
        Packet[] all = packets;
        int i = 0;
        while (i < n) {
            int next = all[i].pool().giveBackRun(all, i, n);
            if (next == i) {
                all[i].release();
                next++;
            }
            i = next;
        }
    }

    /** Bytes of all frames in it, chained ones wholly. */
    public long totalBytes() {
        Packet[] all = packets;
        int n = size;
        long bytes = 0;
        for (int i = 0; i < n; i++) {
            bytes += all[i].totalLength();
        }
        return bytes;
    }

    /** Gives the packets behind the last, which were acquired raw, their windows, and adds them. */
    void beginBehind(int n) {
        Packet[] all = packets;
        int end = size + n;
        for (int i = size; i < end; i++) {
            all[i].begin();
        }
        size = end;
    }

    /**
     * The packets themselves, of which the first {@link #size()} count, for loops that fill or
     * drain the burst; {@link #size(int)} tells it the new size.
     */
    public Packet[] array() {
        return packets;
    }

    /** Says that the first {@code n} places of {@link #array()} have been filled. */
    public void size(int n) {
        if (n < 0 || n > packets.length) {
            throw new IndexOutOfBoundsException(n + " packets for a burst of " + packets.length);
        }
        size = n;
    }

    @Override
    public String toString() {
        return "burst of " + Arrays.toString(Arrays.copyOf(packets, size));
    }
}
