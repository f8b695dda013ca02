package dev.ringroad.bench.tables;

import dev.ringroad.bench.dpdk.DpdkOutput;
import dev.ringroad.bench.dpdk.DpdkTest;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code lpm_perf_autotest} says: how many routes of each length it made, and cycles an
 * operation.
 */
record RoutePeer(int[] routesOfLength, double add, double single, double bulk) {
    private static final int MEGABYTES = 2048;
    private static final int LENGTHS = 33;
    private static final Pattern ROUTES = Pattern.compile("(\\d\\d)\\s+(\\d+) \\([\\d.]+\\)");
    private static final Pattern ADD = Pattern.compile("Average LPM Add: ([\\d.]+) cycles.*");
    private static final Pattern SINGLE = Pattern.compile("Average LPM Lookup: ([\\d.]+) cycles.*");
    private static final Pattern BULK = Pattern.compile("BULK LPM Lookup: ([\\d.]+) cycles.*");

    /** Runs it; it is busy adding its routes for one to five minutes. */
    static RoutePeer run(int cpu) throws IOException {
        return parse(
                DpdkTest.of("lpm_perf_autotest", cpu)
                        .withMegabytes(MEGABYTES)
                        .run(line -> BULK.matcher(line).matches()));
    }

    /** Reads its output. */
    static RoutePeer parse(DpdkOutput output) throws IOException {
        int[] routesOfLength = new int[LENGTHS];
        for (String line : output.lines()) {
            Matcher routes = ROUTES.matcher(line);
            if (routes.matches()) {
                routesOfLength[Integer.parseInt(routes.group(1))] =
                        Integer.parseInt(routes.group(2));
            }
        }
        return new RoutePeer(
                routesOfLength, output.number(ADD), output.number(SINGLE), output.number(BULK));
    }
}
