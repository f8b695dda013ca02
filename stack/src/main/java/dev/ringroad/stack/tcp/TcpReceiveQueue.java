package dev.ringroad.stack.tcp;

import dev.ringroad.net.packet.Packet;
import dev.ringroad.stack.drop.Arrival;

import java.nio.ByteBuffer;

/**
 * Bytes in order that the application has not read yet, in the packets they came in. They are
 * copied out once, by the application's own call.
 *
 * <p>A small segment behind another one is copied into the room left in that packet: otherwise a
 * peer that sends single bytes would tie up a whole buffer of the device's pool for each.
 */
final class TcpReceiveQueue {
    private static final int CAPACITY_FIRST = 8;
    private static final Packet[] NONE = new Packet[0];

    private Packet[] packets = NONE;
    private int head;
    private int size;
    private int mask = -1;
    private int readableBytes;

    /** Bytes that can be read. */
    int readableBytes() {
        return readableBytes;
    }

    /** How many packets are held. */
    int packets() {
        return size;
    }

    /** Takes a packet whose data are the next bytes; it must not be empty. */
    void add(Packet packet) {
        int length = packet.length();
        readableBytes += length;
        if (size > 0 && SmallSegments.append(packets[(head + size - 1) & mask], packet)) {
            return;
        }
        if (size == packets.length) {
            grow();
        }
        Arrival.kept(packet);
        packets[(head + size) & mask] = packet;
        size++;
    }

    /** Copies out up to {@code bytes} bytes and moves the target's position; returns how many. */
    int read(ByteBuffer target, int bytes) {
        int wanted = Math.min(bytes, readableBytes);
        int at = target.position();
        int left = wanted;
        while (left > 0) {
            Packet packet = packets[head];
            int n = Math.min(left, packet.length());
            packet.copyOut(0, target, at, n);
            consume(packet, n);
            at += n;
            left -= n;
        }
        target.position(at);
        return wanted;
    }

    /** Copies out up to {@code bytes} bytes; returns how many. */
    int read(byte[] target, int index, int bytes) {
        int wanted = Math.min(bytes, readableBytes);
        int at = index;
        int left = wanted;
        while (left > 0) {
            Packet packet = packets[head];
            int n = Math.min(left, packet.length());
            packet.copyOut(0, target, at, n);
            consume(packet, n);
            at += n;
            left -= n;
        }
        return wanted;
    }

    private void consume(Packet packet, int bytes) {
        readableBytes -= bytes;
        if (bytes == packet.length()) {
            packet.release();
            head = (head + 1) & mask;
            size--;
        } else {
            packet.trimFront(bytes);
        }
    }

    /** Releases everything unread. */
    void clear() {
        while (size > 0) {
            consume(packets[head], packets[head].length());
        }
    }

    private void grow() {
        int capacity = packets.length == 0 ? CAPACITY_FIRST : packets.length * 2;
        Packet[] newPackets = new Packet[capacity];
        for (int i = 0; i < size; i++) {
            newPackets[i] = packets[(head + i) & mask];
        }
        packets = newPackets;
        head = 0;
        mask = capacity - 1;
    }
}
