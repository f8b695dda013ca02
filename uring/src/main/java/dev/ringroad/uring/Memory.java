package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/** Addresses for the kernel, each checked against the segment that it lies in. */
final class Memory {

    private Memory() {}

    static long address(MemorySegment segment, long offset, long bytes) {
        Objects.checkFromIndexSize(offset, bytes, segment.byteSize());
        return address(segment) + offset;
    }

    static long address(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new IllegalArgumentException(
                    "The kernel cannot use a Java array: take memory of an Arena");
        }
        return segment.address();
    }

    /** Of text that ends with a zero byte. */
    static long text(MemorySegment segment) {
        if (segment.byteSize() == 0 || segment.get(JAVA_BYTE, segment.byteSize() - 1) != 0) {
            throw new IllegalArgumentException(
                    "A path ends with a zero byte: make it with Arena.allocateFrom");
        }
        return address(segment);
    }
}
