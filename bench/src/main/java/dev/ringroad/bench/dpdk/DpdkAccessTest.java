package dev.ringroad.bench.dpdk;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * {@code dpdk-test-acl}: compiles the rules of a file and classifies the packets of another, again
 * and again.
 *
 * <p>A rule is a line {@code @1.2.0.0/16 0.0.0.0/0 0 : 65535 80 : 80 0x06/0xFF}, the first one that
 * agrees wins. A packet is a line with both addresses, both ports and the protocol in decimal.
 *
 * @param rules the file of rules
 * @param packets the file of packets
 * @param iterations how many times all packets are classified
 * @param saysResults whether it says for each packet which rule agreed, and when
 */
public record DpdkAccessTest(Path rules, Path packets, int iterations, boolean saysResults) {
    private static final String PROGRAM = "dpdk-test-acl";
    private static final int MEGABYTES = 512;
    private static final int LINES_MAX = 1 << 16;
    private static final int SILENT_SECONDS_MAX = 120;

    /** What is missing to run it here, in a sentence; null when nothing is. */
    public static @Nullable String missing() {
        return DpdkProcess.missing(PROGRAM);
    }

    /**
     * Runs it, and ends it after a line.
     *
     * @param cpu that it runs on
     * @param last whether this line is the last one of interest
     * @return all lines up to that one
     * @throws IOException if it ended without such a line; the message has what it said
     */
    public DpdkOutput run(int cpu, Predicate<String> last) throws IOException {
        List<String> command = DpdkProcess.command(PROGRAM, MEGABYTES, List.of(cpu));
        command.add("--");
        command.addAll(List.of("--rulesf=" + rules, "--tracef=" + packets));
        command.addAll(List.of("--rulenum=" + LINES_MAX, "--tracenum=" + LINES_MAX));
        command.addAll(List.of("--iter=" + iterations, "--verbose=" + (saysResults ? 2 : 0)));
        try (DpdkProcess process = DpdkProcess.start(PROGRAM, command, Map.of())) {
            process.endInput();
            return new DpdkOutput(PROGRAM, process.linesUntil(last, SILENT_SECONDS_MAX));
        }
    }
}
