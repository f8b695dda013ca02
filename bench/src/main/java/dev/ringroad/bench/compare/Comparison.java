package dev.ringroad.bench.compare;

import dev.ringroad.workloads.ResultLine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Runs every workload over two roads in turns, several rounds of it, and sums up.
 *
 * <p>Turns, because machines drift: neighbouring runs of the two roads see the same machine. The
 * peer runs in every placement that might suit it and is quoted at the best one.
 */
public final class Comparison {
    /** The fact that says how long a cache line takes between the two processors. */
    public static final String FLOOR = "A cache line there and back";

    private final Path java;
    private final Road ours;
    private final Road peer;
    private final List<Workload> workloads;
    private final Pace pace;
    private final Processors processors;

    /**
     * A comparison that starts its programs with this {@code java}.
     *
     * @param java the launcher's path
     */
    public Comparison(Path java, Road ours, Road peer, List<Workload> workloads, Pace pace) {
        this.java = java;
        this.ours = ours;
        this.peer = peer;
        this.workloads = List.copyOf(workloads);
        this.pace = pace;
        processors = Processors.choose();
    }

    /**
     * Runs everything; blocks for as long as that takes.
     *
     * @throws ComparisonException when a program fails or hangs
     * @throws InterruptedException when the thread is interrupted; no program is left running
     */
    public ComparisonResult run(Progress progress)
            throws ComparisonException, InterruptedException {
        List<Setting> settings = settings();
        Map<Setting, Samples> samples = new LinkedHashMap<>();
        PairRun pair = new PairRun(java, processors, pace);
        int number = 0;
        List<Long> floors = new ArrayList<>();
        for (int round = 0; round < pace.rounds(); round++) {
            measureFloor(pair, floors);
            for (Setting setting : settings) {
                progress.begins(++number, settings.size() * pace.rounds(), setting.words());
                List<ResultLine> lines = pair.run(setting);
                Samples ofSetting = samples.computeIfAbsent(setting, key -> new Samples());
                ofSetting.take(lines);
                progress.ended(figure(setting.workload(), ofSetting));
            }
        }
        measureFloor(pair, floors);
        Rows rows = new Rows(ours, peer, samples);
        return new ComparisonResult(rows.rows(), rows.curves(), facts(floors));
    }

    private void measureFloor(PairRun pair, List<Long> floors)
            throws ComparisonException, InterruptedException {
        if (processors.pinning()) {
            floors.add(pair.floorNanos());
        }
    }

    /** Ours and the peer's in turns, workload by workload. */
    List<Setting> settings() {
        List<Setting> settings = new ArrayList<>();
        for (Workload workload : workloads) {
            settings.add(new Setting(workload, ours, Placement.TWO_CORES));
            for (Placement placement : peerPlacements(workload)) {
                settings.add(new Setting(workload, peer, placement));
            }
        }
        return settings;
    }

    private List<Placement> peerPlacements(Workload workload) {
        if (!processors.pinning()) {
            return List.of(Placement.FREE);
        }
        return switch (workload) {
            case TCP_BLOCKING, UDP_BLOCKING -> List.of(Placement.ONE_CORE, Placement.TWO_CORES);
            case TCP_SPINNING, UDP_SPINNING -> List.of(Placement.TWO_CORES);
            case STREAM -> List.of(Placement.FREE, Placement.TWO_CORES);
            case HTTP ->
                    pace.everyPlacement()
                            ? List.of(Placement.FREE, Placement.TWO_CORES)
                            : List.of(Placement.FREE);
        };
    }

    private static String figure(Workload workload, Samples samples) {
        return switch (workload.traffic()) {
            case ROUND_TRIPS ->
                    String.format(
                            Locale.ROOT,
                            "64 B p50 %.2f us",
                            samples.values(Samples.latency(Workload.SIZES.getFirst(), 50))
                                    .getLast());
            case STREAM ->
                    String.format(
                            Locale.ROOT, "%.1f Gbit/s", samples.values(Samples.GBITS).getLast());
            case REQUESTS ->
                    String.format(
                            Locale.ROOT,
                            "%.0f requests/s",
                            samples.values(Samples.REQUESTS).getLast());
        };
    }

    private Map<String, String> facts(List<Long> floors) {
        Map<String, String> facts = new LinkedHashMap<>(MachineFacts.read());
        facts.put("Placement", processors.words());
        if (!floors.isEmpty()) {
            String medians =
                    floors.stream()
                            .map(nanos -> String.format(Locale.ROOT, "%.2f", nanos / 1e3))
                            .collect(Collectors.joining(", "));
            facts.put(
                    FLOOR,
                    medians
                            + " us (before and after each round): the floor under every round trip,"
                            + " which rises when a hypervisor moves the processors apart");
        }
        facts.put("JVM options of all programs", String.join(" ", PairRun.JVM_OPTIONS));
        facts.put(
                "Rounds",
                pace.rounds()
                        + ", each with at least "
                        + pace.warmUpMillis()
                        + " ms of warm-up ("
                        + pace.peerWarmUpMillis()
                        + " ms where the kernel has the protocols) and "
                        + pace.millis()
                        + " ms measured; medians are shown");
        for (Traffic traffic : Traffic.values()) {
            facts.put(ours.name() + ", " + traffic.words(), ours.settings(traffic));
        }
        facts.put(peer.name(), peer.settings(Traffic.ROUND_TRIPS));
        return facts;
    }
}
