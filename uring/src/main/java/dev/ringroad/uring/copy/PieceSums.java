package dev.ringroad.uring.copy;

import java.lang.foreign.MemorySegment;
import java.util.zip.CRC32C;

/**
 * A checksum of a file whose pieces come in any order: that of each piece, mixed with where it
 * lies, added up. The pieces have to be cut alike on both sides.
 */
final class PieceSums {
    private static final long ODD = 0x9e37_79b9_7f4a_7c15L; // 2^64 divided by the golden ratio

    private final CRC32C checksum = new CRC32C();
    private long sum;

    void add(MemorySegment piece, int bytes, long position) {
        if (bytes == 0) {
            return; // a file's end is no piece
        }
        checksum.reset();
        checksum.update(piece.asSlice(0, bytes).asByteBuffer());
        long mixed = (position + 1) * ODD ^ checksum.getValue() << 20 ^ bytes;
        mixed = (mixed ^ mixed >>> 32) * ODD;
        sum += mixed ^ mixed >>> 29;
    }

    long sum() {
        return sum;
    }
}
