package dev.ringroad.net.wire;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.lang.foreign.MemorySegment;
import java.util.Random;

class ChecksumTest {

    @Test
    void agreesWithTheExampleOfRfc1071() {
        MemorySegment s = Bytes.ofHex("0001 f203 f4f5 f6f7");
        assertThat(Checksum.fold(Checksum.partial(s, 0, 8, 0))).isEqualTo(0xddf2);
        assertThat(Checksum.of(s, 0, 8)).isEqualTo(0x220d);
    }

    @Test
    void sumsNothingToZero() {
        assertThat(Checksum.fold(Checksum.partial(Bytes.of(new byte[0]), 0, 0, 0))).isZero();
    }

    @Property
    void agreesWithOneWordAfterTheOther(
            @ForAll @IntRange(max = 9000) int bytes,
            @ForAll @IntRange(max = 9) int at,
            @ForAll long seed) {
        byte[] data = random(seed, at + bytes);
        int expected = wordByWord(data, at, bytes, 0);
        long sum = Checksum.partial(Bytes.of(data), at, bytes, 0);
        assertThat(Checksum.fold(sum)).isEqualTo(expected);
        assertThat(Checksum.finish(sum)).isEqualTo(~expected & 0xFFFF);
    }

    @Property
    void canBeSummedInPieces(
            @ForAll @IntRange(max = 600) int firstWords,
            @ForAll @IntRange(max = 600) int secondBytes,
            @ForAll long seed) {
        byte[] data = random(seed, 2 * firstWords + secondBytes);
        MemorySegment s = Bytes.of(data);
        long first = Checksum.partial(s, 0, 2 * firstWords, 0);
        long both = Checksum.partial(s, 2L * firstWords, secondBytes, first);
        assertThat(Checksum.fold(both)).isEqualTo(wordByWord(data, 0, data.length, 0));
    }

    @Test
    void losesNoCarryOfAFullPacket() {
        byte[] ones = new byte[65535];
        java.util.Arrays.fill(ones, (byte) 0xFF);
        assertThat(Checksum.fold(Checksum.partial(Bytes.of(ones), 0, ones.length, 0xFFFF_FFFFL)))
                .isEqualTo(wordByWord(ones, 0, ones.length, 0));
    }

    @Property
    void isRightOnceStored(@ForAll @IntRange(min = 2, max = 3000) int bytes, @ForAll long seed) {
        byte[] data = random(seed, bytes);
        data[0] = 0;
        data[1] = 0;
        MemorySegment s = Bytes.of(data);
        BigEndian.u16(s, 0, Checksum.of(s, 0, bytes));
        assertThat(Checksum.isRight(Checksum.partial(s, 0, bytes, 0))).isTrue();
        int flipped = new Random(seed).nextInt(bytes);
        data = s.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
        data[flipped] ^= 0x10;
        assertThat(Checksum.isRight(Checksum.partial(Bytes.of(data), 0, bytes, 0))).isFalse();
    }

    @Property
    void pseudoHeadersAreTheSumOfTheirBytes(
            @ForAll int source,
            @ForAll int destination,
            @ForAll @IntRange(max = 200_000) int bytes) {
        MemorySegment v4 = Bytes.of(new byte[16]);
        BigEndian.u32(v4, 0, source);
        BigEndian.u32(v4, 4, destination);
        BigEndian.u32(v4, 8, Ipv4Header.PROTOCOL_TCP);
        BigEndian.u32(v4, 12, bytes);
        assertThat(Checksum.fold(Checksum.pseudoHeader4(source, destination, 6, bytes)))
                .isEqualTo(Checksum.fold(Checksum.partial(v4, 0, 16, 0)));

        long sourceHigh = (long) source << 32 | 7;
        long destinationLow = (long) destination * 31;
        MemorySegment v6 = Bytes.of(new byte[40]);
        BigEndian.u64(v6, 0, sourceHigh);
        BigEndian.u64(v6, 8, 1);
        BigEndian.u64(v6, 16, 2);
        BigEndian.u64(v6, 24, destinationLow);
        BigEndian.u32(v6, 32, bytes);
        BigEndian.u32(v6, 36, 17);
        assertThat(
                        Checksum.fold(
                                Checksum.pseudoHeader6(
                                        sourceHigh, 1, 2, destinationLow, 17, bytes)))
                .isEqualTo(Checksum.fold(Checksum.partial(v6, 0, 40, 0)));
    }

    @Property
    void updatesAsIfSummedAgain(
            @ForAll @IntRange(min = 4, max = 400) int bytes,
            @ForAll int newWords,
            @ForAll long seed) {
        byte[] data = random(seed, bytes);
        MemorySegment s = Bytes.of(data);
        int before = Checksum.of(s, 0, bytes);
        int oldWords = BigEndian.u32(s, 0);
        BigEndian.u32(s, 0, newWords);
        long sum = Checksum.partial(s, 0, bytes, 0);
        int updated = Checksum.update32(before, oldWords, newWords);
        // RFC 1624: the update may give the other zero only if all words are zero.
        if (Checksum.fold(sum) != 0) {
            assertThat(updated).isEqualTo(Checksum.finish(sum));
        }
    }

    @Test
    void updatesTheExampleOfRfc1624() {
        // Section 4: checksum 0xDD2F, a word changes from 0x5555 to 0x3285, the answer is 0x0000.
        assertThat(Checksum.update16(0xDD2F, 0x5555, 0x3285)).isEqualTo(0x0000);
    }

    private static byte[] random(long seed, int bytes) {
        byte[] data = new byte[bytes];
        new Random(seed).nextBytes(data);
        return data;
    }

    private static int wordByWord(byte[] data, int at, int bytes, int start) {
        int sum = start;
        for (int i = 0; i < bytes; i += 2) {
            int high = (data[at + i] & 0xFF) << 8;
            int low = i + 1 < bytes ? data[at + i + 1] & 0xFF : 0;
            sum += high | low;
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return sum;
    }
}
