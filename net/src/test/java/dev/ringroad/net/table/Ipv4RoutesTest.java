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
import net.jqwik.api.Tuple;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/** Ipv4Routes against a list of prefixes that is scanned. */
class Ipv4RoutesTest {
    private static final int BLOCK = 0x0A000000;

    /** One table for all tries, since it is large: each try leaves it empty, and checks that. */
    private static final Ipv4Routes ROUTES = new Ipv4Routes(64, 16);

    private record Prefix(int bits, int length) {
        static Prefix of(int address, int length) {
            return new Prefix(length == 0 ? 0 : address & -1 << (32 - length), length);
        }

        boolean covers(int address) {
            return of(address, length).equals(this);
        }
    }

    private record Change(Prefix prefix, int nextHop, boolean removal) {}

    private static int scanned(Map<Prefix, Integer> prefixes, int address) {
        return prefixes.entrySet().stream()
                .filter(entry -> entry.getKey().covers(address))
                .max((a, b) -> Integer.compare(a.getKey().length(), b.getKey().length()))
                .map(Map.Entry::getValue)
                .orElse(Ipv4Routes.NO_ROUTE);
    }

    @Provide
    Arbitrary<List<Change>> changes() {
        Arbitrary<Integer> addresses = Arbitraries.integers().between(BLOCK, BLOCK + 0xFFF);
        Arbitrary<Integer> lengths =
                Arbitraries.frequencyOf(
                        Tuple.of(1, Arbitraries.integers().between(12, 19)),
                        Tuple.of(9, Arbitraries.integers().between(20, 32)));
        Arbitrary<Prefix> prefixes = Combinators.combine(addresses, lengths).as(Prefix::of);
        Arbitrary<Integer> nextHops = Arbitraries.integers().between(0, Ipv4Routes.NEXT_HOP_MAX);
        return Combinators.combine(prefixes, nextHops, Arbitraries.of(false, false, true))
                .as(Change::new)
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 500)
    void answersAsAScanOfItsPrefixes(@ForAll("changes") List<Change> changes) {
        Map<Prefix, Integer> model = new HashMap<>();
        for (Change change : changes) {
            Prefix prefix = change.prefix();
            if (change.removal()) {
                assertThat(ROUTES.remove(prefix.bits(), prefix.length()))
                        .isEqualTo(model.remove(prefix) != null);
            } else {
                ROUTES.put(prefix.bits(), prefix.length(), change.nextHop());
                model.put(prefix, change.nextHop());
            }
        }
        try {
            assertThat(ROUTES.count()).isEqualTo(model.size());
            model.forEach(
                    (prefix, hop) ->
                            assertThat(ROUTES.nextHop(prefix.bits(), prefix.length()))
                                    .isEqualTo(hop));
            requireSame(model);
        } finally {
            model.keySet().forEach(prefix -> ROUTES.remove(prefix.bits(), prefix.length()));
        }
        assertThat(ROUTES.count()).isZero();
        assertThat(ROUTES.groupsUsed()).isZero();
        requireSame(Map.of());
    }

    private static void requireSame(Map<Prefix, Integer> model) {
        int[] addresses = new int[0x1200];
        int[] expected = new int[addresses.length];
        for (int i = 0; i < addresses.length; i++) {
            addresses[i] = BLOCK - 0x100 + i;
            expected[i] = i % 7 == 0 ? scanned(model, addresses[i]) : expected[i];
        }
        int[] nextHops = new int[addresses.length];
        ROUTES.lookup(addresses, 0, addresses.length, nextHops);
        for (int i = 0; i < addresses.length; i++) {
            assertThat(ROUTES.lookup(addresses[i])).isEqualTo(nextHops[i]);
            if (i % 7 == 0) {
                assertThat(nextHops[i])
                        .as("%08x of %s", addresses[i], model)
                        .isEqualTo(expected[i]);
            }
        }
    }

    @Example
    void aDefaultRouteCoversEverything() {
        Ipv4Routes routes = new Ipv4Routes(4, 2);
        routes.put(0x0A000080, 25, 7);
        routes.put(0, 0, 0);

        assertThat(routes.lookup(-1)).isZero();
        assertThat(routes.lookup(0)).isZero();
        assertThat(routes.lookup(0x0A000001)).isZero();
        assertThat(routes.lookup(0x0A000081)).isEqualTo(7);

        assertThat(routes.remove(0, 0)).isTrue();
        assertThat(routes.lookup(0x0A000001)).isEqualTo(Ipv4Routes.NO_ROUTE);
        assertThat(routes.lookup(0x0A000081)).isEqualTo(7);
    }

    @Example
    void removalBringsBackWhatCovered() {
        Ipv4Routes routes = new Ipv4Routes(4, 1);
        routes.put(0xC0A80000, 16, 16);
        routes.put(0xC0A80100, 24, 24);
        routes.put(0xC0A80101, 32, 32);

        assertThat(routes.lookup(0xC0A80101)).isEqualTo(32);
        assertThat(routes.remove(0xC0A80100, 24)).isTrue();
        assertThat(routes.lookup(0xC0A80101)).isEqualTo(32);
        assertThat(routes.lookup(0xC0A80102)).isEqualTo(16);
        assertThat(routes.remove(0xC0A80101, 32)).isTrue();
        assertThat(routes.lookup(0xC0A80101)).isEqualTo(16);
        assertThat(routes.groupsUsed()).isZero();
    }

    @Example
    void removingOneOfTwoHalvesThatAgreeNeedsNoRoom() {
        Ipv4Routes routes = new Ipv4Routes(4, 1);
        routes.put(0x01020300, 25, 5);
        routes.put(0x01020380, 25, 5);

        assertThat(routes.remove(0x01020300, 25)).isTrue();
        assertThat(routes.lookup(0x01020301)).isEqualTo(Ipv4Routes.NO_ROUTE);
        assertThat(routes.lookup(0x01020381)).isEqualTo(5);
    }

    @Example
    void refusesWhatItCannotHoldAndStaysAsItWas() {
        Ipv4Routes routes = new Ipv4Routes(2, 1);
        routes.put(0x01020300, 25, 1);
        assertThatIllegalStateException()
                .isThrownBy(() -> routes.put(0x05060700, 25, 2))
                .withMessageContaining("of 1 only 0 are free");
        assertThat(routes.lookup(0x05060701)).isEqualTo(Ipv4Routes.NO_ROUTE);
        assertThat(routes.count()).isOne();

        routes.put(0x05060700, 24, 2);
        assertThatIllegalStateException()
                .isThrownBy(() -> routes.put(0x09000000, 8, 3))
                .withMessageContaining("holds its 2 prefixes");
        routes.put(0x05060700, 24, 4);
        assertThat(routes.lookup(0x05060701)).isEqualTo(4);
    }

    @Example
    void refusesArgumentsOutsideTheirRange() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Ipv4Routes(0, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ipv4Routes(1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ipv4Routes(1, 1 << 23));
        assertThatIllegalArgumentException().isThrownBy(() -> ROUTES.put(0, 33, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ROUTES.put(0, -1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ROUTES.put(0x0A000001, 24, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ROUTES.put(0, 8, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ROUTES.put(0, 8, Ipv4Routes.NEXT_HOP_MAX + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> ROUTES.remove(0, 40));
    }

    /** Prefixes come and go around one that stays, and one group serves all long ones in turn. */
    @Example
    void readersSeeTheOldOrTheNewNextHopOnly() throws InterruptedException {
        Ipv4Routes routes = new Ipv4Routes(16, 1);
        int blocks = 8;
        for (int block = 0; block < blocks; block++) {
            routes.put(BLOCK + (block << 8), 24, 100 + block);
        }
        AtomicReference<String> wrong = new AtomicReference<>("");
        Thread writer =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    for (int i = 0; i < 60_000; i++) {
                                        int block = i % blocks;
                                        int half = BLOCK + (block << 8) + 0x80;
                                        routes.put(half, 25, 200 + block);
                                        routes.remove(half, 25);
                                    }
                                });
        SplittableRandom random = new SplittableRandom(1);
        int[] addresses = new int[32];
        int[] nextHops = new int[addresses.length];
        while (writer.isAlive() && wrong.get().isEmpty()) {
            for (int i = 0; i < addresses.length; i++) {
                addresses[i] = BLOCK + random.nextInt(blocks << 8);
            }
            routes.lookup(addresses, 0, addresses.length, nextHops);
            for (int i = 0; i < addresses.length; i++) {
                check(addresses[i], nextHops[i], wrong);
                check(addresses[i], routes.lookup(addresses[i]), wrong);
            }
        }
        writer.join();
        assertThat(wrong.get()).isEmpty();
    }

    private static void check(int address, int nextHop, AtomicReference<String> wrong) {
        int block = (address >>> 8) & 0xFF;
        boolean inHalf = (address & 0x80) != 0;
        if (nextHop != 100 + block && !(inHalf && nextHop == 200 + block)) {
            wrong.set("%08x: %d".formatted(address, nextHop));
        }
    }
}
