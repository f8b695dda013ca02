package dev.ringroad.net.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Ipv6Routes against a list of prefixes that is scanned. */
class Ipv6RoutesTest {
    private static final long HIGH = 0x2001_0DB8_0000_0000L;

    private record Address(long high, long low) {
        Address masked(int length) {
            return new Address(high & Prefixes.highMask(length), low & Prefixes.lowMask(length));
        }
    }

    private record Prefix(Address bits, int length) {
        static Prefix of(Address address, int length) {
            return new Prefix(address.masked(length), length);
        }
    }

    private record Change(Prefix prefix, int nextHop, boolean removal) {}

    /** Few bits differ, at the edges of both longs, so that prefixes meet. */
    @Provide
    Arbitrary<Address> addresses() {
        return Combinators.combine(
                        Arbitraries.of(0L, 1L, 1L << 16, 1L << 33, 3L << 33, 1L << 63),
                        Arbitraries.of(0L, 1L, 2L, 3L, 1L << 40, 1L << 62, 1L << 63))
                .as((high, low) -> new Address(HIGH ^ high, low));
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<Prefix> prefixes =
                Combinators.combine(addresses(), Arbitraries.integers().between(0, 128))
                        .as(Prefix::of);
        Arbitrary<Integer> nextHops = Arbitraries.integers().between(0, Ipv6Routes.NEXT_HOP_MAX);
        return Combinators.combine(prefixes, nextHops, Arbitraries.of(false, false, true))
                .as(Change::new)
                .list()
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<List<Address>> probes() {
        return addresses().list().ofSize(30);
    }

    @Property(tries = 500)
    void answersAsAScanOfItsPrefixes(
            @ForAll("changes") List<Change> changes, @ForAll("probes") List<Address> probes) {
        Ipv6Routes routes = new Ipv6Routes(64, 640);
        Map<Prefix, Integer> model = new HashMap<>();
        for (Change change : changes) {
            Prefix prefix = change.prefix();
            Address bits = prefix.bits();
            if (change.removal()) {
                assertThat(routes.remove(bits.high(), bits.low(), prefix.length()))
                        .isEqualTo(model.remove(prefix) != null);
            } else {
                routes.put(bits.high(), bits.low(), prefix.length(), change.nextHop());
                model.put(prefix, change.nextHop());
            }
        }
        assertThat(routes.count()).isEqualTo(model.size());
        requireSame(routes, model, probes);

        for (Prefix prefix : List.copyOf(model.keySet())) {
            routes.remove(prefix.bits().high(), prefix.bits().low(), prefix.length());
            model.remove(prefix);
            requireSame(routes, model, probes.subList(0, 5));
        }
        assertThat(routes.groupsUsed()).isZero();
    }

    private static void requireSame(
            Ipv6Routes routes, Map<Prefix, Integer> model, List<Address> probes) {
        long[] addresses = new long[2 * probes.size()];
        int[] nextHops = new int[probes.size()];
        for (int i = 0; i < probes.size(); i++) {
            addresses[2 * i] = probes.get(i).high();
            addresses[2 * i + 1] = probes.get(i).low();
        }
        routes.lookup(addresses, 0, probes.size(), nextHops);
        for (int i = 0; i < probes.size(); i++) {
            Address address = probes.get(i);
            int expected = Ipv6Routes.NO_ROUTE;
            for (int length = 0; length <= 128; length++) {
                expected = model.getOrDefault(Prefix.of(address, length), expected);
            }
            assertThat(nextHops[i]).as("%s of %s", address, model).isEqualTo(expected);
            assertThat(routes.lookup(address.high(), address.low())).isEqualTo(expected);
        }
    }

    @Example
    void refusesAPrefixThatNeedsMoreGroupsThanAreFree() {
        Ipv6Routes routes = new Ipv6Routes(8, 13);
        assertThatIllegalStateException()
                .isThrownBy(() -> routes.put(HIGH, 1, 128, 1))
                .withMessageContaining("needs 14 more groups");
        assertThat(routes.count()).isZero();
        assertThat(routes.groupsUsed()).isZero();

        routes.put(HIGH, 0, 120, 1);
        assertThat(routes.groupsUsed()).isEqualTo(13);
        assertThat(routes.lookup(HIGH, 255)).isOne();
        assertThat(routes.lookup(HIGH, 256)).isEqualTo(Ipv6Routes.NO_ROUTE);
    }

    @Example
    void refusesArgumentsOutsideTheirRange() {
        Ipv6Routes routes = new Ipv6Routes(1, 1);
        assertThatIllegalArgumentException().isThrownBy(() -> routes.put(0, 0, 129, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> routes.put(0, 1, 127, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> routes.put(1, 0, 63, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> routes.put(0, 0, 0, 1 << 23));
    }
}
