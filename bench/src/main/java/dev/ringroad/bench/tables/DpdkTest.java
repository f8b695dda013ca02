package dev.ringroad.bench.tables;

import dev.ringroad.bench.machine.Programs;

import org.jspecify.annotations.Nullable;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One of the tests of {@code dpdk-test}, run until it has said what we want to know. */
final class DpdkTest {
    private static final String PROGRAM = "dpdk-test";
    private static final long HUGEPAGES_MIN = 512;
    private static final int END_SECONDS_MAX = 10;
    private static final Pattern FREE = Pattern.compile("HugePages_Free:\\s+(\\d+)");

    private DpdkTest() {}

    /** What is missing to run it here, in a sentence; null when nothing is. */
    static @Nullable String missing() {
        return Programs.missing(PROGRAM, "dpdk-dev");
    }

    /**
     * Runs a test, on hugepages if enough are free, and ends it after a line.
     *
     * @param cpu that it runs on
     * @param last whether this line is the last one of interest
     * @return all lines up to that one
     * @throws IOException if it ended without such a line; the message has its last line
     */
    static List<String> run(String test, int cpu, Predicate<String> last) throws IOException {
        List<String> command = new ArrayList<>();
        // Without a terminal it would keep its answers until it ends.
        command.addAll(List.of("stdbuf", "-oL", PROGRAM, "--no-pci", "--lcores=0@" + cpu));
        command.addAll(
                enoughHugepages() ? List.of("--in-memory") : List.of("--no-huge", "-m", "2048"));
        command.add("--file-prefix=ringroad" + ProcessHandle.current().pid());
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DPDK_TEST", test);
        Process process = builder.start();
        process.getOutputStream().close();
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            return linesUntil(test, output, last);
        } finally {
            end(process);
        }
    }

    private static List<String> linesUntil(
            String test, BufferedReader output, Predicate<String> last) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            lines.add(line);
            if (last.test(line)) {
                return lines;
            }
        }
        throw new IOException(
                "the test "
                        + test
                        + " of "
                        + PROGRAM
                        + " ended without a result: "
                        + (lines.isEmpty() ? "it said nothing" : lines.getLast()));
    }

    private static void end(Process process) {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean enoughHugepages() throws IOException {
        Matcher free = FREE.matcher(Files.readString(Path.of("/proc/meminfo")));
        return free.find() && Long.parseLong(free.group(1)) >= HUGEPAGES_MIN;
    }
}
