package dev.ringroad.bench.tables;

import dev.ringroad.bench.dpdk.DpdkOutput;
import dev.ringroad.bench.dpdk.DpdkTest;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code hash_perf_autotest} says about keys of 16 bytes with 8-byte data, hashed as part of
 * the operation, in either bucket, without locks: cycles an operation.
 */
record FlowPeer(double add, double single, double bulk, double delete) {
    private static final int MEGABYTES = 2048;
    private static final Pattern FIGURES =
            Pattern.compile("16\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s+(\\d+)\\s*");

    // The sections within each other, as they are headed.
    private static final List<String> SECTIONS =
            List.of(
                    "Without locks in the code",
                    "ELEMENTS IN PRIMARY OR SECONDARY LOCATION",
                    "Operations with 8-byte data",
                    "Without pre-computed hash values");

    static FlowPeer run(int cpu) throws IOException {
        Sections sections = new Sections();
        return parse(
                DpdkTest.of("hash_perf_autotest", cpu)
                        .withMegabytes(MEGABYTES)
                        .run(sections::isOurs));
    }

    /** Reads its output. */
    static FlowPeer parse(DpdkOutput output) throws IOException {
        Sections sections = new Sections();
        for (String line : output.lines()) {
            Matcher figures = FIGURES.matcher(line);
            if (sections.isOurs(line) && figures.matches()) {
                return new FlowPeer(
                        Double.parseDouble(figures.group(1)),
                        Double.parseDouble(figures.group(2)),
                        Double.parseDouble(figures.group(3)),
                        Double.parseDouble(figures.group(4)));
            }
        }
        throw output.lacks(String.join(", ", SECTIONS));
    }

    /** Follows the headings. */
    private static final class Sections {
        private int entered;

        /** Whether this line has the figures that we want. */
        boolean isOurs(String line) {
            if (entered < SECTIONS.size()) {
                entered += line.strip().equals(SECTIONS.get(entered)) ? 1 : 0;
                return false;
            }
            return FIGURES.matcher(line).matches();
        }
    }
}
