package dev.ringroad.bench.fileload;

import dev.ringroad.core.counter.LatencyCounts;

import java.util.concurrent.atomic.AtomicLong;

/** What one thread has done so far. It counts, others may look. */
final class ThreadCounts {
    private final LatencyCounts reads = new LatencyCounts();
    private final LatencyCounts writes = new LatencyCounts();
    private final AtomicLong calls = new AtomicLong();
    private final AtomicLong readBack = new AtomicLong();
    private volatile long beginNanos;
    private volatile long endNanos;
    private volatile long allocatedBytes;

    LatencyCounts reads() {
        return reads;
    }

    LatencyCounts writes() {
        return writes;
    }

    void calls(long made) {
        calls.setOpaque(made);
    }

    long calls() {
        return calls.getOpaque();
    }

    void readBackOne() {
        readBack.setOpaque(readBack.getPlain() + 1);
    }

    /** Blocks that were written, read back, and right. */
    long readBack() {
        return readBack.getOpaque();
    }

    void begin(long nanos) {
        beginNanos = nanos;
    }

    /** By {@link System#nanoTime}; 0 before. */
    long beginNanos() {
        return beginNanos;
    }

    void end(long nanos, long allocated) {
        allocatedBytes = allocated;
        endNanos = nanos;
    }

    /** By {@link System#nanoTime}, or 0 as long as the load lasts. */
    long endNanos() {
        return endNanos;
    }

    /** Of the Java heap, from the begin to the end. */
    long allocatedBytes() {
        return allocatedBytes;
    }
}
