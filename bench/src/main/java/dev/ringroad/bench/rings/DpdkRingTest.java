package dev.ringroad.bench.rings;

import dev.ringroad.bench.machine.Programs;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What DPDK's own {@code ring_perf_autotest} says: time-stamp cycles, for a pair of calls on one
 * core and for an element on two. Its 8-byte elements are what it calls the legacy interface.
 */
final class DpdkRingTest {
    private static final String PROGRAM = "dpdk-test";
    private static final Pattern RATE = Pattern.compile(".*TSC frequency is ~(\\d+) (KHz|Hz).*");
    private static final Pattern PART = Pattern.compile("### Testing (.*) ###");
    private static final Pattern FIGURE =
            Pattern.compile(
                    "legacy APIs: (SP/SC|MP/MC): (single|bulk \\(size: (\\d+)\\)): ([\\d.]+)");
    private static final String ONE_CORE_SINGLE = "single element enq/deq";
    private static final String ONE_CORE_BULK = "bulk enq/deq";
    private static final String TWO_CORES = "using two physical cores";
    private static final String TWO_THREADS = "using two hyperthreads";
    private static final String NEXT_ELEMENT_SIZE = "elem APIs";
    private static final double KILO = 1e3;
    private static final double GIGA = 1e9;

    private final Map<String, Double> cycles = new HashMap<>();
    private final List<String> log = new ArrayList<>();
    private String part = "";
    private double cyclesANano;

    /** Reads what the test prints. */
    DpdkRingTest() {}

    /** What is missing to run the peer here, in a sentence; null when nothing is. */
    static @Nullable String missing() {
        return Programs.missing(PROGRAM, "dpdk-dev");
    }

    /**
     * Runs the test on these processors.
     *
     * @throws IOException if it does not print the figures; the message has what it said
     */
    static DpdkRingTest run(int firstCpu, int secondCpu) throws IOException {
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
                                firstCpu + "," + secondCpu)
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true);
        builder.environment().put("DPDK_TEST", "ring_perf_autotest");
        Process process = builder.start();
        DpdkRingTest test = new DpdkRingTest();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            String line = output.readLine();
            while (line != null && test.read(line.strip())) {
                line = output.readLine();
            }
        } finally {
            // The rest of the test is about other sizes of elements.
            end(process);
        }
        return test;
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

    /** Takes a line; false when all that is of interest has been said. */
    boolean read(String line) {
        log.add(line);
        Matcher rate = RATE.matcher(line);
        Matcher title = PART.matcher(line);
        Matcher figure = FIGURE.matcher(line);
        if (rate.matches()) {
            double number = Double.parseDouble(rate.group(1));
            cyclesANano = number * (rate.group(2).equals("KHz") ? KILO : 1) / GIGA;
        } else if (title.matches()) {
            part = title.group(1);
        } else if (figure.matches()) {
            int size = figure.group(3) == null ? 1 : Integer.parseInt(figure.group(3));
            double value = Double.parseDouble(figure.group(4));
            switch (part) {
                case ONE_CORE_SINGLE, ONE_CORE_BULK ->
                        cycles.put(key(1, figure.group(1), size), value);
                // Which of the two a virtual machine says that it has means little.
                case TWO_CORES, TWO_THREADS -> cycles.put(key(2, figure.group(1), size), value);
                default -> {
                    // Of no interest here.
                }
            }
        }
        return !line.startsWith(NEXT_ELEMENT_SIZE);
    }

    private static String key(int cores, String sides, int size) {
        return cores + " " + sides + " " + size;
    }

    /** The peer's figure for this case. */
    double cycles(RingCase ring) throws IOException {
        Double value = cycles.get(key(ring.cores(), ring.sides(), ring.size()));
        if (value == null) {
            throw new IOException(
                    PROGRAM
                            + " did not measure "
                            + ring.words()
                            + "; it said: "
                            + String.join(
                                    "\n", log.subList(Math.max(0, log.size() - 30), log.size())));
        }
        return value;
    }

    /** Time-stamp cycles in a nanosecond, by its own account. */
    double cyclesANano() throws IOException {
        if (cyclesANano == 0) {
            throw new IOException(PROGRAM + " did not say how fast the time-stamp counter runs");
        }
        return cyclesANano;
    }
}
