package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

/**
 * The segments that were written and are not yet acknowledged, oldest first; each is a packet with
 * the payload's place in it, because the packet's own view moves when headers are prepended.
 *
 * <p>Parallel arrays used as a ring: scanning for what to send again touches few cache lines, and
 * nothing is allocated once the arrays have grown to the connection's window. The queue holds one
 * reference to each packet.
 */
final class SendQueue {
    private static final int CAPACITY_FIRST = 8;
    private static final Packet[] NONE = new Packet[0];

    private Packet[] packets = NONE;
    private int[] sequences = {};
    private int[] lengths = {};
    private int[] sends = {};
    private long[] offsets = {};
    private long[] sentNanos = {};
    private int head;
    private int size;
    private int mask = -1;

    /** How many segments there are. */
    int size() {
        return size;
    }

    private int slot(int index) {
        return (head + index) & mask;
    }

    /** The packet of a segment. */
    Packet packet(int index) {
        return packets[slot(index)];
    }

    /** The sequence number of a segment's first byte. */
    int sequence(int index) {
        return sequences[slot(index)];
    }

    /** Payload bytes of a segment. */
    int length(int index) {
        return lengths[slot(index)];
    }

    /** Where the payload begins in the packet's memory segment. */
    long offset(int index) {
        return offsets[slot(index)];
    }

    /** How often it was sent. */
    int sends(int index) {
        return sends[slot(index)];
    }

    /** When it was sent last. */
    long sentNanos(int index) {
        return sentNanos[slot(index)];
    }

    /** Notes that a segment is sent. */
    void sent(int index, long nowNanos) {
        int slot = slot(index);
        sends[slot]++;
        sentNanos[slot] = nowNanos;
    }

    /**
     * Forgets that anything was measured: after a time-out every segment in flight is ambiguous.
     */
    void markAllResent() {
        for (int i = 0; i < size; i++) {
            int slot = slot(i);
            if (sends[slot] == 1) {
                sends[slot] = 2;
            }
        }
    }

    /** Adds a segment that begins where the packet's data begin; takes the reference. */
    void add(Packet packet, int sequence, int length) {
        if (size == packets.length) {
            grow();
        }
        put(slot(size), packet, sequence, packet.offset(), length);
        size++;
    }

    private void put(int slot, Packet packet, int sequence, long offset, int length) {
        packets[slot] = packet;
        sequences[slot] = sequence;
        offsets[slot] = offset;
        lengths[slot] = length;
        sends[slot] = 0;
        sentNanos[slot] = 0;
    }

    /** Bytes were appended to the last segment's packet. */
    void extendLast(int bytes) {
        lengths[slot(size - 1)] += bytes;
    }

    /**
     * The packet of a segment with one more reference and the payload as its data, ready for
     * headers; null when somebody else still holds it and there is no packet for a copy.
     */
    @Nullable Packet take(int index, SegmentOutput output) {
        Packet packet = packet(index);
        if (packet.references() == 1) {
            packet.window(offset(index), length(index));
        } else {
            // The device, or a receiver in this same stack, still has it: its view may not change.
            Packet copy = copy(index, length(index), output);
            if (copy == null) {
                return null;
            }
            replace(index, copy);
            packet = copy;
        }
        packet.retain();
        return packet;
    }

    private @Nullable Packet copy(int index, int bytes, SegmentOutput output) {
        Packet copy = output.acquireControl();
        if (copy == null) {
            return null;
        }
        if (copy.tailroom() < bytes) {
            copy.release();
            return null;
        }
        copy.append(bytes);
        copy.copyIn(0, packet(index).segment(), offset(index), bytes);
        return copy;
    }

    /**
     * Cuts a segment in two; false when there is no packet for the first part. The first part is
     * the one that is copied: whoever sends a long one piece by piece copies each byte once.
     */
    boolean split(int index, int firstBytes, SegmentOutput output) {
        Packet first = copy(index, firstBytes, output);
        if (first == null) {
            return false;
        }
        if (size == packets.length) {
            grow();
        }
        for (int i = size; i > index; i--) {
            move(slot(i - 1), slot(i));
        }
        size++;
        int before = slot(index);
        int after = slot(index + 1);
        packets[before] = first;
        offsets[before] = first.offset();
        lengths[before] = firstBytes;
        sequences[after] += firstBytes;
        offsets[after] += firstBytes;
        lengths[after] -= firstBytes;
        return true;
    }

    private void move(int from, int to) {
        packets[to] = packets[from];
        sequences[to] = sequences[from];
        offsets[to] = offsets[from];
        lengths[to] = lengths[from];
        sends[to] = sends[from];
        sentNanos[to] = sentNanos[from];
    }

    private void replace(int index, Packet copy) {
        int slot = slot(index);
        packets[slot].release();
        packets[slot] = copy;
        offsets[slot] = copy.offset();
    }

    /** Drops the oldest segment. */
    void removeFirst() {
        packets[head].release();
        head = (head + 1) & mask;
        size--;
    }

    /** The peer has taken the first bytes of the oldest segment only. */
    void trimFirst(int bytes) {
        sequences[head] += bytes;
        offsets[head] += bytes;
        lengths[head] -= bytes;
    }

    /** Drops everything. */
    void clear() {
        while (size > 0) {
            removeFirst();
        }
    }

    private void grow() {
        int capacity = packets.length == 0 ? CAPACITY_FIRST : packets.length * 2;
        Packet[] newPackets = new Packet[capacity];
        int[] newSequences = new int[capacity];
        int[] newLengths = new int[capacity];
        int[] newSends = new int[capacity];
        long[] newOffsets = new long[capacity];
        long[] newSentNanos = new long[capacity];
        for (int i = 0; i < size; i++) {
            int from = slot(i);
            newPackets[i] = packets[from];
            newSequences[i] = sequences[from];
            newLengths[i] = lengths[from];
            newSends[i] = sends[from];
            newOffsets[i] = offsets[from];
            newSentNanos[i] = sentNanos[from];
        }
        packets = newPackets;
        sequences = newSequences;
        lengths = newLengths;
        sends = newSends;
        offsets = newOffsets;
        sentNanos = newSentNanos;
        head = 0;
        mask = capacity - 1;
    }
}
