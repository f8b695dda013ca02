package dev.ringroad.stack.ip;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.stack.lab.Probe;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

import java.util.List;

class RouteTableTest {
    private static Probe probe;

    @BeforeContainer
    static void open() {
        probe = new Probe();
    }

    @AfterContainer
    static void close() {
        probe.close();
    }

    /** Addresses that share many bits, so that prefixes nest. */
    @Provide
    Arbitrary<IpAddress> addresses() {
        Arbitrary<IpAddress> v4 =
                Arbitraries.integers()
                        .between(0, 255)
                        .map(bits -> IpAddress.v4(0x0a00_0000 | bits * 0x010101));
        Arbitrary<IpAddress> v6 =
                Arbitraries.longs()
                        .between(0, 255)
                        .map(bits -> new IpAddress(0xfd00L << 48 | bits << 8, bits));
        return Arbitraries.oneOf(v4, v6);
    }

    @Provide
    Arbitrary<List<IpPrefix>> prefixes() {
        return Combinators.combine(addresses(), Arbitraries.integers().between(0, 128))
                .as((address, length) -> new IpPrefix(address, Math.min(length, address.bits())))
                .list()
                .ofMaxSize(30);
    }

    @Property
    void theLongestPrefixWins(
            @ForAll("prefixes") List<IpPrefix> prefixes,
            @ForAll("addresses") IpAddress destination) {
        RouteTable table = new RouteTable();
        prefixes.forEach(prefix -> table.add(prefix, probe.netInterface(), null));

        int longest = -1;
        for (IpPrefix prefix : prefixes) {
            if (shares(prefix, destination) && prefix.length() > longest) {
                longest = prefix.length();
            }
        }

        RouteTable.Entry found = table.find(destination.high(), destination.low());
        if (longest < 0) {
            assertThat(found).isNull();
        } else {
            assertThat(found).isNotNull();
            assertThat(found.prefix().length()).isEqualTo(longest);
            assertThat(shares(found.prefix(), destination)).isTrue();
        }
    }

    /** Bit by bit, as one would on paper. */
    private static boolean shares(IpPrefix prefix, IpAddress address) {
        if (prefix.address().isV4() != address.isV4()) {
            return false;
        }
        int skipped = address.isV4() ? 96 : 0;
        for (int bit = 0; bit < prefix.length(); bit++) {
            if (bit(prefix.address(), skipped + bit) != bit(address, skipped + bit)) {
                return false;
            }
        }
        return true;
    }

    private static long bit(IpAddress address, int index) {
        return (index < 64 ? address.high() >>> (63 - index) : address.low() >>> (127 - index)) & 1;
    }
}
