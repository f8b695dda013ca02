package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The flow hash beside DPDK's. */
record FlowRows(TableClock clock, List<FlowLoad.Figures> ours, List<FlowPeer> peers) {

    static List<BenchRow> measure(TableClock clock, int peerRounds) throws IOException {
        FlowRows taken = new FlowRows(clock, new ArrayList<>(), new ArrayList<>());
        FlowLoad load = new FlowLoad();
        for (int round = 0; round < peerRounds; round++) {
            taken.ours.addAll(clock.rounds(load::run));
            taken.peers.add(FlowPeer.run(clock.cpu()));
        }
        return List.of(
                taken.row("lookup", FlowLoad.Figures::single, FlowPeer::single),
                taken.row("lookup in bulk", FlowLoad.Figures::bulk, FlowPeer::bulk),
                taken.row("add", FlowLoad.Figures::add, FlowPeer::add),
                taken.row("delete", FlowLoad.Figures::delete, FlowPeer::delete));
    }

    private BenchRow row(
            String operation,
            ToDoubleFunction<FlowLoad.Figures> oursNanos,
            ToDoubleFunction<FlowPeer> peersCycles) {
        return clock.row(
                "flow hash, 16-byte keys, " + operation,
                ours,
                oursNanos,
                peers,
                peersCycles,
                "DPDK dpdk-test");
    }
}
