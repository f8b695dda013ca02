package dev.ringroad.cli;

import dev.ringroad.bench.BenchJson;
import dev.ringroad.bench.compare.Comparison;
import dev.ringroad.bench.compare.ComparisonException;
import dev.ringroad.bench.compare.ComparisonResult;
import dev.ringroad.bench.compare.KernelLoopback;
import dev.ringroad.bench.compare.MemifRoad;
import dev.ringroad.bench.compare.Pace;
import dev.ringroad.bench.compare.Traffic;
import dev.ringroad.bench.compare.Workload;
import dev.ringroad.bench.report.HtmlReport;
import dev.ringroad.bench.report.Notes;
import dev.ringroad.bench.report.TextTable;
import dev.ringroad.cli.common.Installation;
import dev.ringroad.cli.common.OutputFile;
import dev.ringroad.cli.common.Refusal;
import dev.ringroad.cli.common.Subcommand;
import dev.ringroad.core.linux.FileTrouble;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Runs the same programs over the kernel and over Ringroad, and shows the figures of both. */
@Command(
        name = "compare",
        description = {
            "Measures the same Java programs over the kernel and over Ringroad.",
            "",
            "Two processes, once over the kernel's loopback and once over two user-space stacks with a memif"
                    + " between them, in turns. Needs no root, no hugepages and no network card. Takes two processor cores; leave them idle meanwhile."
        },
        footer = {
            "",
            "Examples:",
            "  ringroad compare --quick",
            "  ringroad compare --json rows.json --report report.html",
            "  ringroad compare --only tcp,stream --rounds 5"
        })
final class CompareCommand extends Subcommand {
    private static final String REPORT = "ringroad-report.html";

    @Option(names = "--quick", description = "One short round of everything: about a minute.")
    private boolean quick;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Writes the rows: name, unit, ours, peer, peer_name, better, ratio.")
    private @Nullable Path json;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            defaultValue = REPORT,
            description = "Where the page with plots goes (default: ${DEFAULT-VALUE}).")
    private Path report = Path.of(REPORT);

    @Option(
            names = "--only",
            paramLabel = "WHAT",
            split = ",",
            description = "Some of tcp, udp, stream, http (default: all).")
    private List<String> only = new ArrayList<>();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "How often everything runs; medians are shown (default: 3, quick 1).")
    private @Nullable Integer rounds;

    @Option(
            names = "--millis",
            paramLabel = "N",
            description = "The measured interval of one run (default: 1500, quick 300).")
    private @Nullable Integer millis;

    @Option(
            names = "--warm-up-millis",
            paramLabel = "N",
            description =
                    "How long to let the compilers work first (default: 4000, quick 3000; over the kernel 1000, quick 750).")
    private @Nullable Integer warmUpMillis;

    /** Used by picocli. */
    CompareCommand() {}

    @Override
    public void run() {
        OutputFile.check(report);
        if (json != null) {
            OutputFile.check(json);
        }
        List<Workload> workloads = workloads();
        Path agent = Installation.agentJar();
        try (SocketFolder folder = SocketFolder.make()) {
            MemifRoad ours = new MemifRoad(agent, folder.path());
            Comparison comparison =
                    new Comparison(
                            Installation.java(), ours, new KernelLoopback(), workloads, pace());
            show(comparison.run(new PrintedProgress(System.out)), ours, workloads);
        } catch (ComparisonException e) {
            throw Refusal.failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.failed("The comparison was interrupted.");
        } catch (IOException e) {
            throw Refusal.failed("The comparison failed: " + FileTrouble.words(e) + ".");
        }
    }

    private Pace pace() {
        Pace usual = quick ? Pace.quick() : Pace.full();
        return new Pace(
                positive(rounds, usual.rounds()),
                usual.repeats(),
                usual.warmUpRoundTrips(),
                positive(warmUpMillis, usual.warmUpMillis()),
                positive(warmUpMillis, usual.peerWarmUpMillis()),
                positive(millis, usual.millis()),
                usual.everyPlacement());
    }

    private static int positive(@Nullable Integer given, int usual) {
        if (given == null) {
            return usual;
        }
        if (given < 1) {
            throw Refusal.wrongUse("Rounds and milliseconds have to be positive numbers.");
        }
        return given;
    }

    private List<Workload> workloads() {
        List<Workload> chosen = new ArrayList<>();
        for (String word : only.isEmpty() ? List.of("tcp", "udp", "stream", "http") : only) {
            switch (word) {
                case "tcp" -> chosen.addAll(List.of(Workload.TCP_BLOCKING, Workload.TCP_SPINNING));
                case "udp" -> chosen.addAll(List.of(Workload.UDP_BLOCKING, Workload.UDP_SPINNING));
                case "stream" -> chosen.add(Workload.STREAM);
                case "http" -> chosen.add(Workload.HTTP);
                default ->
                        throw Refusal.wrongUse(
                                "--only knows tcp, udp, stream and http, not \"" + word + "\".");
            }
        }
        return chosen.stream().distinct().toList();
    }

    private void show(ComparisonResult result, MemifRoad ours, List<Workload> workloads)
            throws IOException {
        System.out.println();
        System.out.print(TextTable.of(result));
        System.out.println();
        System.out.println(
                "Ratio above 1: Ringroad is better. Device options, chosen for the traffic:");
        Arrays.stream(Traffic.values())
                .filter(
                        traffic ->
                                workloads.stream()
                                        .anyMatch(workload -> workload.traffic() == traffic))
                .forEach(
                        traffic ->
                                System.out.println(
                                        "  " + traffic.words() + ": " + ours.settings(traffic)));
        String floor = result.facts().get(Comparison.FLOOR);
        if (floor != null) {
            System.out.println(Comparison.FLOOR + ": " + floor + ".");
        }
        Notes.all().forEach(note -> System.out.println("* " + note));
        if (json != null) {
            OutputFile.write(json, BenchJson.write(result.benchRows()));
            System.out.println("Rows: " + json);
        }
        OutputFile.write(report, HtmlReport.of(result));
        System.out.println("Report: " + report);
    }

    /** A folder of our own for the sockets, gone when we are. */
    private record SocketFolder(Path path, Thread remover) implements AutoCloseable {
        static SocketFolder make() throws IOException {
            Path path = Files.createTempDirectory("ringroad-compare-");
            Thread remover = new Thread(() -> remove(path), "remove sockets");
            Runtime.getRuntime().addShutdownHook(remover);
            return new SocketFolder(path, remover);
        }

        private static void remove(Path path) {
            try (var files = Files.list(path)) {
                for (Path file : files.toList()) {
                    Files.deleteIfExists(file);
                }
                Files.deleteIfExists(path);
            } catch (IOException e) {
                // a folder in /tmp that stays behind; the system clears it
            }
        }

        @Override
        public void close() {
            Runtime.getRuntime().removeShutdownHook(remover);
            remove(path);
        }
    }
}
