package dev.ringroad.bench.uring;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.machine.FigureJvm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** No-ops a second through a ring, beside liburing: what the ring itself costs. */
record NopRows(int cpu) {
    private static final int[] BATCHES = {1, 8, 32};
    private static final int MILLIS = 1000;
    private static final double MILLION = 1e6;

    private record Round(Map<Integer, Double> ours, Map<Integer, Double> peers) {}

    /** Rounds take ours and the peer's by turns, one processor for both. */
    List<BenchRow> measure(boolean quick, Consumer<String> progress)
            throws IOException, InterruptedException {
        List<Round> rounds = new ArrayList<>();
        try (LiburingNops peer = LiburingNops.compile()) {
            for (int i = 0; i < (quick ? 3 : 9); i++) {
                Round round = new Round(ours(), peer.rates(cpu, MILLIS));
                rounds.add(round);
                tell(round, progress);
            }
        }
        List<BenchRow> rows = new ArrayList<>();
        for (int batch : BATCHES) {
            rows.add(
                    BenchRow.of(
                            "io_uring no-ops, batches of " + batch,
                            "M/s",
                            Median.of(rounds.stream().mapToDouble(r -> r.ours().get(batch)))
                                    / MILLION,
                            Median.of(rounds.stream().mapToDouble(r -> r.peers().get(batch)))
                                    / MILLION,
                            "liburing",
                            Better.HIGHER));
        }
        return rows;
    }

    private Map<Integer, Double> ours() throws IOException {
        Map<Integer, Double> rates = new HashMap<>();
        for (int batch : BATCHES) {
            rates.putAll(
                    FigureJvm.run(
                            NopProgram.class,
                            Integer.toString(cpu),
                            Integer.toString(MILLIS),
                            Integer.toString(batch)));
        }
        return rates;
    }

    private static void tell(Round round, Consumer<String> progress) throws IOException {
        StringBuilder line = new StringBuilder("no-ops a second, ours and liburing:");
        for (int batch : BATCHES) {
            Double ours = round.ours().get(batch);
            Double peers = round.peers().get(batch);
            if (ours == null || peers == null) {
                throw new IOException("A program that measures no-ops ended without its figure");
            }
            line.append(
                    String.format(
                            Locale.ROOT,
                            " %.1f %.1f M at %d,",
                            ours / MILLION,
                            peers / MILLION,
                            batch));
        }
        progress.accept(line.substring(0, line.length() - 1));
    }
}
