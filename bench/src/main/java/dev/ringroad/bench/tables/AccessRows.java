package dev.ringroad.bench.tables;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.net.table.AccessList;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** An access list beside DPDK's, of the same rules and with the same packets. */
final class AccessRows {
    private static final int RULES = 1000;
    private static final int PACKETS = 4096;
    private static final int ITERATIONS = 500;

    /** As many as the peer takes at once. */
    private static final int BULK = 256;

    private final int[] packets;
    private final AccessList list;
    private final int[] actions = new int[BULK];

    private AccessRows(AccessWork work) {
        packets = work.packets();
        list = AccessList.compile(work.rules());
    }

    static List<BenchRow> measure(TableClock clock, int peerRounds) throws IOException {
        AccessWork work = new AccessWork(1, RULES, PACKETS);
        AccessRows load = new AccessRows(work);
        AccessPeer peer = new AccessPeer(work, clock.cpu());
        List<Double> ours = new ArrayList<>();
        List<Double> peers = new ArrayList<>();
        for (int round = 0; round < peerRounds; round++) {
            ours.addAll(clock.rounds(load::nanos));
            peers.add(peer.cycles(ITERATIONS));
        }
        return List.of(
                clock.row(
                        "access list, " + RULES + " rules, in bulk",
                        ours,
                        nanos -> nanos,
                        peers,
                        cycles -> cycles,
                        "DPDK dpdk-test-acl"));
    }

    /** Nanoseconds a packet. */
    private double nanos() {
        long without = 0;
        long begin = System.nanoTime();
        for (int i = 0; i < ITERATIONS; i++) {
            without += classifyAll();
        }
        long nanos = System.nanoTime() - begin;
        if (without >= (long) PACKETS * ITERATIONS) {
            throw new IllegalStateException("no packet agrees with a rule");
        }
        return nanos / ((double) PACKETS * ITERATIONS);
    }

    private int classifyAll() {
        int without = 0;
        for (int packet = 0; packet < PACKETS; packet += BULK) {
            list.classify(packets, packet * AccessList.PACKET_INTS, BULK, actions);
            for (int action : actions) {
                without += action == AccessList.NO_RULE ? 1 : 0;
            }
        }
        return without;
    }
}
