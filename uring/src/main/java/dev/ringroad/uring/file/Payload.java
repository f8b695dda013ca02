package dev.ringroad.uring.file;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A caller's memory, which may lie in several places, as one row of bytes. */
final class Payload {
    private final MemorySegment[] parts;
    private final long bytes;

    private Payload(MemorySegment... parts) {
        this.parts = parts;
        long sum = 0;
        for (MemorySegment part : parts) {
            sum += part.byteSize();
        }
        bytes = sum;
    }

    static Payload of(MemorySegment memory) {
        return new Payload(memory);
    }

    /** What remains in the buffer. */
    static Payload of(ByteBuffer buffer) {
        return new Payload(MemorySegment.ofBuffer(buffer));
    }

    /** What remains in the buffers, one behind the other. */
    static Payload of(ByteBuffer[] buffers, int first, int count) {
        Objects.checkFromIndexSize(first, count, buffers.length);
        MemorySegment[] parts = new MemorySegment[count];
        for (int i = 0; i < count; i++) {
            parts[i] = MemorySegment.ofBuffer(buffers[first + i]);
        }
        return new Payload(parts);
    }

    /** Moves the positions of the buffers that a payload was made of. */
    static void advance(ByteBuffer[] buffers, int first, int count, long done) {
        long left = done;
        for (int i = first; i < first + count && left > 0; i++) {
            int step = (int) Math.min(left, buffers[i].remaining());
            buffers[i].position(buffers[i].position() + step);
            left -= step;
        }
    }

    long bytes() {
        return bytes;
    }

    boolean isReadOnly() {
        for (MemorySegment part : parts) {
            if (part.isReadOnly()) {
                return true;
            }
        }
        return false;
    }

    /** Copies into the caller's memory, from {@code at} of the row on. */
    void put(MemorySegment from, long fromAt, long at, long count) {
        long left = count;
        long skip = at;
        for (int i = 0; left > 0; i++) {
            MemorySegment part = parts[i];
            long step = Math.min(left, Math.max(0, part.byteSize() - skip));
            MemorySegment.copy(
                    from, fromAt + count - left, part, Math.min(skip, part.byteSize()), step);
            skip = Math.max(0, skip - part.byteSize());
            left -= step;
        }
    }

    /** Copies out of the caller's memory, from {@code at} of the row on. */
    void get(long at, MemorySegment into, long intoAt, long count) {
        long left = count;
        long skip = at;
        for (int i = 0; left > 0; i++) {
            MemorySegment part = parts[i];
            long step = Math.min(left, Math.max(0, part.byteSize() - skip));
            MemorySegment.copy(
                    part, Math.min(skip, part.byteSize()), into, intoAt + count - left, step);
            skip = Math.max(0, skip - part.byteSize());
            left -= step;
        }
    }
}
