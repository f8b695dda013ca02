package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.net.driver.memif.MemifMessage.Ack;
import dev.ringroad.net.driver.memif.MemifMessage.AddRegion;
import dev.ringroad.net.driver.memif.MemifMessage.AddRing;
import dev.ringroad.net.driver.memif.MemifMessage.Connect;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Disconnect;
import dev.ringroad.net.driver.memif.MemifMessage.Hello;
import dev.ringroad.net.driver.memif.MemifMessage.Init;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;

class MemifMessageCodecTest {

    @Test
    void helloLiesWhereThePeersLookForIt() throws Exception {
        Hello hello = new Hello("ab", 0x200, 0x201, 15, 3, 4, 14);
        assertThat(hex(hello))
                .isEqualTo(
                        "0200"
                                + "6162"
                                + "00".repeat(30)
                                + "0002"
                                + "0102"
                                + "0f00"
                                + "0300"
                                + "0400"
                                + "0e");
        assertThat(roundTrip(hello)).isEqualTo(hello);
    }

    @Test
    void initHasItsSecretAtAnOddOffset() throws Exception {
        Init init = new Init(0x200, 0xFFFF_FFFEL, 0, "s", "n");
        assertThat(hex(init))
                .isEqualTo("0300" + "0002" + "feffffff" + "00" + "73" + "00".repeat(23) + "6e");
        assertThat(roundTrip(init)).isEqualTo(init);
    }

    @Test
    void regionsAndRingsArePacked() throws Exception {
        AddRegion region = new AddRegion(1, 0x1_0000_0002L);
        assertThat(hex(region)).isEqualTo("0400" + "0100" + "0200000001");
        assertThat(roundTrip(region)).isEqualTo(region);
        AddRing ring = new AddRing(true, 2, 3, 0xFFFF_FFF0L, 10, 0x0102);
        assertThat(hex(ring))
                .isEqualTo("0500" + "0100" + "0200" + "0300" + "f0ffffff" + "0a" + "0201");
        assertThat(roundTrip(ring)).isEqualTo(ring);
    }

    @Test
    void theOthersRoundTrip() throws Exception {
        for (MemifMessage message :
                List.of(
                        new Ack(),
                        new Connect("a"),
                        new Connected("b"),
                        new Disconnect(-1, "gone"))) {
            assertThat(roundTrip(message)).isEqualTo(message);
        }
        assertThat(hex(new Ack())).isEqualTo("01");
        assertThat(hex(new Disconnect(7, "x"))).isEqualTo("0800" + "07000000" + "78");
    }

    @Test
    void textFillsItsFieldAndNoMore() throws Exception {
        Connect message = new Connect("x".repeat(40));
        assertThat(roundTrip(message)).isEqualTo(new Connect("x".repeat(32)));
    }

    @Test
    void anotherSizeOrTypeIsRefused() {
        MemorySegment bytes = MemorySegment.ofArray(new byte[128]);
        assertThatThrownBy(() -> MemifMessageCodec.decode(bytes, 127))
                .isInstanceOf(MemifProtocolException.class)
                .hasMessageContaining("128 bytes")
                .hasMessageContaining("127");
        assertThatThrownBy(() -> MemifMessageCodec.decode(bytes, 128))
                .isInstanceOf(MemifProtocolException.class)
                .hasMessageContaining("type 0");
    }

    @Property
    void everyMessageRoundTrips(@ForAll("messages") MemifMessage message) throws Exception {
        assertThat(roundTrip(message)).isEqualTo(message);
    }

    @Property
    void anyBytesAreAMessageOrRefused(@ForAll @Size(128) byte[] bytes) throws Exception {
        bytes[0] = (byte) (bytes[0] & 15);
        bytes[1] = 0;
        MemifMessage message;
        try {
            message = MemifMessageCodec.decode(MemorySegment.ofArray(bytes), bytes.length);
        } catch (MemifProtocolException e) {
            assertThat(bytes[0] < 1 || bytes[0] > 8).isTrue();
            return;
        }
        assertThat(message).isNotNull();
    }

    @Provide
    Arbitrary<MemifMessage> messages() {
        Arbitrary<Integer> u16 = Arbitraries.integers().between(0, 0xFFFF);
        Arbitrary<Integer> u8 = Arbitraries.integers().between(0, 0xFF);
        Arbitrary<Long> u32 = Arbitraries.longs().between(0, 0xFFFF_FFFFL);
        Arbitrary<String> text = Arbitraries.strings().ascii().excludeChars('\0').ofMaxLength(24);
        return Arbitraries.oneOf(
                Combinators.combine(text, u16, u16, u16, u16, u16, u8).as(Hello::new),
                Combinators.combine(u16, u32, u8, text, text).as(Init::new),
                Combinators.combine(u16, Arbitraries.longs()).as(AddRegion::new),
                Combinators.combine(Arbitraries.of(true, false), u16, u16, u32, u8, u16)
                        .as(AddRing::new),
                text.map(Connect::new),
                text.map(Connected::new),
                Combinators.combine(Arbitraries.integers(), text).as(Disconnect::new));
    }

    private static MemifMessage roundTrip(MemifMessage message) throws MemifProtocolException {
        MemorySegment bytes = MemorySegment.ofArray(new byte[128]);
        bytes.fill((byte) 0xFF);
        MemifMessageCodec.encode(message, bytes);
        return MemifMessageCodec.decode(bytes, 128);
    }

    /** The bytes without the zeros behind the last that is none. */
    private static String hex(MemifMessage message) {
        byte[] bytes = new byte[128];
        MemifMessageCodec.encode(message, MemorySegment.ofArray(bytes));
        int end = bytes.length;
        while (end > 0 && bytes[end - 1] == 0) {
            end--;
        }
        return HexFormat.of()
                .formatHex(
                        MemorySegment.ofArray(bytes)
                                .asSlice(0, end)
                                .toArray(ValueLayout.JAVA_BYTE));
    }
}
