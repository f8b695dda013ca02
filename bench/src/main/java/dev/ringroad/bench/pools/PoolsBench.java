package dev.ringroad.bench.pools;

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
 * Packet pools beside DPDK's rte_mempool, in time-stamp cycles for an object there and back. The
 * peer moves pointers to bare memory, and so do our raw calls. In the other rows packets come ready
 * to be filled and are looked at when they go, so what DPDK does in {@code rte_pktmbuf_alloc} and
 * {@code rte_pktmbuf_free} on top of its mempool is in our figures and not in the peer's. Each way
 * of calling a pool has a JVM of its own.
 */
public final class PoolsBench {
    private static final int ATTEMPTS = 2;

    private final int rounds;
    private final int firstCpu;
    private final int secondCpu;
    private final FloorWatch floor;
    private final Consumer<String> progress;

    /** All figures of a round, in cycles. */
    private record Round(Map<PoolCase, Double> ours, DpdkPoolTest peer) {}

    private PoolsBench(boolean quick, int firstCpu, int secondCpu, Consumer<String> progress) {
        this.rounds = quick ? 1 : 3;
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
     * @throws IOException if dpdk-test or libfaketime is missing, or there are fewer than two
     *     processors; the message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        String missing = DpdkPoolTest.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        ProcessorPair cpus = ProcessorPair.choose("Pools are measured on");
        try {
            return new PoolsBench(quick, cpus.first(), cpus.second(), progress).rows();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
    }

    private List<BenchRow> rows() throws IOException, InterruptedException {
        double cyclesANano = DpdkTest.cyclesANano(firstCpu);
        List<Round> counted =
                floor.rounds(
                        rounds,
                        ATTEMPTS * rounds,
                        () -> round(cyclesANano),
                        (round, number) ->
                                progress.accept(
                                        String.format(
                                                Locale.ROOT,
                                                "pools, round %d: cache line %s%s",
                                                number,
                                                floor.words(),
                                                floor.verdict())));
        return rows(counted);
    }

    private static List<BenchRow> rows(List<Round> counted) {
        List<BenchRow> rows = new ArrayList<>();
        for (PoolCase one : PoolCase.all()) {
            rows.add(
                    BenchRow.of(
                            one.words(),
                            "cycles a packet",
                            Median.of(counted.stream().mapToDouble(round -> round.ours().get(one))),
                            Median.of(
                                    counted.stream()
                                            .mapToDouble(round -> round.peer().cycles(one))),
                            "DPDK mempool_perf_autotest, " + one.peerPart(),
                            Better.LOWER));
        }
        return rows;
    }

    private Round round(double cyclesANano) throws IOException, InterruptedException {
        floor.begin();
        DpdkPoolTest peer = DpdkPoolTest.run(firstCpu, secondCpu);
        floor.look();
        Map<PoolCase, Double> ours = ours(cyclesANano);
        floor.look();
        return new Round(ours, peer);
    }

    private Map<PoolCase, Double> ours(double cyclesANano) throws IOException {
        Map<PoolCase, Double> cycles = new HashMap<>();
        PoolProgram.runAll(firstCpu, secondCpu)
                .forEach((one, nanos) -> cycles.put(one, nanos * cyclesANano));
        return cycles;
    }
}
