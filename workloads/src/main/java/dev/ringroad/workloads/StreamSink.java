package dev.ringroad.workloads;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Server that reads one stream to its end and measures how many bytes arrive in an interval after
 * the warm-up.
 *
 * <p>Arguments: {@code host= port= warm-up-millis= millis=}.
 */
public final class StreamSink {
    private static final int READ_BYTES = 64 * 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final long warmUpNanos;
    private final long measuredNanos;
    private final AllocationMeter meter = new AllocationMeter();
    private long totalBytes;

    private StreamSink(Arguments arguments) {
        warmUpNanos = arguments.number("warm-up-millis", 1_000) * NANOS_PER_MILLI;
        measuredNanos = arguments.number("millis", 2_000) * NANOS_PER_MILLI;
    }

    /** Runs the server; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        Lifeline.watch(arguments);
        StreamSink sink = new StreamSink(arguments);
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(arguments.address())) {
            Ready.say(listener.socket().getLocalPort());
            try (SocketChannel channel = listener.accept()) {
                sink.measure(channel, ByteBuffer.allocateDirect(READ_BYTES));
            }
        }
    }

    private void measure(SocketChannel channel, ByteBuffer buffer) throws IOException {
        long began = System.nanoTime();
        readUntil(channel, buffer, began + warmUpNanos);
        long bytesBefore = totalBytes;
        long measuredFrom = System.nanoTime();
        meter.start();
        readUntil(channel, buffer, measuredFrom + measuredNanos);
        meter.stop();
        long nanos = System.nanoTime() - measuredFrom;
        long bytes = totalBytes - bytesBefore;
        readUntil(channel, buffer, Long.MAX_VALUE);
        ResultLine line =
                new ResultLine()
                        .with("workload", "stream-sink")
                        .with("measured", bytes)
                        .with("nanos", nanos)
                        .with("received", totalBytes);
        meter.describe(line);
        line.print();
    }

    private void readUntil(SocketChannel channel, ByteBuffer buffer, long end) throws IOException {
        while (end == Long.MAX_VALUE || System.nanoTime() - end < 0) {
            int got = channel.read(buffer.clear());
            if (got < 0) {
                return;
            }
            totalBytes += got;
        }
    }
}
