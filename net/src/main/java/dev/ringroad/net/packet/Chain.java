package dev.ringroad.net.packet;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/** What {@link Packet} does with the packets behind it, apart so that the usual way stays small. */
final class Chain {

    private Chain() {}

    static int bytes(Packet head) {
        long sum = 0;
        for (Packet part = head; part != null; part = part.next()) {
            sum += part.length();
        }
        return (int) Math.min(sum, Integer.MAX_VALUE);
    }

    static int parts(Packet head) {
        int n = 0;
        for (Packet part = head; part != null; part = part.next()) {
            n++;
        }
        return n;
    }

    /** The last packet of a chain, which must be the caller's alone and may get this tail. */
    static Packet endFor(Packet head, Packet tail) {
        Packet end = head;
        int parts = 1;
        requireUnshared(head);
        for (Packet part = head.next(); part != null; part = part.next()) {
            requireUnshared(part);
            end = part;
            parts++;
        }
        requireRoom(head, parts, parts(tail));
        if (endOf(tail) == end) {
            throw new IllegalStateException(tail + " is in the chain that it shall end");
        }
        return end;
    }

    static void requireRoom(Packet head, int parts, int more) {
        if (parts + more > Packet.PARTS_MAX) {
            throw new IllegalStateException(
                    head
                            + " would be the first of "
                            + (parts + more)
                            + " packets; a chain has "
                            + Packet.PARTS_MAX
                            + " at most");
        }
    }

    private static Packet endOf(Packet head) {
        Packet end = head;
        for (Packet part = head.next(); part != null; part = part.next()) {
            end = part;
        }
        return end;
    }

    private static void requireUnshared(Packet part) {
        if (part.references() != 1) {
            throw new IllegalStateException(
                    part + " is shared; its chain must stay as it is, or others would see it");
        }
    }

    static void copyOut(Packet head, int at, MemorySegment target, long targetOffset, int bytes) {
        Objects.checkFromIndexSize(at, bytes, head.totalLength());
        long to = targetOffset;
        int before = 0;
        for (Packet part = head; part != null; part = part.next()) {
            int from = Math.max(0, at - before);
            int n = Math.min(part.length(), at + bytes - before) - from;
            if (n > 0) {
                MemorySegment.copy(part.segment(), part.offset() + from, target, to, n);
                to += n;
            }
            before += part.length();
        }
    }

    static void copyOut(Packet head, int at, byte[] target, int targetIndex, int bytes) {
        Objects.checkFromIndexSize(at, bytes, head.totalLength());
        int to = targetIndex;
        int before = 0;
        for (Packet part = head; part != null; part = part.next()) {
            int from = Math.max(0, at - before);
            int n = Math.min(part.length(), at + bytes - before) - from;
            if (n > 0) {
                MemorySegment.copy(part.segment(), JAVA_BYTE, part.offset() + from, target, to, n);
                to += n;
            }
            before += part.length();
        }
    }

    static void copyOut(Packet head, int at, ByteBuffer target, int targetIndex, int bytes) {
        Objects.checkFromIndexSize(at, bytes, head.totalLength());
        int to = targetIndex;
        int before = 0;
        for (Packet part = head; part != null; part = part.next()) {
            int from = Math.max(0, at - before);
            int n = Math.min(part.length(), at + bytes - before) - from;
            if (n > 0) {
                target.put(to, part.buffer(), (int) part.offset() + from, n);
                to += n;
            }
            before += part.length();
        }
    }
}
