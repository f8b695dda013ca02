package dev.ringroad.workloads;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Client that writes as fast as {@link StreamSink} reads.
 *
 * <p>Arguments: {@code host= port= bytes=} (a write, 64 KiB) {@code warm-up-millis= millis=}.
 */
public final class StreamSource {
    private static final int WRITE_BYTES = 64 * 1024;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int SLACK_MILLIS = 200;

    private StreamSource() {}

    /** Runs the client; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        InetSocketAddress server = arguments.address();
        Lifeline.watch(arguments);
        int millis = arguments.number("warm-up-millis", 1_000) + arguments.number("millis", 2_000);
        ByteBuffer block = ByteBuffer.allocateDirect(arguments.number("bytes", WRITE_BYTES));
        try (SocketChannel channel = Connecting.channel(server)) {
            long end = System.nanoTime() + (millis + SLACK_MILLIS) * NANOS_PER_MILLI;
            long sentBytes = 0;
            while (System.nanoTime() - end < 0) {
                block.clear();
                while (block.hasRemaining()) {
                    channel.write(block);
                }
                sentBytes += block.limit();
            }
            channel.shutdownOutput();
            while (channel.read(block.clear()) >= 0) {
                // the sink says nothing; it closes when it has read everything
            }
            new ResultLine().with("workload", "stream-source").with("sent", sentBytes).print();
        }
    }
}
