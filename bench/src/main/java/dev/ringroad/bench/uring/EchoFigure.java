package dev.ringroad.bench.uring;

import org.jspecify.annotations.Nullable;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a load has measured.
 *
 * @param rate exchanges a second
 * @param medianNanos of their latencies
 * @param tailNanos the 99th percentile of them
 */
record EchoFigure(double rate, long medianNanos, long tailNanos) {
    private static final Pattern LINE = Pattern.compile("echo ([\\d.E]+) (\\d+) (\\d+)");

    /** As a program says it. */
    static String line(double rate, long medianNanos, long tailNanos) {
        return "echo " + rate + " " + medianNanos + " " + tailNanos;
    }

    /** What a line says, or null when it is another one. */
    static @Nullable EchoFigure parse(String line) {
        Matcher matcher = LINE.matcher(line);
        return matcher.matches()
                ? new EchoFigure(
                        Double.parseDouble(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        Long.parseLong(matcher.group(3)))
                : null;
    }
}
