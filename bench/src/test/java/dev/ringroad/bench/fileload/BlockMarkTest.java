package dev.ringroad.bench.fileload;

import static org.assertj.core.api.Assertions.assertThat;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

final class BlockMarkTest {
    private static final int BYTES = 512;

    private final MemorySegment block = Arena.ofAuto().allocate(BYTES, 8);
    private final BlockMark mark = new BlockMark(BYTES, 7);

    private String found(BlockMark by, long position, int version) {
        return String.valueOf(by.found(block, block.asByteBuffer(), position, version));
    }

    private void write(int version) {
        mark.write(block, block.asByteBuffer(), 1024, version);
    }

    @Test
    void isRightWhereItWasWritten() {
        write(3);
        assertThat(found(mark, 1024, 3)).isEqualTo("null");
        assertThat(found(mark, 1024, BlockMark.ANY_VERSION)).isEqualTo("null");
    }

    @Test
    void tellsAnotherPlace() {
        write(3);
        assertThat(found(mark, 512, 3)).isEqualTo("the block of position 1024");
    }

    @Test
    void tellsAnotherTime() {
        write(3);
        assertThat(found(mark, 1024, 4)).isEqualTo("version 3, not 4");
        assertThat(found(new BlockMark(BYTES, 8), 1024, 3)).contains("the seed 7");
        assertThat(found(new BlockMark(BYTES, 8), 1024, BlockMark.ANY_VERSION)).isEqualTo("null");
    }

    @Test
    void tellsAnotherSize() {
        write(3);
        assertThat(found(new BlockMark(256, 7), 1024, 3)).contains("512 bytes, not of 256");
    }

    @Test
    void tellsWhatHasNoMark() {
        block.fill((byte) 0x5a);
        assertThat(found(mark, 1024, 3)).contains("no mark").contains("5a 5a 5a 5a 5a 5a 5a 5a");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 17, 25, 29, 100, 503, 504, 511})
    void findsEachWrongBit(int at) {
        write(3);
        for (int bit = 0; bit < Byte.SIZE; bit++) {
            flip(at, bit);
            assertThat(found(mark, 1024, 3)).isNotEqualTo("null");
            flip(at, bit);
        }
        assertThat(found(mark, 1024, 3)).isEqualTo("null");
    }

    private void flip(int at, int bit) {
        block.set(JAVA_BYTE, at, (byte) (block.get(JAVA_BYTE, at) ^ 1 << bit));
    }
}
