package dev.ringroad.bench.dpdk;

import java.io.IOException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one of DPDK's tests said.
 *
 * @param test its name
 * @param lines without the white space around them
 */
public record DpdkOutput(String test, List<String> lines) {
    private static final Pattern RATE = Pattern.compile(".*TSC frequency is ~(\\d+) (KHz|Hz)");
    private static final double KILO = 1e3;
    private static final double GIGA = 1e9;

    /** Copies the lines. */
    public DpdkOutput {
        lines = List.copyOf(lines);
    }

    /** Time-stamp cycles in a nanosecond by this line; 0 when it says nothing of them. */
    public static double rate(String line) {
        Matcher rate = RATE.matcher(line);
        return rate.matches()
                ? Double.parseDouble(rate.group(1))
                        * (rate.group(2).equals("KHz") ? KILO : 1)
                        / GIGA
                : 0;
    }

    /** Time-stamp cycles in a nanosecond, by its own account. */
    public double cyclesANano() throws IOException {
        return rate(first(RATE).group());
    }

    /**
     * The number in the first line like this.
     *
     * @param pattern of a whole line; the number is its first group
     * @throws IOException if there is no such line; the message has what there was
     */
    public double number(Pattern pattern) throws IOException {
        return Double.parseDouble(first(pattern).group(1));
    }

    private Matcher first(Pattern pattern) throws IOException {
        for (String line : lines) {
            Matcher matcher = pattern.matcher(line);
            if (matcher.matches()) {
                return matcher;
            }
        }
        throw lacks(pattern.pattern());
    }

    /** That it did not say this, with what it said last. */
    public IOException lacks(String wanted) {
        return new IOException(
                test + " did not say: " + wanted + "; it said: " + DpdkProcess.tail(lines));
    }
}
