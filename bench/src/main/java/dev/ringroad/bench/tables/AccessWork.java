package dev.ringroad.bench.tables;

import dev.ringroad.net.table.AccessList;
import dev.ringroad.net.table.AccessRule;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Rules of a firewall and packets, made up: prefixes in a few hundred networks, well-known ports,
 * and packets of which nine in ten are what some rule asks for. The action of a rule is its number.
 */
final class AccessWork {
    private static final int NETWORKS = 200;
    private static final int[] LENGTHS = {0, 16, 20, 24, 24, 24, 28, 32, 32, 32, 32, 32};
    private static final int[] PORTS = {
        20, 21, 22, 23, 25, 53, 80, 110, 123, 143, 161, 443, 465, 993, 995, 3306, 5432, 8080
    };
    private static final int[] PROTOCOLS = {6, 6, 6, 17, 17, AccessRule.ANY_PROTOCOL};
    private static final int ICMP = 1;
    private static final int PORT_MAX = 0xFFFF;
    private static final int EPHEMERAL_MIN = 1024;
    private static final int RANGE_PORTS = 500;
    private static final AccessRule ANYTHING =
            new AccessRule(0, 0, 0, 0, 0, PORT_MAX, 0, PORT_MAX, AccessRule.ANY_PROTOCOL, 0);

    private final SplittableRandom random;
    private final int[] networks;
    private final List<AccessRule> rules = new ArrayList<>();
    private final int[] packets;

    AccessWork(int seed, int ruleCount, int packetCount) {
        random = new SplittableRandom(seed);
        networks = random.ints(NETWORKS).toArray();
        for (int i = 0; i < ruleCount; i++) {
            rules.add(rule(i));
        }
        packets = new int[packetCount * AccessList.PACKET_INTS];
        for (int i = 0; i < packets.length; i += AccessList.PACKET_INTS) {
            packet(random.nextInt(10) == 0 ? ANYTHING : rules.get(random.nextInt(ruleCount)), i);
        }
    }

    List<AccessRule> rules() {
        return List.copyOf(rules);
    }

    /** As {@link AccessList#classify(int[], int, int, int[])} takes them. */
    int[] packets() {
        return packets.clone();
    }

    private int oneOf(int... values) {
        return values[random.nextInt(values.length)];
    }

    private AccessRule rule(int number) {
        int sourceLength = oneOf(LENGTHS);
        int destinationLength = oneOf(LENGTHS);
        boolean fromAnyPort = random.nextInt(10) > 0;
        int sourcePort = fromAnyPort ? 0 : oneOf(PORTS);
        int sourcePortMax = fromAnyPort ? PORT_MAX : sourcePort;
        int destinationPort = oneOf(PORTS);
        int destinationPortMax = destinationPort;
        switch (random.nextInt(10)) {
            case 0 -> {
                destinationPort = 0;
                destinationPortMax = PORT_MAX;
            }
            case 1 -> {
                destinationPort = EPHEMERAL_MIN;
                destinationPortMax = PORT_MAX;
            }
            case 2 -> destinationPortMax = destinationPort + random.nextInt(RANGE_PORTS);
            default -> {
                // One port.
            }
        }
        return new AccessRule(
                prefix(sourceLength),
                sourceLength,
                prefix(destinationLength),
                destinationLength,
                sourcePort,
                sourcePortMax,
                destinationPort,
                destinationPortMax,
                oneOf(PROTOCOLS),
                number);
    }

    /** In one of the networks, or a neighbour of it. */
    private int prefix(int length) {
        return (oneOf(networks) ^ random.nextInt(1 << 12)) & ~hostMask(length);
    }

    private static int hostMask(int length) {
        return (int) ((1L << (Integer.SIZE - length)) - 1);
    }

    private void packet(AccessRule rule, int at) {
        packets[at] = rule.source() | (random.nextInt() & hostMask(rule.sourceLength()));
        packets[at + 1] =
                rule.destination() | (random.nextInt() & hostMask(rule.destinationLength()));
        int sourcePort = random.nextInt(rule.sourcePortMin(), rule.sourcePortMax() + 1);
        int port = random.nextInt(rule.destinationPortMin(), rule.destinationPortMax() + 1);
        packets[at + 2] = sourcePort << Character.SIZE | port;
        packets[at + 3] =
                rule.protocol() == AccessRule.ANY_PROTOCOL
                        ? oneOf(ICMP, PROTOCOLS[0])
                        : rule.protocol();
    }

    /** Writes the rules as {@link dev.ringroad.bench.dpdk.DpdkAccessTest} reads them. */
    void writeRules(Path file) throws IOException {
        Files.write(file, rules.stream().map(AccessWork::line).toList());
    }

    private static String line(AccessRule rule) {
        return "@"
                + address(rule.source(), rule.sourceLength())
                + " "
                + address(rule.destination(), rule.destinationLength())
                + " "
                + rule.sourcePortMin()
                + " : "
                + rule.sourcePortMax()
                + " "
                + rule.destinationPortMin()
                + " : "
                + rule.destinationPortMax()
                + (rule.protocol() == AccessRule.ANY_PROTOCOL
                        ? " 0x00/0x00"
                        : " 0x" + Integer.toHexString(rule.protocol()) + "/0xFF");
    }

    private static String address(int prefix, int length) {
        return (prefix >>> 24)
                + "."
                + (prefix >>> 16 & 0xFF)
                + "."
                + (prefix >>> 8 & 0xFF)
                + "."
                + (prefix & 0xFF)
                + "/"
                + length;
    }

    /** Writes the packets as it reads those. */
    void writePackets(Path file) throws IOException {
        Files.write(
                file,
                IntStream.range(0, packets.length / AccessList.PACKET_INTS)
                        .mapToObj(packet -> line(packet * AccessList.PACKET_INTS))
                        .toList());
    }

    private String line(int at) {
        return Integer.toUnsignedString(packets[at])
                + " "
                + Integer.toUnsignedString(packets[at + 1])
                + " "
                + (packets[at + 2] >>> Character.SIZE)
                + " "
                + (packets[at + 2] & PORT_MAX)
                + " "
                + packets[at + 3];
    }
}
