package dev.ringroad.bench.rings;

import dev.ringroad.bench.dpdk.DpdkOutput;
import dev.ringroad.bench.dpdk.DpdkTest;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What DPDK's own {@code ring_perf_autotest} says: time-stamp cycles, for a pair of calls on one
 * core and for an element on two. Its 8-byte elements are what it calls the legacy interface.
 */
final class DpdkRingTest {
    private static final Pattern PART = Pattern.compile("### Testing (.*) ###");
    private static final Pattern FIGURE =
            Pattern.compile(
                    "legacy APIs: (SP/SC|MP/MC): (single|bulk \\(size: (\\d+)\\)): ([\\d.]+)");
    private static final String ONE_CORE_SINGLE = "single element enq/deq";
    private static final String ONE_CORE_BULK = "bulk enq/deq";
    private static final String TWO_CORES = "using two physical cores";
    private static final String TWO_THREADS = "using two hyperthreads";
    private static final String NEXT_ELEMENT_SIZE = "elem APIs";

    private final Map<String, Double> cycles = new HashMap<>();
    private final DpdkOutput output;
    private String part = "";

    /** Reads what the test said. */
    DpdkRingTest(DpdkOutput output) {
        this.output = output;
        output.lines().forEach(this::read);
    }

    /**
     * Runs the test on these processors, but for the part about other sizes of elements.
     *
     * @throws IOException if it does not get that far; the message has what it said
     */
    static DpdkRingTest run(int firstCpu, int secondCpu) throws IOException {
        return new DpdkRingTest(
                DpdkTest.of("ring_perf_autotest", firstCpu, secondCpu)
                        .run(line -> line.startsWith(NEXT_ELEMENT_SIZE)));
    }

    private void read(String line) {
        Matcher title = PART.matcher(line);
        Matcher figure = FIGURE.matcher(line);
        if (title.matches()) {
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
    }

    private static String key(int cores, String sides, int size) {
        return cores + " " + sides + " " + size;
    }

    /** The peer's figure for this case. */
    double cycles(RingCase ring) throws IOException {
        Double value = cycles.get(key(ring.cores(), ring.sides(), ring.size()));
        if (value == null) {
            throw output.lacks(ring.words());
        }
        return value;
    }

    /** Time-stamp cycles in a nanosecond, by its own account. */
    double cyclesANano() throws IOException {
        return output.cyclesANano();
    }
}
