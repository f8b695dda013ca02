package dev.ringroad.nvme.block;

import java.lang.foreign.MemorySegment;

/** Fills memory with zeroes without a slice, which would be an object each time. */
public final class Zeroes {
    private static final int BYTES = 64 << 10;
    private static final MemorySegment ZEROES = MemorySegment.ofArray(new byte[BYTES]);

    private Zeroes() {}

    /**
     * Writes zeroes to a part of memory, of any kind.
     *
     * @throws IndexOutOfBoundsException when there is no such part
     */
    public static void fill(MemorySegment memory, long offset, long bytes) {
        long done = 0;
        while (done < bytes) {
            long part = Math.min(BYTES, bytes - done);
            MemorySegment.copy(ZEROES, 0, memory, offset + done, part);
            done += part;
        }
    }
}
