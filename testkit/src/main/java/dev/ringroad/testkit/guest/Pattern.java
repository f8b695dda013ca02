package dev.ringroad.testkit.guest;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bytes that tell where on a drive they belong, so that a block in the wrong place is seen. */
final class Pattern {
    static final int BLOCK_BYTES = 512;

    private Pattern() {}

    /** What belongs at a byte that is a multiple of eight. */
    static long at(long offset) {
        long mixed = (offset + 1) * 0x9e3779b97f4a7c15L;
        return mixed ^ mixed >>> 29;
    }

    /** Fills memory as if the drive began with it. */
    static void fill(MemorySegment memory) {
        for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
            memory.set(ValueLayout.JAVA_LONG, at, at(at));
        }
    }

    /** The first byte that is not as {@link #fill} leaves it, or -1. */
    static long mismatch(MemorySegment memory) {
        for (long at = 0; at < memory.byteSize(); at += Long.BYTES) {
            if (memory.get(ValueLayout.JAVA_LONG, at) != at(at)) {
                return at;
            }
        }
        return -1;
    }
}
