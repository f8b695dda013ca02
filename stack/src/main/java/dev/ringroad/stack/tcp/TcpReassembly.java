package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.stack.drop.Arrival;

/**
 * Segments that came before their turn, sorted, without overlap, bounded in bytes and in segments.
 *
 * <p>Where segments overlap, what came first is kept (RFC 9293 section 3.10.7.4 leaves the choice;
 * keeping the old bytes means that nobody can rewrite what was received). The queue owns the
 * packets in it.
 */
final class TcpReassembly {
    private static final int CAPACITY_FIRST = 16;
    private static final Packet[] NONE = new Packet[0];

    private final int segmentsMax;
    private Packet[] packets = NONE;
    private int[] sequences = {};
    private int size;
    private int bytes;

    TcpReassembly(int segmentsMax) {
        this.segmentsMax = segmentsMax;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Bytes held. */
    int bytes() {
        return bytes;
    }

    /** Segments held. */
    int segments() {
        return size;
    }

    /** The sequence number of the segment at this place. */
    int sequence(int index) {
        return sequences[index];
    }

    /** The length of the segment at this place. */
    int length(int index) {
        return packets[index].length();
    }

    /**
     * Takes a packet's bytes into the gaps.
     *
     * @param sequence of the packet's first byte
     * @param bytesMax how many bytes the queue may hold in all
     * @return whether everything new in it was kept; what was not kept is as if it had been lost
     */
    boolean add(Packet packet, int sequence, int bytesMax) {
        int start = sequence;
        int at = placeOf(start);
        if (at > 0) {
            int covered = sequences[at - 1] + packets[at - 1].length() - start;
            if (covered >= packet.length()) {
                packet.release();
                return true;
            }
            if (covered > 0) {
                packet.trimFront(covered);
                start += covered;
            }
        }
        if (bytes + packet.length() > bytesMax) {
            packet.release();
            return false;
        }
        removeCovered(at, start + packet.length());
        if (at < size) {
            int overlap = start + packet.length() - sequences[at];
            if (overlap >= packet.length()) {
                packet.release();
                return true;
            }
            if (overlap > 0) {
                packet.trimTo(packet.length() - overlap);
            }
        }
        int length = packet.length();
        if (at > 0
                && sequences[at - 1] + packets[at - 1].length() == start
                && SmallSegments.append(packets[at - 1], packet)) {
            bytes += length;
            return true;
        }
        if (size >= segmentsMax) {
            packet.release();
            return false;
        }
        insert(at, packet, start);
        return true;
    }

    /** The place of the first segment that begins at or after a sequence number. */
    private int placeOf(int sequence) {
        // From the back: most segments come after all the others.
        if (size == 0 || SequenceNumber.before(sequences[size - 1], sequence)) {
            return size;
        }
        int low = 0;
        int high = size - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (SequenceNumber.before(sequences[middle], sequence)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /**
     * Old segments that the new one covers wholly from its front on are dropped, so that one packet
     * is kept.
     */
    private void removeCovered(int at, int end) {
        int last = at;
        while (last < size
                && SequenceNumber.beforeOrAt(sequences[last] + packets[last].length(), end)) {
            last++;
        }
        remove(at, last);
    }

    private void remove(int from, int to) {
        for (int i = from; i < to; i++) {
            bytes -= packets[i].length();
            packets[i].release();
        }
        System.arraycopy(packets, to, packets, from, size - to);
        System.arraycopy(sequences, to, sequences, from, size - to);
        size -= to - from;
    }

    private void insert(int at, Packet packet, int sequence) {
        if (size == packets.length) {
            grow();
        }
        System.arraycopy(packets, at, packets, at + 1, size - at);
        System.arraycopy(sequences, at, sequences, at + 1, size - at);
        Arrival.kept(packet);
        packets[at] = packet;
        sequences[at] = sequence;
        bytes += packet.length();
        size++;
    }

    private void grow() {
        int capacity = packets.length == 0 ? CAPACITY_FIRST : packets.length * 2;
        Packet[] newPackets = new Packet[capacity];
        int[] newSequences = new int[capacity];
        System.arraycopy(packets, 0, newPackets, 0, size);
        System.arraycopy(sequences, 0, newSequences, 0, size);
        packets = newPackets;
        sequences = newSequences;
    }

    /**
     * Moves what has become in order to the receive queue; returns the next sequence number
     * expected.
     */
    int drain(int next, TcpReceiveQueue into) {
        int expected = next;
        int taken = 0;
        while (taken < size && SequenceNumber.beforeOrAt(sequences[taken], expected)) {
            Packet packet = packets[taken];
            int old = expected - sequences[taken];
            int length = packet.length();
            bytes -= length;
            if (old >= length) {
                packet.release();
            } else {
                packet.trimFront(old);
                into.add(packet);
                expected += length - old;
            }
            taken++;
        }
        if (taken > 0) {
            System.arraycopy(packets, taken, packets, 0, size - taken);
            System.arraycopy(sequences, taken, sequences, 0, size - taken);
            size -= taken;
        }
        return expected;
    }

    /** Drops everything. */
    void clear() {
        remove(0, size);
    }
}
