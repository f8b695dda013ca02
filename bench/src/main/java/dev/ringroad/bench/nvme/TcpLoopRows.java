package dev.ringroad.bench.nvme;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.machine.FigureJvm;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Reads of 4 KiB over NVMe/TCP, initiator and target in two threads with the kernel's loopback
 * between them, beside io_uring on the file itself. The kernel's own initiator and target would be
 * the better peers where the kernel has them.
 */
record TcpLoopRows(ProcessorPair cpus) {
    private static final int MILLIS = 1000;
    private static final int FILE_BYTES = 1 << 26;
    private static final double THOUSAND = 1e3;
    private static final String PEER = "io_uring on a cached file, without NVMe/TCP";

    private record Round(double memory, double file, double direct) {}

    /** In rounds, each kind by turns. */
    List<BenchRow> measure(boolean quick, Consumer<String> progress) throws IOException {
        Path file = Files.createTempFile("ringroad-bench-", ".img");
        try {
            Files.write(file, new byte[FILE_BYTES]);
            List<Round> rounds = new ArrayList<>();
            for (int i = 0; i < (quick ? 1 : 3); i++) {
                Round round =
                        new Round(
                                rate(TcpLoopProgram.MEMORY_OVER_TCP, file),
                                rate(TcpLoopProgram.FILE_OVER_TCP, file),
                                rate(TcpLoopProgram.FILE, file));
                rounds.add(round);
                progress.accept(sentence(round));
            }
            return rows(rounds);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private double rate(String what, Path file) throws IOException {
        Double figure =
                FigureJvm.run(
                                TcpLoopProgram.class,
                                what,
                                Integer.toString(cpus.first()),
                                Integer.toString(MILLIS),
                                file.toString())
                        .get(TcpLoopProgram.RATE);
        if (figure == null) {
            throw new IOException("The program that measures NVMe/TCP ended without its figure");
        }
        return figure;
    }

    private static String sentence(Round round) {
        return String.format(
                Locale.ROOT,
                "4-KiB reads at depth 32, thousands a second: memory over NVMe/TCP %.0f, a file over"
                        + " NVMe/TCP %.0f, the file itself %.0f",
                round.memory() / THOUSAND,
                round.file() / THOUSAND,
                round.direct() / THOUSAND);
    }

    private static List<BenchRow> rows(List<Round> rounds) {
        double direct = Median.of(rounds.stream().mapToDouble(Round::direct));
        return List.of(
                row("memory", Median.of(rounds.stream().mapToDouble(Round::memory)), direct),
                row("a file", Median.of(rounds.stream().mapToDouble(Round::file)), direct));
    }

    private static BenchRow row(String what, double ours, double direct) {
        return BenchRow.of(
                "NVMe/TCP 4-KiB reads of " + what + " over the loopback, depth 32",
                "k/s",
                ours / THOUSAND,
                direct / THOUSAND,
                PEER,
                Better.HIGHER);
    }
}
