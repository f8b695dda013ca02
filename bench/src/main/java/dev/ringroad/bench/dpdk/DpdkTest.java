package dev.ringroad.bench.dpdk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * One of the tests of {@code dpdk-test}, which is run until it has said what we want to know.
 *
 * @param name of the test
 * @param cpus that it runs on, a thread each
 * @param megabytes of memory that it needs
 * @param environment what it is told beside that
 */
public record DpdkTest(
        String name, List<Integer> cpus, int megabytes, Map<String, String> environment) {
    private static final String PROGRAM = "dpdk-test";
    private static final int MEGABYTES = 256;

    /** Some tests think for minutes before they say something. */
    private static final int SILENT_SECONDS_MAX = 900;

    /** A test on these processors. */
    public static DpdkTest of(String name, Integer... cpus) {
        return new DpdkTest(name, List.of(cpus), MEGABYTES, Map.of());
    }

    /** The same with this much memory. */
    public DpdkTest withMegabytes(int wanted) {
        return new DpdkTest(name, cpus, wanted, environment);
    }

    /** The same with one more variable in its environment. */
    public DpdkTest withVariable(String variable, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(variable, value);
        return new DpdkTest(name, cpus, megabytes, Map.copyOf(more));
    }

    /** What is missing to run it here, in a sentence; null when nothing is. */
    public static @Nullable String missing() {
        return DpdkProcess.missing(PROGRAM);
    }

    /** Time-stamp cycles in a nanosecond, as DPDK finds them out. */
    public static double cyclesANano(int cpu) throws IOException {
        return of("version_autotest", cpu).run(line -> DpdkOutput.rate(line) > 0).cyclesANano();
    }

    /**
     * Runs it, and ends it after a line.
     *
     * @param last whether this line is the last one of interest
     * @return all lines up to that one
     * @throws IOException if it ended without such a line; the message has what it said
     */
    public DpdkOutput run(Predicate<String> last) throws IOException {
        List<String> command = DpdkProcess.command(PROGRAM, megabytes, cpus);
        // For the rate of the time-stamp counter.
        command.add("--log-level=lib.eal:debug");
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("DPDK_TEST", name);
        try (DpdkProcess process = DpdkProcess.start(PROGRAM, command, variables)) {
            process.endInput();
            return new DpdkOutput(name, process.linesUntil(last, SILENT_SECONDS_MAX));
        }
    }
}
