package dev.ringroad.net.driver.memif;

import java.lang.foreign.MemorySegment;

/** Copies between shared memory and packets, both ranges checked. */
final class MemifCopy {

    private MemifCopy() {}

    static void copy(MemorySegment from, long fromAt, MemorySegment to, long toAt, int bytes) {
        MemorySegment.copy(from, fromAt, to, toAt, bytes);
    }
}
