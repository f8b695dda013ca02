package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** What tests hand to the kernel. */
final class Segments {
    private static final short AF_INET = 2;
    private static final int LOOPBACK = 0x7f000001;

    private Segments() {}

    /** The text without a zero byte. */
    static MemorySegment text(Arena arena, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        MemorySegment segment = arena.allocate(bytes.length);
        MemorySegment.copy(bytes, 0, segment, JAVA_BYTE, 0, bytes.length);
        return segment;
    }

    static String text(MemorySegment segment, long at, int bytes) {
        byte[] copy = segment.asSlice(at, bytes).toArray(JAVA_BYTE);
        return new String(copy, StandardCharsets.UTF_8);
    }

    /** {@code struct sockaddr_in}. */
    static MemorySegment loopback(Arena arena, int port) {
        MemorySegment address = arena.allocate(16, 4);
        address.set(JAVA_SHORT, 0, AF_INET);
        address.set(JAVA_SHORT, 2, Short.reverseBytes((short) port));
        address.set(JAVA_INT, 4, Integer.reverseBytes(LOOPBACK));
        return address;
    }

    /** {@code struct iovec}, one behind the other. */
    static MemorySegment vector(Arena arena, MemorySegment... pieces) {
        MemorySegment vector = arena.allocate(16L * pieces.length, 8);
        for (int i = 0; i < pieces.length; i++) {
            vector.set(JAVA_LONG, 16L * i, pieces[i].address());
            vector.set(JAVA_LONG, 16L * i + 8, pieces[i].byteSize());
        }
        return vector;
    }
}
