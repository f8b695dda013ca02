package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;

import java.io.IOException;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The RSS hash in software beside DPDK's. */
record HashRows(TableClock clock, List<HashFigures> ours, List<HashFigures> peers) {

    static List<BenchRow> measure(TableClock clock) throws IOException {
        HashLoad load = new HashLoad();
        HashRows taken =
                new HashRows(clock, clock.rounds(load::run), List.of(HashPeer.run(clock.cpu())));
        return List.of(
                taken.row("IPv4 addresses", HashFigures::ipv4),
                taken.row("IPv4 addresses and ports", HashFigures::ipv4AndPorts),
                taken.row("IPv6 addresses", HashFigures::ipv6),
                taken.row("IPv6 addresses and ports", HashFigures::ipv6AndPorts));
    }

    private BenchRow row(String input, ToDoubleFunction<HashFigures> figure) {
        return clock.row(
                "RSS hash of " + input, ours, figure, peers, figure, "DPDK rte_softrss_be");
    }
}
