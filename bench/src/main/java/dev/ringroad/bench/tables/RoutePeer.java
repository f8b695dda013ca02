package dev.ringroad.bench.tables;

import dev.ringroad.bench.dpdk.DpdkOutput;
import dev.ringroad.bench.dpdk.DpdkTest;

import java.io.IOException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code lpm_perf_autotest} and {@code lpm6_perf_autotest} say: how many routes of each length
 * it made, and cycles an operation.
 */
record RoutePeer(int[] routesOfLength, double add, double single, double bulk) {
    private static final int MEGABYTES = 2048;
    private static final int LENGTHS = 129;
    private static final Pattern ROUTES = Pattern.compile("(\\d{2,3})\\s+(\\d+) \\([\\d.]+\\)");
    private static final Pattern ADD = Pattern.compile("Average LPM Add: ([\\d.]+) cycles.*");
    private static final Pattern SINGLE = Pattern.compile("Average LPM Lookup: ([\\d.]+) cycles.*");
    private static final Pattern BULK = Pattern.compile("BULK LPM Lookup: ([\\d.]+) cycles.*");

    /** Runs the one of IPv4; it is busy adding its routes for one to five minutes. */
    static RoutePeer ipv4(int cpu) throws IOException {
        return run("lpm_perf_autotest", cpu);
    }

    /** Runs the one of IPv6. */
    static RoutePeer ipv6(int cpu) throws IOException {
        return run("lpm6_perf_autotest", cpu);
    }

    private static RoutePeer run(String test, int cpu) throws IOException {
        return parse(
                DpdkTest.of(test, cpu)
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
