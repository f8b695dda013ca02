package dev.ringroad.workloads;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/**
 * Client that keeps several keep-alive connections busy from one thread and one selector, each
 * asking again as soon as it has its answer.
 *
 * <p>Arguments: {@code host= port= connections= warm-up-millis= millis=}.
 */
public final class HttpLoad {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long SELECT_MILLIS = 5_000;

    private final Selector selector;
    private final AllocationMeter meter = new AllocationMeter();

    private HttpLoad(Selector selector) {
        this.selector = selector;
    }

    /** Runs the client; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        InetSocketAddress server = arguments.address();
        Lifeline.watch(arguments);
        long warmUpNanos = arguments.number("warm-up-millis", 1_000) * NANOS_PER_MILLI;
        long measuredNanos = arguments.number("millis", 2_000) * NANOS_PER_MILLI;
        try (Selector selector = Selector.open()) {
            HttpLoad load = new HttpLoad(selector);
            load.open(server, arguments.number("connections", 8));
            load.run(new Latencies(), System.nanoTime() + warmUpNanos);
            load.measure(measuredNanos);
            load.close();
        }
        HttpConnection.askToEnd(server);
    }

    private void open(InetSocketAddress server, int connections) throws IOException {
        for (int i = 0; i < connections; i++) {
            new HttpConnection(server, selector).ask(System.nanoTime());
        }
    }

    private void measure(long measuredNanos) throws IOException {
        Latencies latencies = new Latencies();
        meter.start();
        long began = System.nanoTime();
        run(latencies, began + measuredNanos);
        long nanos = System.nanoTime() - began;
        meter.stop();
        ResultLine line = new ResultLine().with("workload", "http-client").with("nanos", nanos);
        latencies.describe(line);
        meter.describe(line);
        line.print();
    }

    private void run(Latencies latencies, long end) throws IOException {
        while (System.nanoTime() - end < 0) {
            selector.select(SELECT_MILLIS);
            if (selector.selectedKeys().isEmpty()) {
                throw new IOException("No connection had an answer for five seconds.");
            }
            for (SelectionKey key : selector.selectedKeys()) {
                HttpConnection connection = (HttpConnection) key.attachment();
                if (connection.readAnswer()) {
                    long now = System.nanoTime();
                    latencies.record(now - connection.askedNanos());
                    connection.ask(now);
                }
            }
            selector.selectedKeys().clear();
        }
    }

    private void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
    }
}
