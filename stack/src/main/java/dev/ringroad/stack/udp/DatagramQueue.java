package dev.ringroad.stack.udp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.stack.drop.Arrival;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/**
 * The datagrams that an endpoint has received and nobody has read yet, with their senders. A ring
 * that grows up to what the byte limit allows; each datagram is charged for its packet's overhead
 * too, so that many small ones cannot hold all packets of a device.
 */
final class DatagramQueue {
    /** What a datagram costs besides its payload. */
    static final int OVERHEAD_BYTES = 256;

    private static final int CAPACITY_FIRST = 16;

    private @Nullable Packet[] packets = new Packet[CAPACITY_FIRST];
    private long[] highs = new long[CAPACITY_FIRST];
    private long[] lows = new long[CAPACITY_FIRST];
    private int[] ports = new int[CAPACITY_FIRST];
    private int head;
    private int size;
    private int chargedBytes;

    DatagramQueue() {}

    int size() {
        return size;
    }

    /** What the queue is charged with. */
    int chargedBytes() {
        return chargedBytes;
    }

    /**
     * Adds one at the end; false when that would exceed the limit, except that one datagram always
     * fits.
     */
    boolean offer(Packet packet, long high, long low, int port, int limitBytes) {
        int charge = packet.length() + OVERHEAD_BYTES;
        if (size > 0 && chargedBytes + charge > limitBytes) {
            return false;
        }
        if (size == packets.length) {
            grow();
        }
        int at = (head + size) & (packets.length - 1);
        Arrival.kept(packet);
        packets[at] = packet;
        highs[at] = high;
        lows[at] = low;
        ports[at] = port;
        size++;
        chargedBytes += charge;
        return true;
    }

    private void grow() {
        int capacity = packets.length;
        int doubled = capacity * 2;
        // The part before the head moves behind the old end, so that the ring is one piece from its
        // head on.
        packets = Arrays.copyOf(packets, doubled);
        highs = Arrays.copyOf(highs, doubled);
        lows = Arrays.copyOf(lows, doubled);
        ports = Arrays.copyOf(ports, doubled);
        System.arraycopy(packets, 0, packets, capacity, head);
        System.arraycopy(highs, 0, highs, capacity, head);
        System.arraycopy(lows, 0, lows, capacity, head);
        System.arraycopy(ports, 0, ports, capacity, head);
    }

    /** The first packet; null when empty. */
    @Nullable Packet peek() {
        return size == 0 ? null : packets[head];
    }

    long headHigh() {
        return highs[head];
    }

    long headLow() {
        return lows[head];
    }

    int headPort() {
        return ports[head];
    }

    /** Takes the first one out, to be released by the caller; the queue must not be empty. */
    void removeHead() {
        Packet packet = packets[head];
        if (packet != null) {
            chargedBytes -= packet.length() + OVERHEAD_BYTES;
        }
        packets[head] = null;
        head = (head + 1) & (packets.length - 1);
        size--;
    }

    /** Releases all. */
    int clear() {
        int cleared = size;
        for (Packet packet = peek(); packet != null; packet = peek()) {
            removeHead();
            packet.release();
        }
        return cleared;
    }
}
