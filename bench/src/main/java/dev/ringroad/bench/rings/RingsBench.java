package dev.ringroad.bench.rings;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.dpdk.DpdkTest;
import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Rings beside DPDK's rte_ring, in time-stamp cycles: ours are nanoseconds times the rate that the
 * peer reports. Our rounds and the peer's alternate; what counts is the median over the rounds
 * during which the processors stayed in place.
 */
public final class RingsBench {
    private static final int ATTEMPTS = 3;
    private static final int WARM_UPS = 4;
    private static final int COMPILER_REST_MILLIS = 500;
    private static final int CHUNKS_ON_ONE = 16;
    private static final int CHUNKS_ON_TWO = 256;

    private final int rounds;
    private final int firstCpu;
    private final int secondCpu;
    private final RingClock clock;
    private final FloorWatch floor;
    private final Consumer<String> progress;

    /** All figures of a round, in cycles. */
    private record Round(Map<RingCase, Double> ours, Map<RingCase, Double> peers) {}

    private RingsBench(boolean quick, int firstCpu, int secondCpu, Consumer<String> progress) {
        this.rounds = quick ? 1 : 5;
        this.firstCpu = firstCpu;
        this.secondCpu = secondCpu;
        this.progress = progress;
        clock = new RingClock(firstCpu, secondCpu);
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
        warmUp();
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
                            median(counted.stream().map(round -> round.ours().get(ring)).toList()),
                            median(counted.stream().map(round -> round.peers().get(ring)).toList()),
                            "DPDK ring_perf_autotest",
                            Better.LOWER));
        }
        return rows;
    }

    /**
     * Lets all be compiled, in all the ways in which it is called. What a mode meets for the first
     * time takes the compiled code of the others with it, so one pass is not enough.
     */
    private void warmUp() throws InterruptedException {
        for (int i = 0; i < WARM_UPS; i++) {
            ours(1);
            TimeUnit.MILLISECONDS.sleep(COMPILER_REST_MILLIS);
        }
    }

    private Round round() throws IOException, InterruptedException {
        floor.begin();
        DpdkRingTest peer = DpdkRingTest.run(firstCpu, secondCpu);
        floor.look();
        Map<RingCase, Double> ours = ours(peer.cyclesANano());
        floor.look();
        Map<RingCase, Double> peers = new HashMap<>();
        for (RingCase ring : RingCase.all()) {
            peers.put(ring, peer.cycles(ring));
        }
        return new Round(ours, peers);
    }

    private Map<RingCase, Double> ours(double cyclesANano) throws InterruptedException {
        Map<RingCase, Double> cycles = new HashMap<>();
        for (RingCase ring : RingCase.all()) {
            double nanos =
                    ring.cores() == 1
                            ? clock.callNanos(ring.load(), ring.size(), CHUNKS_ON_ONE)
                            : clock.elementNanos(ring.load(), ring.size(), CHUNKS_ON_TWO);
            cycles.put(ring, nanos * cyclesANano);
        }
        return cycles;
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
