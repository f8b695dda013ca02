package dev.ringroad.bench.pools;

import dev.ringroad.bench.machine.Programs;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    private static final String PROGRAM = "dpdk-test";
    private static final int FASTER = 200;
    private static final double KILO = 1e3;
    private static final double TSC_HZ_MAX = 200e6;
    private static final Pattern RATE = Pattern.compile(".*TSC frequency is ~(\\d+) KHz.*");
    private static final Pattern PART = Pattern.compile("start performance test.*\\((.*)\\)");
    private static final Pattern FIGURE =
            Pattern.compile(
                    ".*cores=(\\d+) n_get_bulk=(\\d+) n_put_bulk=(\\d+) n_keep=(\\d+)"
                            + " constant_n=0 rate_persec=(\\d+)");

    private final Map<String, Double> cycles = new HashMap<>();
    private final List<String> log = new ArrayList<>();
    private String part = "";
    private double hertz;

    /** Reads what the test prints. */
    DpdkPoolTest() {}

    /** What is missing to run the peer here, in a sentence; null when nothing is. */
    static @Nullable String missing() {
        String program = Programs.missing(PROGRAM, "dpdk-dev");
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
        ProcessBuilder builder = command(firstCpu + "," + secondCpu, "mempool_perf_autotest");
        builder.environment().put("LD_PRELOAD", fakeTime().orElseThrow().toString());
        builder.environment().put("FAKETIME", "+0 x" + FASTER);
        DpdkPoolTest test = new DpdkPoolTest();
        test.readAll(builder);
        if (test.hertz > TSC_HZ_MAX) {
            throw new IOException(
                    "the processor itself tells "
                            + PROGRAM
                            + " the rate of its counter, so its test of pools would take an hour");
        }
        return test;
    }

    /** Time-stamp cycles in a nanosecond, as DPDK finds them with a clock that is right. */
    static double cyclesANano(int cpu) throws IOException {
        DpdkPoolTest test = new DpdkPoolTest();
        test.readAll(command(Integer.toString(cpu), "version_autotest"));
        if (test.hertz == 0) {
            throw new IOException(PROGRAM + " did not say how fast the time-stamp counter runs");
        }
        return test.hertz / 1e9;
    }

    private static ProcessBuilder command(String cpus, String test) {
        ProcessBuilder builder =
                new ProcessBuilder(
                                "stdbuf",
                                "-oL",
                                PROGRAM,
                                "--no-huge",
                                "-m",
                                "256",
                                "--no-pci",
                                "--no-shconf",
                                "--no-telemetry",
                                "--log-level=lib.eal:debug",
                                "-l",
                                cpus)
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true);
        builder.environment().put("DPDK_TEST", test);
        return builder;
    }

    private void readAll(ProcessBuilder builder) throws IOException {
        Process process = builder.start();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && read(line.strip())) {
                line = output.readLine();
            }
        } finally {
            // What is left repeats the rows for two cores as those for all.
            end(process);
        }
    }

    private static void end(Process process) throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + PROGRAM + " ends", e);
        }
    }

    /** Takes a line; false when all that is of interest has been said, or it will take too long. */
    boolean read(String line) {
        log.add(line);
        Matcher rate = RATE.matcher(line);
        Matcher title = PART.matcher(line);
        Matcher figure = FIGURE.matcher(line);
        if (rate.matches()) {
            hertz = Long.parseLong(rate.group(1)) * KILO;
        } else if (title.matches()) {
            part = title.group(1);
            return hertz <= TSC_HZ_MAX;
        } else if (figure.matches() && figure.group(2).equals(figure.group(3))) {
            int cores = Integer.parseInt(figure.group(1));
            String key =
                    key(
                            part,
                            cores,
                            Integer.parseInt(figure.group(2)),
                            Integer.parseInt(figure.group(4)));
            cycles.put(key, hertz * cores / Long.parseLong(figure.group(5)));
        }
        return PoolCase.all().stream().anyMatch(one -> !cycles.containsKey(key(one)));
    }

    private static String key(PoolCase one) {
        return key(one.peerPart(), one.cores(), one.bulk(), one.kept());
    }

    private static String key(String part, int cores, int bulk, int kept) {
        return part + " " + cores + " " + bulk + " " + kept;
    }

    /** The peer's figure for this case. */
    double cycles(PoolCase one) throws IOException {
        Double value = cycles.get(key(one));
        if (value == null) {
            throw new IOException(
                    PROGRAM
                            + " did not measure "
                            + one.words()
                            + "; it said: "
                            + String.join(
                                    "\n", log.subList(Math.max(0, log.size() - 30), log.size())));
        }
        return value;
    }
}
