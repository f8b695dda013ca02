package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Routes beside DPDK's. */
record RouteRows(String family, TableClock clock, List<RouteFigures> ours, List<RoutePeer> peers) {

    /** IPv4: adding its routes keeps the peer busy for minutes, so it does it once. */
    static List<BenchRow> ipv4(TableClock clock, int batches) throws IOException {
        RoutePeer peer = RoutePeer.ipv4(clock.cpu());
        RouteLoad load = clock.pinned(() -> new RouteLoad(peer.routesOfLength(), batches));
        return new RouteRows("IPv4", clock, clock.rounds(load::run), List.of(peer)).all();
    }

    /** IPv6. */
    static List<BenchRow> ipv6(TableClock clock, int repeats, int peerRounds) throws IOException {
        List<RouteFigures> ours = new ArrayList<>();
        List<RoutePeer> peers = new ArrayList<>();
        for (int round = 0; round < peerRounds; round++) {
            RoutePeer peer = RoutePeer.ipv6(clock.cpu());
            peers.add(peer);
            Route6Load load = new Route6Load(peer.routesOfLength(), repeats);
            ours.addAll(clock.rounds(load::run));
        }
        return new RouteRows("IPv6", clock, ours, peers).all();
    }

    private List<BenchRow> all() {
        return List.of(
                row("lookup", RouteFigures::single, RoutePeer::single),
                row("lookup in bulk", RouteFigures::bulk, RoutePeer::bulk),
                row("add", RouteFigures::add, RoutePeer::add));
    }

    private BenchRow row(
            String operation,
            ToDoubleFunction<RouteFigures> oursNanos,
            ToDoubleFunction<RoutePeer> peersCycles) {
        return clock.row(
                family + " routes, " + operation,
                ours,
                oursNanos,
                peers,
                peersCycles,
                "DPDK dpdk-test");
    }
}
