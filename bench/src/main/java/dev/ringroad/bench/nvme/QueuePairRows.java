package dev.ringroad.bench.nvme;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Reads of 512 bytes through one queue pair, against a controller model on the other processor that
 * completes at once, beside that model without a driver.
 */
record QueuePairRows(ProcessorPair cpus) {
    private static final int[] DEPTHS = {1, 32, 128};
    private static final int MILLIS = 500;
    private static final double MILLION = 1e6;
    private static final double BILLION = 1e9;
    private static final String PEER = "the controller model alone";

    /** Rates a second, and the processor's clock. */
    private record Round(
            double rate,
            double turns,
            double alone,
            double doorbells,
            double bytes,
            double floor,
            double clock) {}

    /** Each depth in rounds, ours and the model by turns. */
    List<BenchRow> measure(boolean quick, Consumer<String> progress) throws IOException {
        List<BenchRow> rows = new ArrayList<>();
        for (int depth : DEPTHS) {
            List<Round> rounds = new ArrayList<>();
            for (int i = 0; i < (quick ? 1 : 5); i++) {
                Round round = round(depth);
                rounds.add(round);
                progress.accept(sentence(depth, round));
            }
            rows.addAll(rows(depth, rounds));
        }
        return rows;
    }

    private Round round(int depth) throws IOException {
        Map<Integer, Double> beside = run(depth, NvmeProgram.Mode.BESIDE);
        Map<Integer, Double> turns = run(depth, NvmeProgram.Mode.TURNS);
        Map<Integer, Double> alone = run(depth, NvmeProgram.Mode.ALONE);
        return new Round(
                figure(beside, NvmeProgram.RATE),
                figure(turns, NvmeProgram.RATE),
                figure(alone, NvmeProgram.RATE),
                figure(beside, NvmeProgram.DOORBELLS),
                figure(beside, NvmeProgram.ALLOCATED),
                figure(beside, NvmeProgram.FLOOR),
                figure(beside, NvmeProgram.CLOCK));
    }

    private Map<Integer, Double> run(int depth, NvmeProgram.Mode mode) throws IOException {
        return FigureJvm.run(
                NvmeProgram.class,
                Integer.toString(depth),
                Integer.toString(cpus.first()),
                Integer.toString(cpus.second()),
                Integer.toString(MILLIS),
                mode.name());
    }

    private static double figure(Map<Integer, Double> figures, int number) throws IOException {
        Double figure = figures.get(number);
        if (figure == null) {
            throw new IOException("The program that measures the driver ended without its figure");
        }
        return figure;
    }

    private static String sentence(int depth, Round round) {
        return String.format(
                Locale.ROOT,
                "512-byte reads at depth %d: %.2f M a second, %.2f M by turns on one processor, the"
                        + " model alone %.2f M; %.2f doorbells a batch, %.0f bytes allocated a"
                        + " million reads; a cache line there and back %.0f ns, the clock %.2f GHz",
                depth,
                round.rate() / MILLION,
                round.turns() / MILLION,
                round.alone() / MILLION,
                round.doorbells(),
                round.bytes(),
                round.floor(),
                round.clock() / BILLION);
    }

    private static List<BenchRow> rows(int depth, List<Round> rounds) {
        String read = "NVMe 512-byte read, depth " + depth;
        double alone = median(rounds, Round::alone);
        double aloneCycles = median(rounds, round -> round.clock() / round.alone());
        return List.of(
                BenchRow.of(
                        "NVMe 512-byte reads, one queue pair, depth " + depth,
                        "M/s",
                        median(rounds, Round::rate) / MILLION,
                        alone / MILLION,
                        PEER,
                        Better.HIGHER),
                BenchRow.of(
                        read,
                        "cycles",
                        median(rounds, round -> round.clock() / round.rate()),
                        aloneCycles,
                        PEER,
                        Better.LOWER),
                BenchRow.of(
                        read + ", by turns with the model on one processor",
                        "cycles",
                        median(rounds, round -> round.clock() / round.turns()),
                        aloneCycles,
                        PEER,
                        Better.LOWER),
                BenchRow.of(
                        "NVMe 512-byte reads, bytes allocated per million, depth " + depth,
                        "B",
                        Math.rint(median(rounds, Round::bytes)),
                        0,
                        "nothing at all",
                        Better.LOWER));
    }

    private static double median(List<Round> rounds, ToDoubleFunction<Round> figure) {
        return Median.of(rounds.stream().mapToDouble(figure));
    }
}
