package dev.ringroad.bench.veth;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.bench.machine.FloorWatch;
import dev.ringroad.bench.machine.MissingRights;
import dev.ringroad.bench.machine.ProcessorPair;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;

/**
 * Frames a second of 64 bytes over a veth pair of the kernel, from one processor to another: ours
 * to ourselves, ours to testpmd and testpmd to us, beside testpmd to itself. The runs alternate,
 * and what counts is the median over the rounds during which the processors stayed in place.
 */
public final class VethBench {

    private static final double PER_MILLION = 1e3;

    /** So many times the rounds wanted are tried at most; one takes half a minute. */
    private static final int ATTEMPTS = 2;

    /** A way into the kernel, in our words and in testpmd's. */
    private enum Kind {
        AF_XDP("afxdp", "net_af_xdp,iface=%s"),
        AF_PACKET("afpacket", "eth_af_packet,iface=%s");

        private final String ours;
        private final String peers;

        Kind(String ours, String peers) {
            this.ours = ours;
            this.peers = peers;
        }
    }

    /** Million frames a second at both ends. */
    private record Rates(double sent, double received) {}

    /** What the pairings reached in one round; the sender is named first. */
    private record Round(Rates ours, Rates oursToPeer, Rates peerToOurs, Rates peers) {
        private String words() {
            return pair("ours", ours)
                    + pair(", to testpmd", oursToPeer)
                    + pair(", from testpmd", peerToOurs)
                    + pair(", testpmd", peers);
        }

        private static String pair(String name, Rates rates) {
            return String.format(
                    Locale.ROOT, "%s %.2f/%.2f Mpps", name, rates.sent(), rates.received());
        }
    }

    private final int rounds;
    private final long warmUpNanos;
    private final long measuredNanos;
    private final int senderCpu;
    private final int receiverCpu;
    private final FloorWatch floor;
    private final Consumer<String> progress;

    private VethBench(boolean quick, int senderCpu, int receiverCpu, Consumer<String> progress) {
        this.rounds = quick ? 1 : 3;
        this.warmUpNanos = TimeUnit.MILLISECONDS.toNanos(3000);
        this.measuredNanos = TimeUnit.MILLISECONDS.toNanos(quick ? 1000 : 2000);
        this.senderCpu = senderCpu;
        this.receiverCpu = receiverCpu;
        this.progress = progress;
        floor = FloorWatch.between(senderCpu, receiverCpu);
    }

    /**
     * Measures all rows.
     *
     * @param quick shorter, for a first look
     * @param progress told a sentence after each round
     * @throws IOException if testpmd, a second processor or the rights to make a cable are missing;
     *     the message says what to do
     */
    public static List<BenchRow> run(boolean quick, Consumer<String> progress) throws IOException {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new MissingRights(
                    "veth is measured between interfaces made for it, and this user may make none."
                            + " Remedy: run as root.");
        }
        String missing = TestPmd.missing();
        if (missing != null) {
            throw new IOException(missing);
        }
        ProcessorPair cpus = ProcessorPair.choose("veth is measured between");
        VethBench bench = new VethBench(quick, cpus.first(), cpus.second(), progress);
        List<BenchRow> rows = new ArrayList<>();
        try {
            for (Kind kind : Kind.values()) {
                rows.addAll(bench.rows(kind));
            }
            return rows;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
    }

    private List<BenchRow> rows(Kind kind) throws IOException, InterruptedException {
        List<Round> counted =
                floor.rounds(
                        rounds,
                        ATTEMPTS * rounds,
                        () -> round(kind),
                        (round, _) ->
                                progress.accept(
                                        kind
                                                + " sent/received: "
                                                + round.words()
                                                + floor.verdict()));
        return List.of(
                row(kind, "sent", counted, r -> r.ours().sent(), r -> r.peers().sent()),
                row(kind, "received", counted, r -> r.ours().received(), r -> r.peers().received()),
                row(
                        kind,
                        "received by testpmd",
                        counted,
                        r -> r.oursToPeer().received(),
                        r -> r.peers().received()),
                row(
                        kind,
                        "received from testpmd",
                        counted,
                        r -> r.peerToOurs().received(),
                        r -> r.peers().received()));
    }

    private static BenchRow row(
            Kind kind,
            String words,
            List<Round> rounds,
            ToDoubleFunction<Round> ours,
            ToDoubleFunction<Round> peers) {
        return BenchRow.of(
                kind + " 64 B over veth, " + words,
                "Mpps",
                Median.of(rounds.stream().mapToDouble(ours)),
                Median.of(rounds.stream().mapToDouble(peers)),
                "DPDK testpmd with itself",
                Better.HIGHER);
    }

    private Round round(Kind kind) throws IOException, InterruptedException {
        floor.begin();
        Rates ours = rates(kind, true, true);
        Rates peers = rates(kind, false, false);
        floor.look();
        Round round = new Round(ours, rates(kind, true, false), rates(kind, false, true), peers);
        floor.look();
        return round;
    }

    /** Over a new cable, as what one program leaves at an interface may help or hinder the next. */
    private Rates rates(Kind kind, boolean weSend, boolean weReceive) throws IOException {
        try (Cable cable = Cable.make();
                End receiver = start(cable, kind, Cable.Side.RIGHT, weReceive, receiverCpu);
                End sender = start(cable, kind, Cable.Side.LEFT, weSend, senderCpu)) {
            pause(warmUpNanos);
            long sentBefore = sender.count();
            long receivedBefore = receiver.count();
            long begin = System.nanoTime();
            pause(measuredNanos);
            double perMillion = PER_MILLION / (System.nanoTime() - begin);
            return new Rates(
                    (sender.count() - sentBefore) * perMillion,
                    (receiver.count() - receivedBefore) * perMillion);
        }
    }

    private static End start(Cable cable, Kind kind, Cable.Side side, boolean ours, int cpu)
            throws IOException {
        boolean sends = side == Cable.Side.LEFT;
        if (ours) {
            return End.Ours.start(cable.spec(kind.ours, side), sends, cpu);
        }
        String device = String.format(Locale.ROOT, kind.peers, side.word());
        return End.Peers.start(cable.starter(side), device, sends, cpu);
    }

    private static void pause(long nanos) throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while measuring", e);
        }
    }
}
