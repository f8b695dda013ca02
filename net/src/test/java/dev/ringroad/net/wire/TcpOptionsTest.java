package dev.ringroad.net.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.MemorySegment;

class TcpOptionsTest {

    private final TcpOptions options = new TcpOptions();

    @Test
    void readsTheOptionsOfASyn() {
        MemorySegment s = Bytes.ofHex("020405b4 0402 080a 00000064 00000000 01 030307");
        assertThat(parse(s)).isZero();
        assertThat(options.mss()).isEqualTo(1460);
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.hasTimestamps()).isTrue();
        assertThat(options.timestampValue()).isEqualTo(100);
        assertThat(options.timestampEcho()).isZero();
        assertThat(options.windowScale()).isEqualTo(7);
        assertThat(options.sackBlocks()).isZero();
    }

    @Test
    void readsTimestampsAlone() {
        assertThat(parse(Bytes.ofHex("0101080a 80000001 7fffffff"))).isZero();
        assertThat(options.hasTimestamps()).isTrue();
        assertThat(options.timestampValue()).isEqualTo(0x80000001);
        assertThat(options.timestampEcho()).isEqualTo(0x7fffffff);
    }

    @Test
    void readsSackBlocksBehindTimestamps() {
        assertThat(
                        parse(
                                Bytes.ofHex(
                                        "0101080a 00000001 00000002 0101 0512 0000000a 00000014"
                                                + " 0000001e 00000028")))
                .isZero();
        assertThat(options.sackBlocks()).isEqualTo(2);
        assertThat(options.sackLeft(0)).isEqualTo(10);
        assertThat(options.sackRight(0)).isEqualTo(20);
        assertThat(options.sackLeft(1)).isEqualTo(30);
        assertThat(options.sackRight(1)).isEqualTo(40);
    }

    @Test
    void forgetsTheOptionsBefore() {
        parse(Bytes.ofHex("020405b4 01030307"));
        assertThat(parse(Bytes.ofHex("01010101"))).isZero();
        assertThat(options.mss()).isZero();
        assertThat(options.windowScale()).isEqualTo(TcpOptions.WINDOW_SCALE_NONE);
    }

    @Test
    void skipsWhatItDoesNotKnow() {
        assertThat(parse(Bytes.ofHex("1d04abcd fe06aabbccdd 020405b4 0101"))).isZero();
        assertThat(options.mss()).isEqualTo(1460);
    }

    @Test
    void readsNothingBehindTheEnd() {
        assertThat(parse(Bytes.ofHex("00 ff ff ff"))).isZero();
    }

    @Test
    void takesTooLargeAShiftForTheLargest() {
        assertThat(parse(Bytes.ofHex("0303ff00"))).isZero();
        assertThat(options.windowScale()).isEqualTo(14);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "02000000",
                "02010000",
                "020305b4",
                "020505b400000000",
                "02",
                "0204",
                "03020000",
                "03040700",
                "04030000",
                "0502",
                "050a00000000",
                "0509000000000000000000000000",
                "052a",
                "0802",
                "080b000000000000000000",
                "fe00",
                "fe01",
                "feff0000",
                "0101010104"
            })
    void refusesLengthsThatLie(String hex) {
        assertThat(WireFault.of(parse(Bytes.ofHex(hex))))
                .isEqualTo(WireFault.TCP_OPTION_LENGTH_LYING);
        assertThat(options.mss()).isZero();
        assertThat(options.sackPermitted()).isFalse();
    }

    @Test
    void writesWhatItReads() {
        MemorySegment s = Bytes.of(new byte[44]);
        long at = TcpOptions.writeMss(s, 0, 8960);
        at += TcpOptions.writeWindowScale(s, at, 9);
        at += TcpOptions.writeSackPermitted(s, at);
        at += TcpOptions.writeTimestamps(s, at, 3, 4);
        at += TcpOptions.writeSackHead(s, at, 2);
        at += TcpOptions.writeSackBlock(s, at, 5, 6);
        at += TcpOptions.writeSackBlock(s, at, 7, 8);
        assertThat(at).isEqualTo(4 + 4 + 4 + 12 + TcpOptions.sackBytes(2));
        assertThat(options.parse(s, 0, (int) at)).isZero();
        assertThat(options.mss()).isEqualTo(8960);
        assertThat(options.windowScale()).isEqualTo(9);
        assertThat(options.sackPermitted()).isTrue();
        assertThat(options.timestampValue()).isEqualTo(3);
        assertThat(options.timestampEcho()).isEqualTo(4);
        assertThat(options.sackBlocks()).isEqualTo(2);
        assertThat(options.sackRight(1)).isEqualTo(8);
    }

    private int parse(MemorySegment s) {
        return options.parse(s, 0, (int) s.byteSize());
    }
}
