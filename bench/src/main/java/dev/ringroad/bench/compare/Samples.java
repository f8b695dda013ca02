package dev.ringroad.bench.compare;

import dev.ringroad.workloads.Latencies;
import dev.ringroad.workloads.ResultLine;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that the runs of one setting yielded: figures, one a round, and histograms of all
 * rounds together.
 */
final class Samples {
    static final List<Double> PERCENTILES = List.of(50.0, 99.0, 99.9);
    static final String GBITS = "Gbit/s";
    static final String REQUESTS = "requests/s";

    private static final double NANOS_PER_MICRO = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MILLION = 1e6;

    private final Map<String, List<Double>> figures = new HashMap<>();
    private final Map<Integer, Histogram> histograms = new HashMap<>();

    static String latency(int bytes, double percentile) {
        return bytes + " B p" + percentile;
    }

    static String allocation(int bytes) {
        return bytes + " B allocated";
    }

    /** Takes the result lines of one run. */
    void take(List<ResultLine> lines) throws ComparisonException {
        boolean measured = false;
        long sentBytes = -1;
        long receivedBytes = -1;
        int serverPhase = 0;
        for (ResultLine line : lines) {
            switch (line.text("workload")) {
                case "tcp-client", "udp-client" -> takeRoundTrips(line);
                case "tcp-server", "udp-server" -> takeServer(line, serverPhase++);
                case "http-client" -> add(REQUESTS, perSecond(line, line.number("count")));
                case "stream-sink" -> {
                    add(GBITS, perSecond(line, line.number("measured")) * Byte.SIZE / 1e9);
                    receivedBytes = line.number("received");
                }
                case "stream-source" -> sentBytes = line.number("sent");
                default ->
                        throw new ComparisonException(
                                "A program printed an unknown result: " + line);
            }
            measured |= line.has("nanos");
        }
        if (!measured) {
            throw new ComparisonException("The programs ended without a result.");
        }
        if (sentBytes != receivedBytes) {
            throw new ComparisonException(
                    "The sink received "
                            + receivedBytes
                            + " bytes of a stream of "
                            + sentBytes
                            + ".");
        }
    }

    /** Takes what another run of the setting yielded. */
    void add(Samples other) {
        other.figures.forEach((figure, values) -> values.forEach(value -> add(figure, value)));
        other.histograms.forEach(this::add);
    }

    private void add(int bytes, Histogram histogram) {
        histograms.merge(
                bytes,
                histogram,
                (merged, one) -> {
                    merged.add(one);
                    return merged;
                });
    }

    private static double perSecond(ResultLine line, long amount) {
        return amount * NANOS_PER_SECOND / line.number("nanos");
    }

    private void takeRoundTrips(ResultLine line) {
        int bytes = (int) line.number("bytes");
        Histogram histogram = Latencies.decode(line.text("histogram"));
        for (double percentile : PERCENTILES) {
            add(
                    latency(bytes, percentile),
                    histogram.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
        }
        add(bytes, histogram);
        add(allocation(bytes), line.number("process-bytes") * MILLION / histogram.getTotalCount());
    }

    /**
     * The server's account of the same interval joins the client's: lines of both come in the order
     * of the sizes.
     */
    private void takeServer(ResultLine line, int phase) {
        if (phase >= Workload.SIZES.size() || line.number("messages") == 0) {
            return;
        }
        List<Double> ofClient = figures.get(allocation(Workload.SIZES.get(phase)));
        if (ofClient != null) {
            double perMillion = line.number("process-bytes") * MILLION / line.number("messages");
            ofClient.set(ofClient.size() - 1, ofClient.getLast() + perMillion);
        }
    }

    private void add(String figure, double value) {
        figures.computeIfAbsent(figure, key -> new ArrayList<>()).add(value);
    }

    boolean has(String figure) {
        return figures.containsKey(figure);
    }

    /** One value a round. */
    List<Double> values(String figure) {
        @Nullable List<Double> values = figures.get(figure);
        if (values == null) {
            throw new IllegalStateException("Nothing was measured for " + figure);
        }
        return values;
    }

    /** The median of the rounds. */
    double median(String figure) {
        List<Double> sorted = values(figure).stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    Map<Integer, Histogram> histograms() {
        return histograms;
    }
}
