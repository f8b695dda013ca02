package dev.ringroad.bench.pools;

import static java.util.Objects.requireNonNull;

import dev.ringroad.bench.dpdk.DpdkOutput;
import dev.ringroad.bench.dpdk.DpdkTest;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What DPDK's own {@code mempool_perf_autotest} says, as time-stamp cycles for an object that is
 * got and put.
 *
 * <p>The test takes five seconds for each of some seven hundred lines, by the time-stamp counter,
 * whose rate DPDK finds out by the system's clock. With libfaketime that clock runs ahead, DPDK
 * takes the counter to be slower than it is, and its five seconds are over sooner. Cycles come out
 * right nevertheless: they are the rate it believes in divided by the objects a second it counts,
 * and both are wrong by the same factor.
 */
final class DpdkPoolTest {
    private static final int FASTER = 200;
    private static final double GIGA = 1e9;
    private static final double CYCLES_A_NANO_MAX = 0.2;
    private static final Pattern PART = Pattern.compile("start performance test.*\\((.*)\\)");
    private static final Pattern FIGURE =
            Pattern.compile(
                    ".*cores=(\\d+) n_get_bulk=(\\d+) n_put_bulk=(\\d+) n_keep=(\\d+)"
                            + " constant_n=0 rate_persec=(\\d+)");

    private final Map<String, Double> cycles = new HashMap<>();
    private String part = "";
    private double cyclesANano;

    /** Reads what the test prints. */
    DpdkPoolTest() {}

    /** What is missing to run the peer here, in a sentence; null when nothing is. */
    static @Nullable String missing() {
        String program = DpdkTest.missing();
        if (program != null) {
            return program;
        }
        return fakeTime().isPresent()
                ? null
                : "libfaketime is not installed, without which the test takes an hour; Debian has"
                        + " it in the package faketime";
    }

    private static Optional<Path> fakeTime() {
        try (Stream<Path> folders = Files.list(Path.of("/usr/lib"))) {
            return folders.map(folder -> folder.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isReadable)
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /**
     * Runs the test on these processors.
     *
     * @throws IOException if it does not print the figures; the message has what it said
     */
    static DpdkPoolTest run(int firstCpu, int secondCpu) throws IOException {
        DpdkPoolTest test = new DpdkPoolTest();
        // What is left then repeats the rows for two cores as those for all.
        DpdkTest.of("mempool_perf_autotest", firstCpu, secondCpu)
                .withVariable("LD_PRELOAD", fakeTime().orElseThrow().toString())
                .withVariable("FAKETIME", "+0 x" + FASTER)
                .run(line -> !test.read(line));
        if (test.cyclesANano > CYCLES_A_NANO_MAX) {
            throw new IOException(
                    "the processor itself tells DPDK the rate of its counter, so its test of pools"
                            + " would take an hour");
        }
        return test;
    }

    /** Takes a line; false when all that is of interest has been said, or it will take too long. */
    boolean read(String line) {
        Matcher title = PART.matcher(line);
        Matcher figure = FIGURE.matcher(line);
        double rate = DpdkOutput.rate(line);
        if (rate > 0) {
            cyclesANano = rate;
        } else if (title.matches()) {
            part = title.group(1);
            return cyclesANano <= CYCLES_A_NANO_MAX;
        } else if (figure.matches() && figure.group(2).equals(figure.group(3))) {
            int cores = Integer.parseInt(figure.group(1));
            String key =
                    key(
                            part,
                            cores,
                            Integer.parseInt(figure.group(2)),
                            Integer.parseInt(figure.group(4)));
            cycles.put(key, cyclesANano * GIGA * cores / Long.parseLong(figure.group(5)));
        }
        return PoolCase.all().stream().anyMatch(one -> !cycles.containsKey(key(one)));
    }

    private static String key(PoolCase one) {
        return key(one.peerPart(), one.cores(), one.bulk(), one.kept());
    }

    private static String key(String part, int cores, int bulk, int kept) {
        return part + " " + cores + " " + bulk + " " + kept;
    }

    /** The peer's figure for this case, which it has when it was run. */
    double cycles(PoolCase one) {
        return requireNonNull(cycles.get(key(one)), one.words());
    }
}
