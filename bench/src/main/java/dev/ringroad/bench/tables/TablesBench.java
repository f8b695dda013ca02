package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.dpdk.DpdkTest;
import dev.ringroad.core.linux.Affinity;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Cycles an operation of the tables, beside DPDK's own tests with tables of like contents. Either
 * runs on the same processor, one after the other.
 *
 * <p>Cycles are those of the time stamp counter, as the peer counts them.
 */
public final class TablesBench {
    private static final int PEER_ROUNDS = 3;

    private TablesBench() {}

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
        TableClock clock = TableClock.of(Affinity.allowedCpus().length() - 1);
        int peerRounds = quick ? 1 : PEER_ROUNDS;
        List<BenchRow> rows = new ArrayList<>();
        progress.accept("flow hash");
        rows.addAll(FlowRows.measure(clock, peerRounds));
        progress.accept("access list");
        rows.addAll(AccessRows.measure(clock, peerRounds));
        progress.accept("IPv6 routes");
        rows.addAll(RouteRows.ipv6(clock, quick ? 20 : 100, peerRounds));
        progress.accept("RSS hash");
        rows.addAll(HashRows.measure(clock));
        progress.accept("IPv4 routes: dpdk-test adds a million, which takes it a few minutes");
        rows.addAll(RouteRows.ipv4(clock, quick ? 128 : 1024));
        return rows;
    }
}
