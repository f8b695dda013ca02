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

/**
 * Reads of 512 bytes through one queue pair, against a controller model on the other processor that
 * completes at once, beside that model without a driver.
 */
record QueuePairRows(ProcessorPair cpus) {
    private static final int[] DEPTHS = {1, 32, 128};
    private static final int MILLIS = 500;
    private static final double MILLION = 1e6;
    private static final String PEER = "the controller model alone";

    private record Round(double rate, double doorbells, double bytes, double floor, double alone) {}

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
            rows.add(rate(depth, rounds));
            rows.add(nanos(depth, rounds));
        }
        return rows;
    }

    private Round round(int depth) throws IOException {
        Map<Integer, Double> ours = run(depth, "");
        Map<Integer, Double> model = run(depth, NvmeProgram.ALONE);
        return new Round(
                figure(ours, NvmeProgram.RATE),
                figure(ours, NvmeProgram.DOORBELLS),
                figure(ours, NvmeProgram.ALLOCATED),
                figure(ours, NvmeProgram.FLOOR),
                figure(model, NvmeProgram.RATE));
    }

    private Map<Integer, Double> run(int depth, String mode) throws IOException {
        return FigureJvm.run(
                NvmeProgram.class,
                Integer.toString(depth),
                Integer.toString(cpus.first()),
                Integer.toString(cpus.second()),
                Integer.toString(MILLIS),
                mode);
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
                "512-byte reads at depth %d: %.2f M a second, the model alone %.2f M; %.2f doorbells"
                        + " a batch, %.4f bytes allocated a read; a cache line there and back %.0f"
                        + " ns",
                depth,
                round.rate() / MILLION,
                round.alone() / MILLION,
                round.doorbells(),
                round.bytes(),
                round.floor());
    }

    private static BenchRow rate(int depth, List<Round> rounds) {
        return BenchRow.of(
                "NVMe 512-byte reads, one queue pair, depth " + depth,
                "M/s",
                Median.of(rounds.stream().mapToDouble(Round::rate)) / MILLION,
                Median.of(rounds.stream().mapToDouble(Round::alone)) / MILLION,
                PEER,
                Better.HIGHER);
    }

    private static BenchRow nanos(int depth, List<Round> rounds) {
        return BenchRow.of(
                "NVMe 512-byte read, one queue pair, depth " + depth,
                "ns",
                1e9 / Median.of(rounds.stream().mapToDouble(Round::rate)),
                1e9 / Median.of(rounds.stream().mapToDouble(Round::alone)),
                PEER,
                Better.LOWER);
    }
}
