package dev.ringroad.workloads;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The measuring loop of a round-trip client: for each size a warm-up, then a measured interval,
 * then a result line.
 *
 * <p>A message begins with eight bytes: the phase (0 warming up, 1 measured) and a sequence number,
 * which the echo has to bring back.
 */
final class RoundTrips {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int SEQUENCE_BITS = 56;
    private static final long WARM_UP_PATIENCE = 3;
    private static final long LATER_WARM_UP = 3;
    private static final long SLICE_NANOS = 20 * NANOS_PER_MILLI;

    private final Exchange exchange;
    private final String workload;
    private long warmUpRoundTrips;
    private long warmUpNanos;
    private final long laterWarmUpRoundTrips;
    private final long laterWarmUpNanos;
    private final long measuredNanos;
    private final AllocationMeter meter = new AllocationMeter();
    private long sequence;

    RoundTrips(String workload, Exchange exchange, Arguments arguments) {
        this.workload = workload;
        this.exchange = exchange;
        warmUpRoundTrips = arguments.number("warm-up", 20_000);
        warmUpNanos = arguments.number("warm-up-millis", 1_000) * NANOS_PER_MILLI;
        laterWarmUpRoundTrips = warmUpRoundTrips / LATER_WARM_UP;
        laterWarmUpNanos = warmUpNanos / LATER_WARM_UP;
        measuredNanos = arguments.number("millis", 2_000) * NANOS_PER_MILLI;
    }

    /** Warms up, measures and prints for one size, at least eight bytes. */
    void measure(int bytes) throws IOException {
        if (bytes < Long.BYTES) {
            throw new IllegalArgumentException("A message has at least 8 bytes, not " + bytes);
        }
        ByteBuffer message = ByteBuffer.allocateDirect(bytes);
        ByteBuffer echo = ByteBuffer.allocateDirect(bytes);
        warmUp(message, echo);
        warmUpRoundTrips = laterWarmUpRoundTrips;
        warmUpNanos = laterWarmUpNanos; // for another size nearly everything is compiled already
        Latencies latencies = new Latencies();
        long began = System.nanoTime();
        meter.start();
        run(message, echo, 1, latencies, began + measuredNanos);
        meter.stop();
        long nanos = System.nanoTime() - began;
        roundTrip(message, echo, 0); // tells the server that its interval is over too
        ResultLine line =
                new ResultLine()
                        .with("workload", workload)
                        .with("bytes", bytes)
                        .with("nanos", nanos);
        latencies.describe(line);
        meter.describe(line);
        line.print();
    }

    /**
     * Until there were enough round trips and enough time for the compilers, within three times the
     * time. It runs the measuring loop itself, so that nothing in it is new when it counts.
     */
    private void warmUp(ByteBuffer message, ByteBuffer echo) throws IOException {
        Latencies discarded = new Latencies();
        long began = System.nanoTime();
        long elapsed = 0;
        while (elapsed < warmUpNanos
                || (discarded.count() < warmUpRoundTrips
                        && elapsed < WARM_UP_PATIENCE * warmUpNanos)) {
            run(message, echo, 0, discarded, System.nanoTime() + SLICE_NANOS);
            elapsed = System.nanoTime() - began;
        }
    }

    private void run(ByteBuffer message, ByteBuffer echo, long phase, Latencies latencies, long end)
            throws IOException {
        long before = System.nanoTime();
        while (before - end < 0) {
            roundTrip(message, echo, phase);
            long after = System.nanoTime();
            latencies.record(after - before);
            before = after;
        }
    }

    private void roundTrip(ByteBuffer message, ByteBuffer echo, long phase) throws IOException {
        long stamp = phase << SEQUENCE_BITS | sequence++;
        message.clear().putLong(0, stamp);
        echo.clear();
        exchange.roundTrip(message, echo);
        if (echo.getLong(0) != stamp) {
            throw new IOException("The echo is not of the message that was sent.");
        }
    }
}
