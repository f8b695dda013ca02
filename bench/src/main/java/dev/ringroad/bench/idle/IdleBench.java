package dev.ringroad.bench.idle;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.machine.ProcessorPair;
import dev.ringroad.bench.veth.Cable;
import dev.ringroad.core.linux.Affinity;
import dev.ringroad.core.worker.IdleStrategy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What a worker costs that has nothing to do, in per cent of a processor, and how long a frame
 * waits for it, over each driver and with each way of idling. There is no peer, as testpmd spins
 * and nothing else; each row is beside the same worker spinning.
 */
public final class IdleBench {

    private static final String PEER = "no peer: the same worker, spinning";

    /** Ways of idling; adaptive spins and yields less long than there is between two frames. */
    enum Strategy {
        SPIN(IdleStrategy.spin()),
        ADAPTIVE(IdleStrategy.adaptive(50_000, 50_000)),
        INTERRUPT(IdleStrategy.interrupt());

        private final IdleStrategy idle;

        Strategy(IdleStrategy idle) {
            this.idle = idle;
        }

        IdleStrategy idle() {
            return idle;
        }

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final boolean quick;
    private final ProcessorPair cpus;
    private final Consumer<String> progress;
    private final List<BenchRow> rows = new ArrayList<>();

    private IdleBench(boolean quick, ProcessorPair cpus, Consumer<String> progress) {
        this.quick = quick;
        this.cpus = cpus;
        this.progress = progress;
    }

    /**
     * Measures all rows; those over a cable of the kernel are left out without the rights to make
     * one.
     *
     * @param quick shorter, for a first look
     * @param progress told a sentence after each driver
     * @throws IOException if a second processor is missing; the message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        ProcessorPair cpus = ProcessorPair.choose("waking is measured between");
        IdleBench bench = new IdleBench(quick, cpus, progress);
        Path folder = Files.createTempDirectory("ringroad-idle");
        try {
            // A thread of its own, as it stays on its processor.
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread thread = new Thread(() -> bench.measureAll(folder, failure), "idle sender");
            thread.start();
            thread.join();
            if (failure.get() != null) {
                throw new IOException(failure.get().getMessage(), failure.get());
            }
            return bench.rows;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        } finally {
            delete(folder);
        }
    }

    private void measureAll(Path folder, AtomicReference<Throwable> failure) {
        try {
            Affinity.pinCurrentThread(cpus.first());
            for (IdleCase each : IdleCase.inMemory(folder.toString())) {
                measure(each);
            }
            if (!"root".equals(System.getProperty("user.name"))) {
                progress.accept("AF_PACKET and AF_XDP are left out: a cable for them needs root");
                return;
            }
            try (Cable cable = Cable.make()) {
                for (IdleCase each : IdleCase.over(cable)) {
                    measure(each);
                }
            }
        } catch (Throwable t) {
            failure.set(t);
        }
    }

    private void measure(IdleCase each) throws IOException, InterruptedException {
        Map<Strategy, IdleWorker.Figure> figures = new EnumMap<>(Strategy.class);
        for (Strategy strategy : Strategy.values()) {
            try (IdleWorker worker = IdleWorker.start(each, strategy.idle(), cpus.second())) {
                figures.put(strategy, worker.measure(quick));
            }
        }
        progress.accept(each.name() + ": " + words(figures));
        for (Strategy strategy : List.of(Strategy.ADAPTIVE, Strategy.INTERRUPT)) {
            rows.add(row(each, "idle CPU", strategy, "%", figures, false));
            rows.add(row(each, "median wait", strategy, "us", figures, true));
        }
    }

    private static String words(Map<Strategy, IdleWorker.Figure> figures) {
        StringJoiner words = new StringJoiner(", ");
        figures.forEach(
                (strategy, figure) ->
                        words.add(
                                String.format(
                                        Locale.ROOT,
                                        "%s %.2f %% %.1f us",
                                        strategy.word(),
                                        figure.idlePercent(),
                                        figure.waitMicros())));
        return words.toString();
    }

    private static BenchRow row(
            IdleCase each,
            String what,
            Strategy strategy,
            String unit,
            Map<Strategy, IdleWorker.Figure> figures,
            boolean wait) {
        double ours = value(figures, strategy, wait);
        double peer = value(figures, Strategy.SPIN, wait);
        String name = each.name() + ", " + what + ", " + strategy.word();
        return BenchRow.of(name, unit, ours, peer, PEER, Better.LOWER);
    }

    private static double value(
            Map<Strategy, IdleWorker.Figure> figures, Strategy strategy, boolean wait) {
        IdleWorker.Figure figure = figures.get(strategy);
        if (figure == null) {
            throw new IllegalStateException(strategy + " was not measured");
        }
        return wait ? figure.waitMicros() : figure.idlePercent();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
