package dev.ringroad.bench.collectors;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.machine.OwnJvm;
import dev.ringroad.bench.machine.ProcessorPair;
import dev.ringroad.bench.veth.Cable;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Frames a second, and bytes allocated, under each collector that this JDK has: a JVM for each, one
 * after the other. There is no peer, as C has none; each row is beside the same under the Serial
 * collector, whose barriers are the cheapest.
 */
public final class CollectorsBench {

    static final String FORWARD = "forward";
    static final String VETH = "veth";

    private static final String BASE = "Serial";
    private static final String PEER = "no peer: the same under the Serial collector";
    private static final int PATIENCE_SECONDS = 60;

    /** Names for the table and for the JVM. */
    private static final Map<String, String> COLLECTORS = collectors();

    /** What was measured once. */
    record Figure(double mpps, long bytes) {}

    private final long warmUpMillis;
    private final long measuredMillis;
    private final ProcessorPair cpus;
    private final Consumer<String> progress;

    private CollectorsBench(boolean quick, ProcessorPair cpus, Consumer<String> progress) {
        this.warmUpMillis = quick ? 1500 : 3000;
        this.measuredMillis = quick ? 1000 : 2000;
        this.cpus = cpus;
        this.progress = progress;
    }

    private static Map<String, String> collectors() {
        Map<String, String> flags = new LinkedHashMap<>();
        flags.put(BASE, "-XX:+UseSerialGC");
        flags.put("Parallel", "-XX:+UseParallelGC");
        flags.put("G1", "-XX:+UseG1GC");
        flags.put("ZGC", "-XX:+UseZGC");
        flags.put("Shenandoah", "-XX:+UseShenandoahGC");
        return flags;
    }

    /**
     * Measures all rows; those of a collector that this JDK does not have are left out, and those
     * over a cable without the rights to make one.
     *
     * @param quick shorter, for a first look
     * @param progress told a sentence after each collector
     * @throws IOException if a second processor is missing or a JVM fails; the message says why
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        ProcessorPair cpus = ProcessorPair.choose("collectors are measured on");
        CollectorsBench bench = new CollectorsBench(quick, cpus, progress);
        if (!"root".equals(System.getProperty("user.name"))) {
            progress.accept("AF_PACKET over a cable of the kernel is left out: it needs root");
            return bench.rows(null);
        }
        try (Cable cable = Cable.make()) {
            return bench.rows(cable);
        }
    }

    private List<BenchRow> rows(@Nullable Cable cable) throws IOException {
        Map<String, Map<String, Figure>> figures = new LinkedHashMap<>();
        for (Map.Entry<String, String> collector : COLLECTORS.entrySet()) {
            String name = collector.getKey();
            if (run(List.of(OwnJvm.java(), collector.getValue(), "-version")).exit() != 0) {
                progress.accept(name + " is left out: this JDK does not have it");
                continue;
            }
            Map<String, Figure> found = measure(collector.getValue(), cable);
            figures.put(name, found);
            found.forEach(
                    (what, figure) ->
                            progress.accept(
                                    String.format(
                                            Locale.ROOT,
                                            "%s, %s: %.2f Mpps, %d B allocated",
                                            name,
                                            words(what),
                                            figure.mpps(),
                                            figure.bytes())));
        }
        List<BenchRow> rows = new ArrayList<>();
        figures.forEach((name, found) -> rows.addAll(rows(name, found, figures.get(BASE))));
        return rows;
    }

    private static List<BenchRow> rows(
            String collector, Map<String, Figure> found, @Nullable Map<String, Figure> base) {
        List<BenchRow> rows = new ArrayList<>();
        found.forEach(
                (what, ours) -> {
                    Figure serial = base == null ? ours : base.getOrDefault(what, ours);
                    String name = words(what) + ", " + collector;
                    rows.add(
                            BenchRow.of(
                                    name, "Mpps", ours.mpps(), serial.mpps(), PEER, Better.HIGHER));
                    rows.add(
                            BenchRow.of(
                                    name + ", allocated",
                                    "B",
                                    ours.bytes(),
                                    serial.bytes(),
                                    PEER,
                                    Better.LOWER));
                });
        return rows;
    }

    private static String words(String what) {
        return what.equals(FORWARD) ? "io forward between null ports" : "AF_PACKET over veth";
    }

    private Map<String, Figure> measure(String flag, @Nullable Cable cable) throws IOException {
        List<String> command = OwnJvm.command(List.of(flag, "-Xmx512m"), CollectorLoad.class);
        command.add(Long.toString(warmUpMillis));
        command.add(Long.toString(measuredMillis));
        command.add(Integer.toString(cpus.second()));
        command.add(Integer.toString(cpus.first()));
        if (cable != null) {
            command.add(cable.spec("afpacket", Cable.Side.LEFT));
            command.add(cable.spec("afpacket", Cable.Side.RIGHT));
        }
        Ended ended = run(command);
        if (ended.exit() != 0) {
            throw new IOException("a JVM with " + flag + " failed: " + ended.said().strip());
        }
        return figures(ended.said());
    }

    /** What {@link CollectorLoad} said, among what else a JVM may say. */
    static Map<String, Figure> figures(String said) {
        Map<String, Figure> figures = new LinkedHashMap<>();
        for (String line : said.split("\n", -1)) {
            String[] words = line.strip().split(" ", -1);
            if (words.length == 3 && (words[0].equals(FORWARD) || words[0].equals(VETH))) {
                figures.put(
                        words[0],
                        new Figure(Double.parseDouble(words[1]), Long.parseLong(words[2])));
            }
        }
        return figures;
    }

    /** How a program ended and what it said. */
    private record Ended(int exit, String said) {}

    private static Ended run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("a JVM did not end: " + String.join(" ", command));
            }
            return new Ended(process.exitValue(), said);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        } finally {
            process.destroyForcibly();
        }
    }
}
