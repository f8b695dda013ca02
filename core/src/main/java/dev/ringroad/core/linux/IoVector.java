package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A head of a few bytes and a body, read or written by one call ({@code struct iovec[2]}, {@code
 * bits/types/struct_iovec.h}).
 *
 * <pre>
 *   0        8        16       24       32
 *   | head   | bytes  | body   | bytes  | head's own memory …
 * </pre>
 *
 * Owned by one thread; made once and refilled for each call without allocation. The body's memory
 * is kept alive during the call.
 */
public final class IoVector {
    private static final long HEAD_ADDRESS = 0;
    private static final long HEAD_BYTES = 8;
    private static final long BODY_ADDRESS = 16;
    private static final long BODY_BYTES = 24;
    private static final long ARRAY_BYTES = 32;

    private final MemorySegment array;
    private final MemorySegment head;
    private MemorySegment body;

    /**
     * @param headBytes size of the head, whose memory belongs to the vector
     */
    public IoVector(int headBytes) {
        array = Arena.ofAuto().allocate(ARRAY_BYTES + headBytes, Long.BYTES);
        head = array.asSlice(ARRAY_BYTES, headBytes);
        body = head;
        array.set(JAVA_LONG, HEAD_ADDRESS, head.address());
        array.set(JAVA_LONG, HEAD_BYTES, headBytes);
        body(head, 0, 0);
    }

    /** The head's bytes. */
    public MemorySegment head() {
        return head;
    }

    /** Points the second piece at a part of {@code segment}. */
    public void body(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        body = segment;
        array.set(JAVA_LONG, BODY_ADDRESS, segment.address() + offset);
        array.set(JAVA_LONG, BODY_BYTES, bytes);
    }

    MemorySegment array() {
        return array;
    }

    MemorySegment body() {
        return body;
    }

    int size() {
        return 2;
    }
}
