package dev.ringroad.bench.rings;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.dpdk.DpdkTest;
import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Rings beside DPDK's rte_ring, in time-stamp cycles: ours are nanoseconds times the rate that the
 * peer reports. Each kind of ring has a JVM of its own. Our rounds and the peer's alternate; what
 * counts is the median over the rounds during which the processors stayed in place.
 */
public final class RingsBench {
    private static final int ATTEMPTS = 3;

    private final int rounds;
    private final int firstCpu;
    private final int secondCpu;
    private final FloorWatch floor;
    private final Consumer<String> progress;

    /** All figures of a round, in cycles. */
    private record Round(Map<RingCase, Double> ours, Map<RingCase, Double> peers) {}

    private RingsBench(boolean quick, int firstCpu, int secondCpu, Consumer<String> progress) {
        this.rounds = quick ? 1 : 5;
        this.firstCpu = firstCpu;
        this.secondCpu = secondCpu;
        this.progress = progress;
        floor = FloorWatch.between(firstCpu, secondCpu);
    }

    /**
     * Measures all rows.
     *
     * @param quick one round
     * @param progress told a sentence after each round
     * @throws IOException if dpdk-test is missing, or there are fewer than two processors; the
     *     message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        String missing = DpdkTest.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        ProcessorPair cpus = ProcessorPair.choose("Rings are measured between");
        try {
            return new RingsBench(quick, cpus.first(), cpus.second(), progress).rows();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
    }

    private List<BenchRow> rows() throws IOException, InterruptedException {
        List<Round> counted =
                floor.rounds(
                        rounds,
                        ATTEMPTS * rounds,
                        () -> round(),
                        (round, number) ->
                                progress.accept(
                                        String.format(
                                                Locale.ROOT,
                                                "rings, round %d: cache line %s%s",
                                                number,
                                                floor.words(),
                                                floor.verdict())));
        List<BenchRow> rows = new ArrayList<>();
        for (RingCase ring : RingCase.all()) {
            rows.add(
                    BenchRow.of(
                            ring.words(),
                            ring.unit(),
                            Median.of(
                                    counted.stream().mapToDouble(round -> round.ours().get(ring))),
                            Median.of(
                                    counted.stream().mapToDouble(round -> round.peers().get(ring))),
                            "DPDK ring_perf_autotest",
                            Better.LOWER));
        }
        return rows;
    }

    private Round round() throws IOException, InterruptedException {
        floor.begin();
        DpdkRingTest peer = DpdkRingTest.run(firstCpu, secondCpu);
        floor.look();
        Map<RingCase, Double> ours = ours(peer.cyclesANano());
        Map<RingCase, Double> peers = new HashMap<>();
        for (RingCase ring : RingCase.all()) {
            peers.put(ring, peer.cycles(ring));
        }
        return new Round(ours, peers);
    }

    private Map<RingCase, Double> ours(double cyclesANano)
            throws IOException, InterruptedException {
        Map<RingCase, Double> cycles = new HashMap<>();
        RingProgram.runAll(firstCpu, secondCpu, floor)
                .forEach((ring, nanos) -> cycles.put(ring, nanos * cyclesANano));
        return cycles;
    }
}
