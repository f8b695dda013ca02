package dev.ringroad.bench.uring;

import org.HdrHistogram.Histogram;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** The load of echo servers in a JVM of its own, until standard input ends. */
public final class EchoLoadProgram {

    private EchoLoadProgram() {}

    /**
     * Reads lines of port, connections, milliseconds of warm-up and milliseconds that count, and
     * answers each with the line of an {@link EchoFigure}.
     */
    public static void main(String[] args) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ", -1);
            System.out.println(
                    measure(
                            Integer.parseInt(words[0]),
                            Integer.parseInt(words[1]),
                            TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[2])),
                            TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[3]))));
            System.out.flush();
        }
    }

    private static String measure(int port, int connections, long warmUpNanos, long countedNanos)
            throws IOException {
        try (EchoLoad load = new EchoLoad(port, connections)) {
            load.begin();
            double ignored = load.run(warmUpNanos, false);
            double rate = load.run(countedNanos, true);
            Histogram latencies = load.histogram();
            return EchoFigure.line(
                    rate, latencies.getValueAtPercentile(50), latencies.getValueAtPercentile(99));
        }
    }
}
