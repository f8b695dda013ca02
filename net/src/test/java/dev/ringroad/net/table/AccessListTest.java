package dev.ringroad.net.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.Collections;
import java.util.List;

/** AccessList against a scan of the rules. */
class AccessListTest {
    private static final AccessRule ANY =
            new AccessRule(0, 0, 0, 0, 0, 65535, 0, 65535, AccessRule.ANY_PROTOCOL, 0);

    private record Packet(
            int source, int destination, int sourcePort, int destinationPort, int protocol) {}

    private record Prefix(int bits, int length) {}

    private record Ports(int min, int max) {}

    private static boolean agrees(AccessRule rule, Packet packet) {
        return covers(rule.source(), rule.sourceLength(), packet.source())
                && covers(rule.destination(), rule.destinationLength(), packet.destination())
                && rule.sourcePortMin() <= packet.sourcePort()
                && packet.sourcePort() <= rule.sourcePortMax()
                && rule.destinationPortMin() <= packet.destinationPort()
                && packet.destinationPort() <= rule.destinationPortMax()
                && (rule.protocol() == AccessRule.ANY_PROTOCOL
                        || rule.protocol() == packet.protocol());
    }

    private static boolean covers(int prefix, int length, int address) {
        return length == 0 || (address ^ prefix) >>> (32 - length) == 0;
    }

    private static Arbitrary<Integer> addresses() {
        return Arbitraries.of(0, 1, 0x0A000000, 0x0A000001, 0x0A000101, 0x7FFFFFFF, 0x80000000, -1);
    }

    private static Arbitrary<Integer> ports() {
        return Arbitraries.of(0, 1, 79, 80, 81, 1023, 1024, 65534, 65535);
    }

    @Provide
    Arbitrary<List<AccessRule>> rules() {
        Arbitrary<Prefix> prefixes =
                Combinators.combine(addresses(), Arbitraries.of(0, 1, 8, 16, 24, 31, 32))
                        .as(
                                (bits, length) ->
                                        new Prefix(bits & (int) AccessRule.mask(length), length));
        Arbitrary<Ports> ranges =
                Combinators.combine(ports(), ports())
                        .as((a, b) -> new Ports(Math.min(a, b), Math.max(a, b)));
        Arbitrary<Integer> protocols = Arbitraries.of(AccessRule.ANY_PROTOCOL, 0, 6, 17, 255);
        return Combinators.combine(
                        prefixes,
                        prefixes,
                        ranges,
                        ranges,
                        protocols,
                        Arbitraries.integers().greaterOrEqual(0))
                .as(
                        (from, to, fromPorts, toPorts, protocol, action) ->
                                new AccessRule(
                                        from.bits(),
                                        from.length(),
                                        to.bits(),
                                        to.length(),
                                        fromPorts.min(),
                                        fromPorts.max(),
                                        toPorts.min(),
                                        toPorts.max(),
                                        protocol,
                                        action))
                .list()
                .ofMaxSize(150);
    }

    @Provide
    Arbitrary<List<Packet>> packets() {
        return Combinators.combine(
                        addresses(),
                        addresses(),
                        ports(),
                        ports(),
                        Arbitraries.of(0, 1, 6, 17, 255))
                .as(Packet::new)
                .list()
                .ofSize(40);
    }

    @Property(tries = 200)
    void theFirstRuleThatAgreesWins(
            @ForAll("rules") List<AccessRule> rules, @ForAll("packets") List<Packet> packets) {
        AccessList list = AccessList.compile(rules);
        int[] ints = new int[1 + packets.size() * AccessList.PACKET_INTS];
        int[] expected = new int[packets.size()];
        for (int i = 0; i < packets.size(); i++) {
            Packet packet = packets.get(i);
            ints[1 + 4 * i] = packet.source();
            ints[2 + 4 * i] = packet.destination();
            ints[3 + 4 * i] = (packet.sourcePort() << 16) | packet.destinationPort();
            ints[4 + 4 * i] = packet.protocol();
            expected[i] =
                    rules.stream()
                            .filter(rule -> agrees(rule, packet))
                            .findFirst()
                            .map(AccessRule::action)
                            .orElse(AccessList.NO_RULE);
        }
        int[] actions = new int[packets.size()];
        list.classify(ints, 1, packets.size(), actions);
        assertThat(actions).isEqualTo(expected);
    }

    @Example
    void anEmptyListAgreesWithNothing() {
        AccessList list = AccessList.compile(List.of());
        assertThat(list.classify(1, 2, 3, 4, 6)).isEqualTo(AccessList.NO_RULE);
        assertThat(list.count()).isZero();
    }

    @Example
    void refusesWhatItCannotHold() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                AccessList.compile(
                                        Collections.nCopies(AccessList.RULES_MAX + 1, ANY)))
                .withMessageContaining("65537 rules");
        List<FieldVectors.Range> apart =
                List.of(new FieldVectors.Range(1, 1), new FieldVectors.Range(5, 5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new FieldVectors(16, apart, 2))
                .withMessageContaining("more than 2 longs");
        assertThat(new FieldVectors(16, apart, 3).vectors()).hasSize(3);
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(
                        () ->
                                AccessList.compile(List.of(ANY))
                                        .classify(new int[7], 0, 2, new int[2]));
    }

    @Example
    void rulesRefuseFieldsOutOfRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> rule(33, 0, 0, 6, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> rule(24, 0, 0, 6, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> rule(32, 2, 1, 6, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> rule(32, 0, 65536, 6, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> rule(32, 0, 0, 256, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> rule(32, 0, 0, 6, -1));
    }

    private static AccessRule rule(int length, int portMin, int portMax, int protocol, int action) {
        return new AccessRule(1, length, 0, 0, portMin, portMax, 0, 0, protocol, action);
    }
}
