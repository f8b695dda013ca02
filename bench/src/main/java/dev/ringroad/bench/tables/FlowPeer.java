package dev.ringroad.bench.tables;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code hash_perf_autotest} says about keys of 16 bytes with 8-byte data, hashed as part of
 * the operation, in either bucket, without locks: cycles an operation.
 */
record FlowPeer(double add, double single, double bulk, double delete) {
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
        List<String> lines = DpdkTest.run("hash_perf_autotest", cpu, sections::isOurs);
        return parse(lines);
    }

    /** Reads its output. */
    static FlowPeer parse(List<String> lines) throws IOException {
        Sections sections = new Sections();
        for (String line : lines) {
            Matcher figures = FIGURES.matcher(line);
            if (sections.isOurs(line) && figures.matches()) {
                return new FlowPeer(
                        Double.parseDouble(figures.group(1)),
                        Double.parseDouble(figures.group(2)),
                        Double.parseDouble(figures.group(3)),
                        Double.parseDouble(figures.group(4)));
            }
        }
        throw new IOException("hash_perf_autotest did not say: " + String.join(", ", SECTIONS));
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
