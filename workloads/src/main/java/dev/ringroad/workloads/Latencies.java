package dev.ringroad.workloads;

import org.HdrHistogram.Histogram;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.zip.DataFormatException;

/**
 * Latencies in nanoseconds, 1 ns to one minute, three significant digits; recording allocates
 * nothing.
 */
public final class Latencies {
    private static final long HIGHEST_NANOS = 60_000_000_000L;
    private static final int DIGITS = 3;

    private final Histogram histogram = new Histogram(1, HIGHEST_NANOS, DIGITS);

    /** Nothing recorded yet. */
    Latencies() {}

    void record(long nanos) {
        histogram.recordValue(Math.clamp(nanos, 1, HIGHEST_NANOS));
    }

    long count() {
        return histogram.getTotalCount();
    }

    /** The histogram in HdrHistogram's compressed form, as Base64. */
    String encoded() {
        ByteBuffer bytes = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(bytes);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(bytes.array(), length));
    }

    /**
     * The histogram that {@link #encoded} wrote; damaged text is an {@link IllegalStateException}.
     */
    public static Histogram decode(String encoded) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(encoded));
            return Histogram.decodeFromCompressedByteBuffer(bytes, 0);
        } catch (DataFormatException | IllegalArgumentException e) {
            throw new IllegalStateException("The histogram in a result line is damaged.", e);
        }
    }

    /** Adds percentiles in nanoseconds and the whole histogram to a line. */
    void describe(ResultLine line) {
        line.with("count", count())
                .with("p50", histogram.getValueAtPercentile(50))
                .with("p99", histogram.getValueAtPercentile(99))
                .with("p99.9", histogram.getValueAtPercentile(99.9))
                .with("max", histogram.getMaxValue())
                .with("histogram", encoded());
    }
}
