package dev.ringroad.net.table;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Rules over five fields of IPv4 packets, compiled; the first one that agrees wins. The algorithm
 * is that of per-field bit vectors (Lakshman and Stiliadis, "High-Speed Policy-based Packet
 * Forwarding Using Efficient Multi-dimensional Range Matching"): each field by itself leads to the
 * set of rules that agree there, a bit a rule in the order of the rules, and the first bit that all
 * five sets have is the answer.
 *
 * <p>Complexity of a lookup with n rules: five searches, of log n steps at the most, and up to n/64
 * words of five vectors; it ends at the first word with a rule in it. Memory: about 1 MiB for the
 * indexes by the upper 16 bits, and for each field one vector of n bits for each set of rules that
 * some value has, at most 2n + 1 of them: for n rules whose every prefix and port differs about
 * 1.25 n<sup>2</sup> bytes (5 MiB with 2,000). Compiling takes as much work as the vectors have
 * words.
 *
 * <p>Immutable, for any number of threads. To change the rules compile another list, and let the
 * threads see that.
 */
public final class AccessList {
    /** What a lookup answers when no rule agrees. */
    public static final int NO_RULE = -1;

    /** So many rules at most. */
    public static final int RULES_MAX = 1 << 16;

    /** Of a packet in the array of a bulk: see {@link #classify(int[], int, int, int[])}. */
    public static final int PACKET_INTS = 4;

    /** 256 MiB a field. */
    private static final long VECTOR_LONGS_MAX = 1 << 25;

    private static final int PORT_BITS = 16;
    private static final int PORT_MASK = 0xFFFF;
    private static final int PROTOCOL_BITS = 8;

    private final int words;
    private final int[] actions;
    private final FieldVectors source;
    private final FieldVectors destination;
    private final FieldVectors sourcePort;
    private final FieldVectors destinationPort;
    private final FieldVectors protocol;

    private AccessList(List<AccessRule> rules) {
        words = FieldVectors.wordsFor(rules.size());
        actions = rules.stream().mapToInt(AccessRule::action).toArray();
        source = field(Integer.SIZE, rules, rule -> prefix(rule.source(), rule.sourceLength()));
        destination =
                field(
                        Integer.SIZE,
                        rules,
                        rule -> prefix(rule.destination(), rule.destinationLength()));
        sourcePort =
                field(
                        PORT_BITS,
                        rules,
                        rule -> new FieldVectors.Range(rule.sourcePortMin(), rule.sourcePortMax()));
        destinationPort =
                field(
                        PORT_BITS,
                        rules,
                        rule ->
                                new FieldVectors.Range(
                                        rule.destinationPortMin(), rule.destinationPortMax()));
        protocol = field(PROTOCOL_BITS, rules, AccessList::protocols);
    }

    /**
     * Compiles rules.
     *
     * @param rules the first one that agrees with a packet wins; may be empty
     * @throws IllegalArgumentException if there are more than {@link #RULES_MAX}, or the vectors of
     *     one field would take more than 256 MiB
     */
    public static AccessList compile(List<AccessRule> rules) {
        if (rules.size() > RULES_MAX) {
            throw new IllegalArgumentException(rules.size() + " rules; there may be " + RULES_MAX);
        }
        return new AccessList(List.copyOf(rules));
    }

    private static FieldVectors field(
            int bits, List<AccessRule> rules, Function<AccessRule, FieldVectors.Range> range) {
        return new FieldVectors(bits, rules.stream().map(range).toList(), VECTOR_LONGS_MAX);
    }

    private static FieldVectors.Range prefix(int prefix, int length) {
        long min = Integer.toUnsignedLong(prefix);
        return new FieldVectors.Range(min, min | (~AccessRule.mask(length) & 0xFFFFFFFFL));
    }

    private static FieldVectors.Range protocols(AccessRule rule) {
        return rule.protocol() == AccessRule.ANY_PROTOCOL
                ? new FieldVectors.Range(0, 0xFF)
                : new FieldVectors.Range(rule.protocol(), rule.protocol());
    }

    /** How many rules there are. */
    public int count() {
        return actions.length;
    }

    /** The size of the arrays. */
    public long memoryBytes() {
        return source.memoryBytes()
                + destination.memoryBytes()
                + sourcePort.memoryBytes()
                + destinationPort.memoryBytes()
                + protocol.memoryBytes()
                + (long) Integer.BYTES * actions.length;
    }

    /**
     * The action of the first rule that agrees, or {@link #NO_RULE}.
     *
     * @param sourcePort of which the lower 16 bits count, as of the other one
     * @param protocol of which the lower 8 bits count
     */
    public int classify(
            int source, int destination, int sourcePort, int destinationPort, int protocol) {
        int rule =
                firstCommon(
                        this.source.vectorOf(source),
                        this.destination.vectorOf(destination),
                        this.sourcePort.vectorOf(sourcePort & PORT_MASK),
                        this.destinationPort.vectorOf(destinationPort & PORT_MASK),
                        this.protocol.vectorOf(protocol & 0xFF));
        return rule == NO_RULE ? NO_RULE : actions[rule];
    }

    private int firstCommon(
            int sourceAt, int destinationAt, int sourcePortAt, int destinationPortAt, int protoAt) {
        long[] sources = source.vectors();
        long[] destinations = destination.vectors();
        long[] sourcePorts = sourcePort.vectors();
        long[] destinationPorts = destinationPort.vectors();
        long[] protocols = protocol.vectors();
        for (int i = 0; i < words; i++) {
            long common =
                    sources[sourceAt + i]
                            & destinations[destinationAt + i]
                            & sourcePorts[sourcePortAt + i]
                            & destinationPorts[destinationPortAt + i]
                            & protocols[protoAt + i];
            if (common != 0) {
                return i * Long.SIZE + Long.numberOfTrailingZeros(common);
            }
        }
        return NO_RULE;
    }

    /**
     * Classifies many packets, which are independent of each other, so that the processor overlaps
     * their waiting for memory.
     *
     * @param packets four ints each: source, destination, source port in the upper and destination
     *     port in the lower 16 bits, protocol
     * @param from index of the first int
     * @param count of packets
     * @param actions receives the answers from index 0 on
     * @throws IndexOutOfBoundsException if either array is too short
     */
    public void classify(int[] packets, int from, int count, int[] actions) {
        Objects.checkFromIndexSize(from, (long) count * PACKET_INTS, packets.length);
        Objects.checkFromIndexSize(0, count, actions.length);
        for (int i = 0; i < count; i++) {
            int at = from + i * PACKET_INTS;
            int ports = packets[at + 2];
            actions[i] =
                    classify(
                            packets[at],
                            packets[at + 1],
                            ports >>> Character.SIZE,
                            ports,
                            packets[at + 3]);
        }
    }
}
