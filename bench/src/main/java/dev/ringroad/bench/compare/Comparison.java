package dev.ringroad.bench.compare;

import dev.ringroad.bench.machine.FloorWatch;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs every workload over two roads in turns, several rounds of it, and sums up.
 *
 * <p>Turns, because machines drift: neighbouring runs of the two roads see the same machine, and
 * are made again when the processors were moved between them. The peer runs in every placement that
 * might suit it and is quoted at the best one.
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
        PairRun pair = new PairRun(java, processors, pace);
        List<List<Setting>> groups = workloads.stream().map(this::settings).toList();
        int runs = pace.rounds() * groups.stream().mapToInt(List::size).sum();
        Turns turns = new Turns(pair::run, floor(), pace.repeats(), runs, progress);
        for (int round = 0; round < pace.rounds(); round++) {
            for (List<Setting> group : groups) {
                turns.run(group);
            }
        }
        Rows rows = new Rows(ours, peer, turns.samples());
        return new ComparisonResult(rows.rows(), rows.curves(), facts(turns.floors()));
    }

    /** Programs that are not pinned have no floor between them. */
    private @Nullable FloorWatch floor() {
        return processors.pinning()
                ? FloorWatch.between(processors.first(), processors.second())
                : null;
    }

    /** Ours, then the peer's in every placement. */
    private List<Setting> settings(Workload workload) {
        List<Setting> settings = new ArrayList<>();
        settings.add(new Setting(workload, ours, Placement.TWO_CORES));
        for (Placement placement : peerPlacements(workload)) {
            settings.add(new Setting(workload, peer, placement));
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

    private Map<String, String> facts(List<String> floors) {
        Map<String, String> facts = new LinkedHashMap<>(MachineFacts.read());
        facts.put("Placement", processors.words());
        if (!floors.isEmpty()) {
            facts.put(
                    FLOOR,
                    String.join(", ", floors)
                            + " for a cache line to go to the other processor and back, seen around each"
                            + " workload; no round trip through shared memory can take less, and more is"
                            + " seen while a hypervisor has moved the processors apart");
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
