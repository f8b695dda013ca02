package dev.ringroad.bench.dpdk;

import dev.ringroad.bench.BenchRow;
import dev.ringroad.bench.Better;
import dev.ringroad.bench.Median;
import dev.ringroad.bench.machine.FloorWatch;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * A row that takes ours and testpmd's with itself by turns, in million packets a second. Rounds
 * during which the processors stayed where they were count, as many as are wanted; when the machine
 * does not hold still for so long, whatever was seen.
 *
 * @param name of the row
 * @param rounds that are wanted
 * @param attempts at most
 */
public record MppsRow(String name, int rounds, int attempts) {

    /** What one side reaches. */
    @FunctionalInterface
    public interface Rate {
        /** Measures it once. */
        double mpps() throws IOException, InterruptedException;
    }

    private record Round(double ours, double peer) {}

    /**
     * Measures it.
     *
     * @param progress told a sentence after each round
     */
    public BenchRow measure(FloorWatch floor, Rate ours, Rate peer, Consumer<String> progress)
            throws IOException, InterruptedException {
        List<Round> counted =
                floor.rounds(
                        rounds,
                        attempts,
                        () -> round(floor, ours, peer),
                        (round, _) -> progress.accept(words(round, floor)));
        return BenchRow.of(
                name,
                "Mpps",
                Median.of(counted.stream().mapToDouble(Round::ours)),
                Median.of(counted.stream().mapToDouble(Round::peer)),
                "DPDK testpmd with itself",
                Better.HIGHER);
    }

    private static Round round(FloorWatch floor, Rate ours, Rate peer)
            throws IOException, InterruptedException {
        floor.begin();
        double oursMpps = ours.mpps();
        floor.look();
        double peerMpps = peer.mpps();
        floor.look();
        return new Round(oursMpps, peerMpps);
    }

    private String words(Round round, FloorWatch floor) {
        return String.format(
                Locale.ROOT,
                "%s: %.1f Mpps, testpmd %.1f Mpps, cache line %s%s",
                name,
                round.ours(),
                round.peer(),
                floor.words(),
                floor.verdict());
    }
}
