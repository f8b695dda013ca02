package dev.ringroad.bench.tables;

import dev.ringroad.bench.dpdk.DpdkAccessTest;
import dev.ringroad.bench.dpdk.DpdkOutput;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code dpdk-test-acl} makes of rules and packets of ours. */
final class AccessPeer {
    private static final Pattern CYCLES =
            Pattern.compile("search_ip5tuples .*, ([\\d.]+) cycles/pkt, .*");
    private static final Pattern RESULT =
            Pattern.compile("ipv4_5tuple: (\\d+), category: 0, result: (\\d+)");

    private final AccessWork work;
    private final int cpu;

    AccessPeer(AccessWork work, int cpu) {
        this.work = work;
        this.cpu = cpu;
    }

    /** Cycles a packet, when all are classified so many times. */
    double cycles(int iterations) throws IOException {
        return run(iterations, false).number(CYCLES);
    }

    /** The rule that agrees with each packet, or -1. */
    int[] results() throws IOException {
        return run(1, true).lines().stream()
                .map(RESULT::matcher)
                .filter(Matcher::matches)
                .mapToInt(result -> Integer.parseUnsignedInt(result.group(2)))
                .toArray();
    }

    private DpdkOutput run(int iterations, boolean saysResults) throws IOException {
        Path rules = Files.createTempFile("ringroad", ".rules");
        Path packets = Files.createTempFile("ringroad", ".packets");
        try {
            work.writeRules(rules);
            work.writePackets(packets);
            return new DpdkAccessTest(rules, packets, iterations, saysResults)
                    .run(cpu, line -> CYCLES.matcher(line).matches());
        } finally {
            Files.deleteIfExists(rules);
            Files.deleteIfExists(packets);
        }
    }
}
