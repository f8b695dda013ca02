package dev.ringroad.bench.tables;

import dev.ringroad.bench.dpdk.DpdkOutput;
import dev.ringroad.bench.dpdk.DpdkTest;

import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Reads what {@code thash_perf_autotest} says of its quicker way, which has the key in the order of
 * the processor.
 */
final class HashPeer {
    private static final int IPV4_BYTES = 8;
    private static final int IPV6_BYTES = 32;
    private static final int PORTS_BYTES = 4;

    private HashPeer() {}

    /** Runs it; it takes half a minute. */
    static HashFigures run(int cpu) throws IOException {
        Pattern last = figure(IPV6_BYTES + PORTS_BYTES);
        return parse(
                DpdkTest.of("thash_perf_autotest", cpu).run(line -> last.matcher(line).matches()));
    }

    /** Reads its output. */
    static HashFigures parse(DpdkOutput output) throws IOException {
        return new HashFigures(
                output.number(figure(IPV4_BYTES)),
                output.number(figure(IPV4_BYTES + PORTS_BYTES)),
                output.number(figure(IPV6_BYTES)),
                output.number(figure(IPV6_BYTES + PORTS_BYTES)));
    }

    private static Pattern figure(int inputBytes) {
        return Pattern.compile(
                "Average rte_softrss_be\\(\\) takes\\s+([\\d.]+) cycles for key len " + inputBytes);
    }
}
