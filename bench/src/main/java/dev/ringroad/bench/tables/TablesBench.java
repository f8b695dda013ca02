package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.dpdk.DpdkTest;
import dev.ringroad.core.linux.Affinity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Cycles an operation of the tables, beside {@code dpdk-test} with tables of like contents: {@code
 * lpm_perf_autotest} and {@code hash_perf_autotest}. Either runs on the same processor, one after
 * the other.
 *
 * <p>Cycles are those of the time stamp counter, as the peer counts them.
 */
public final class TablesBench {
    private static final String PEER = "DPDK dpdk-test";
    private static final int WARM_UP_ROUNDS = 3;
    private static final int ROUNDS = 3;

    private final int batches;
    private final int peerRounds;
    private final int cpu;
    private final double cyclesANano;
    private final Consumer<String> progress;

    private TablesBench(boolean quick, int cpu, Consumer<String> progress) throws IOException {
        batches = quick ? 128 : 1024;
        peerRounds = quick ? 1 : ROUNDS;
        this.cpu = cpu;
        this.progress = progress;
        cyclesANano = DpdkTest.cyclesANano(cpu);
    }

    /**
     * Measures all rows.
     *
     * @param quick shorter, for a first look; but the peer's routes take it minutes all the same
     * @param progress told a sentence from time to time
     * @throws IOException if dpdk-test is missing or gives no figures; the message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        String missing = DpdkTest.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        BitSet cpus = Affinity.allowedCpus();
        TablesBench bench = new TablesBench(quick, cpus.length() - 1, progress);
        List<BenchRow> rows = new ArrayList<>(bench.flows());
        rows.addAll(bench.routes());
        return rows;
    }

    private List<BenchRow> flows() throws IOException {
        List<FlowLoad.Figures> ours = new ArrayList<>();
        List<FlowPeer> peers = new ArrayList<>();
        FlowLoad load = new FlowLoad();
        for (int round = 0; round < peerRounds; round++) {
            ours.addAll(pinned(() -> rounds(load)));
            peers.add(FlowPeer.run(cpu));
            progress.accept(
                    String.format(
                            Locale.ROOT,
                            "flow hash: lookup %.0f cycles, in bulk %.0f; %s",
                            ours.getLast().single() * cyclesANano,
                            ours.getLast().bulk() * cyclesANano,
                            peers.getLast()));
        }
        String name = "flow hash, 16-byte keys, ";
        return List.of(
                row(
                        name + "lookup",
                        median(ours, FlowLoad.Figures::single),
                        median(peers, FlowPeer::single)),
                row(
                        name + "lookup in bulk",
                        median(ours, FlowLoad.Figures::bulk),
                        median(peers, FlowPeer::bulk)),
                row(
                        name + "add",
                        median(ours, FlowLoad.Figures::add),
                        median(peers, FlowPeer::add)),
                row(
                        name + "delete",
                        median(ours, FlowLoad.Figures::delete),
                        median(peers, FlowPeer::delete)));
    }

    private static List<FlowLoad.Figures> rounds(FlowLoad load) {
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            load.run();
        }
        List<FlowLoad.Figures> figures = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            figures.add(load.run());
        }
        return figures;
    }

    private List<BenchRow> routes() throws IOException {
        progress.accept("dpdk-test adds a million routes, which takes it a few minutes");
        RoutePeer peer = RoutePeer.run(cpu);
        List<RouteFigures> ours = pinned(() -> routeRounds(peer.routesOfLength()));
        return List.of(
                row("IPv4 routes, lookup", median(ours, RouteFigures::single), peer.single()),
                row("IPv4 routes, lookup in bulk", median(ours, RouteFigures::bulk), peer.bulk()),
                row("IPv4 routes, add", median(ours, RouteFigures::add), peer.add()));
    }

    /** Nanoseconds an operation. */
    private record RouteFigures(double add, double single, double bulk) {}

    private List<RouteFigures> routeRounds(int[] routesOfLength) {
        RouteLoad load = new RouteLoad(routesOfLength);
        for (int i = 0; i < WARM_UP_ROUNDS; i++) {
            load.single(batches);
            load.bulk(batches);
        }
        List<RouteFigures> figures = new ArrayList<>();
        for (int i = 0; i < ROUNDS; i++) {
            figures.add(
                    new RouteFigures(load.addNanos(), load.single(batches), load.bulk(batches)));
        }
        return figures;
    }

    private BenchRow row(String name, double oursNanos, double peerCycles) {
        return BenchRow.of(name, "cycles", oursNanos * cyclesANano, peerCycles, PEER, Better.LOWER);
    }

    private static <T> double median(List<T> figures, ToDoubleFunction<T> figure) {
        double[] sorted = figures.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    /** On the processor that the peer has, too, in a thread that runs nothing else. */
    private <T> T pinned(Callable<T> work) throws IOException {
        FutureTask<T> task =
                new FutureTask<>(
                        () -> {
                            Affinity.pinCurrentThread(cpu);
                            return work.call();
                        });
        Thread.ofPlatform().daemon().name("tables").start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IOException("the measurement failed: " + e.getCause(), e);
        }
    }
}
