package dev.ringroad.net.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Microsoft's vectors ("Verifying the RSS hash calculation"), and a Toeplitz hash bit by bit. */
class RssHashTest {
    private static final byte[] KEY =
            HexFormat.of()
                    .parseHex(
                            "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b4"
                                    + "77cb2da38030f20c6a42b73bbeac01fa");
    private static final RssHash HASH = RssHash.of(KEY);
    private static final RssHash SYMMETRIC = RssHash.symmetric();

    @ParameterizedTest
    @CsvSource({
        "66.9.149.187, 2794, 161.142.100.80, 1766, 323e8fc2, 51ccc178",
        "199.92.111.2, 14230, 65.69.140.83, 4739, d718262a, c626b0ea",
        "24.19.198.95, 12898, 12.22.207.184, 38024, d2d0a5de, 5c2b394a",
        "38.27.205.30, 48228, 209.142.163.6, 2217, 82989176, afc7327f",
        "153.39.163.191, 44251, 202.188.127.2, 1303, 5d1809c5, 10e828a2",
    })
    void ipv4Vectors(
            String source, int sourcePort, String destination, int port, String two, String four)
            throws UnknownHostException {
        int from = ByteBuffer.wrap(InetAddress.getByName(source).getAddress()).getInt();
        int to = ByteBuffer.wrap(InetAddress.getByName(destination).getAddress()).getInt();

        assertThat(HASH.ipv4(from, to)).isEqualTo(Integer.parseUnsignedInt(two, 16));
        assertThat(HASH.ipv4(from, to, sourcePort, port))
                .isEqualTo(Integer.parseUnsignedInt(four, 16));
    }

    @ParameterizedTest
    @CsvSource({
        "3ffe:2501:200:1fff::7, 2794, 3ffe:2501:200:3::1, 1766, 2cc18cd5, 40207d3d",
        "3ffe:501:8::260:97ff:fe40:efab, 14230, ff02::1, 4739, 0f0c461c, dde51bbf",
        "3ffe:1900:4545:3:200:f8ff:fe21:67cf, 44251, fe80::200:f8ff:fe21:67cf, 38024, "
                + "4b61e985, 02d1feef",
    })
    void ipv6Vectors(
            String source, int sourcePort, String destination, int port, String two, String four)
            throws UnknownHostException {
        ByteBuffer from = ByteBuffer.wrap(InetAddress.getByName(source).getAddress());
        ByteBuffer to = ByteBuffer.wrap(InetAddress.getByName(destination).getAddress());

        assertThat(HASH.ipv6(from.getLong(0), from.getLong(8), to.getLong(0), to.getLong(8)))
                .isEqualTo(Integer.parseUnsignedInt(two, 16));
        assertThat(
                        HASH.ipv6(
                                from.getLong(0),
                                from.getLong(8),
                                to.getLong(0),
                                to.getLong(8),
                                sourcePort,
                                port))
                .isEqualTo(Integer.parseUnsignedInt(four, 16));
    }

    @Property(tries = 200)
    void bothDirectionsOfAFlowHaveOneHash(
            @ForAll int from, @ForAll int to, @ForAll char fromPort, @ForAll char toPort) {
        assertThat(SYMMETRIC.ipv4(from, to, fromPort, toPort))
                .isEqualTo(SYMMETRIC.ipv4(to, from, toPort, fromPort));
        assertThat(SYMMETRIC.ipv6(from, to, fromPort, toPort, fromPort, toPort))
                .isEqualTo(SYMMETRIC.ipv6(fromPort, toPort, from, to, toPort, fromPort));
    }

    @Property(tries = 200)
    void equalsTheDefinitionBitByBit(@ForAll int from, @ForAll int to, @ForAll int ports) {
        byte[] input = ByteBuffer.allocate(12).putInt(from).putInt(to).putInt(ports).array();
        assertThat(HASH.ipv4(from, to, ports >>> 16, ports)).isEqualTo(bitByBit(input));
    }

    /** For each bit set, the 32 bits of the key that begin where the bit stands. */
    private static int bitByBit(byte[] input) {
        BigInteger key = new BigInteger(1, KEY);
        int hash = 0;
        for (int bit = 0; bit < input.length * 8; bit++) {
            if ((input[bit / 8] & (0x80 >>> bit % 8)) != 0) {
                hash ^= key.shiftRight(KEY.length * 8 - 32 - bit).intValue();
            }
        }
        return hash;
    }

    @Test
    void refusesAKeyOfAnotherLength() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RssHash.of(new byte[52]))
                .withMessageContaining("52 bytes");
    }
}
