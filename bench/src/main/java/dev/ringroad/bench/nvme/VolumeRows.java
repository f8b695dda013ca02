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

/** Reads and writes of 4 KiB on a thin volume in memory, beside the memory itself. */
record VolumeRows(ProcessorPair cpus) {
    private static final int MILLIS = 500;
    private static final int DEPTH = 32;
    private static final double MILLION = 1e6;
    private static final String PEER = "the memory device, without a volume";

    private record Round(double volume, double allocated, double memory) {}

    /** Each operation in rounds, the volume and the memory by turns. */
    List<BenchRow> measure(boolean quick, Consumer<String> progress) throws IOException {
        List<BenchRow> rows = new ArrayList<>();
        for (String operation : List.of("READ", "WRITE")) {
            List<Round> rounds = new ArrayList<>();
            for (int i = 0; i < (quick ? 1 : 5); i++) {
                Round round = round(operation);
                rounds.add(round);
                progress.accept(sentence(operation, round));
            }
            rows.add(row(operation, rounds));
        }
        return rows;
    }

    private Round round(String operation) throws IOException {
        Map<Integer, Double> volume = run(VolumeProgram.VOLUME, operation);
        Map<Integer, Double> memory = run(VolumeProgram.MEMORY, operation);
        return new Round(
                figure(volume, VolumeProgram.RATE),
                figure(volume, VolumeProgram.ALLOCATED),
                figure(memory, VolumeProgram.RATE));
    }

    private Map<Integer, Double> run(String what, String operation) throws IOException {
        return FigureJvm.run(
                VolumeProgram.class,
                what,
                operation,
                Integer.toString(DEPTH),
                Integer.toString(cpus.first()),
                Integer.toString(MILLIS));
    }

    private static double figure(Map<Integer, Double> figures, int number) throws IOException {
        Double figure = figures.get(number);
        if (figure == null) {
            throw new IOException("The program that measures volumes ended without its figure");
        }
        return figure;
    }

    private static String sentence(String operation, Round round) {
        return String.format(
                Locale.ROOT,
                "4-KiB %ss at depth %d: %.2f M a second on a volume, %.2f M on its memory; %.4f bytes"
                        + " allocated for each",
                operation.toLowerCase(Locale.ROOT),
                DEPTH,
                round.volume() / MILLION,
                round.memory() / MILLION,
                round.allocated());
    }

    private static BenchRow row(String operation, List<Round> rounds) {
        return BenchRow.of(
                "Volume 4-KiB "
                        + operation.toLowerCase(Locale.ROOT)
                        + "s in memory, depth "
                        + DEPTH,
                "M/s",
                Median.of(rounds.stream().mapToDouble(Round::volume)) / MILLION,
                Median.of(rounds.stream().mapToDouble(Round::memory)) / MILLION,
                PEER,
                Better.HIGHER);
    }
}
