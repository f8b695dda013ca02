package dev.ringroad.bench.fileload;

import dev.ringroad.core.counter.LatencyCounts;

/**
 * What all threads together had done at one moment, or between two.
 *
 * @param nanos of time
 * @param calls of the kernel
 * @param readBack blocks that were written, read back, and right
 */
public record LoadSample(
        long nanos, LatencyCounts readTimes, LatencyCounts writeTimes, long calls, long readBack) {

    private static final double NANOS_PER_SECOND = 1e9;

    /** What was done since another sample. */
    public LoadSample since(LoadSample before) {
        LatencyCounts reads = copy(readTimes);
        LatencyCounts writes = copy(writeTimes);
        reads.subtract(before.readTimes);
        writes.subtract(before.writeTimes);
        return new LoadSample(
                nanos - before.nanos,
                reads,
                writes,
                calls - before.calls,
                readBack - before.readBack);
    }

    private static LatencyCounts copy(LatencyCounts counts) {
        LatencyCounts copy = new LatencyCounts();
        copy.add(counts);
        return copy;
    }

    /** Reads that are done. */
    public long reads() {
        return readTimes.total();
    }

    /** Writes that are done. */
    public long writes() {
        return writeTimes.total();
    }

    /** Both. */
    public long ios() {
        return reads() + writes();
    }

    /** So many of something in this time, as a second's. */
    public double perSecond(long count) {
        return nanos <= 0 ? 0 : count * NANOS_PER_SECOND / nanos;
    }
}
