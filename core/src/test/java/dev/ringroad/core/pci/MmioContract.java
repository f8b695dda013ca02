package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** What holds for registers however they are reached. */
interface MmioContract {
    /** 8192 bytes of zeroes. */
    Mmio registers() throws Exception;

    @Test
    default void whatIsWrittenIsReadLittleEndian() throws Exception {
        Mmio registers = registers();
        registers.writeLong(0x10, 0x0807060504030201L);
        registers.writeInt(0xffc, 0x44332211);
        registers.writeShort(0x1000, (short) 0x8877);
        registers.writeByte(0x1fff, (byte) 0x99);

        assertThat(registers.byteSize()).isEqualTo(8192);
        assertThat(registers.readByte(0x10)).isEqualTo((byte) 1);
        assertThat(registers.readInt(0x14)).isEqualTo(0x08070605);
        assertThat(registers.readLong(0x10)).isEqualTo(0x0807060504030201L);
        assertThat(registers.readShort(0xffe)).isEqualTo((short) 0x4433);
        assertThat(registers.readInt(0x1000)).isEqualTo(0x8877);
        assertThat(registers.readByte(0x1fff)).isEqualTo((byte) 0x99);
    }

    @Test
    default void anOffsetOutsideIsRefused() throws Exception {
        Mmio registers = registers();
        assertThatThrownBy(() -> registers.readInt(8192))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> registers.readInt(-4))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> registers.writeLong(8192, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> registers.writeByte(Long.MAX_VALUE, (byte) 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    default void anOffsetThatIsNotAMultipleOfTheWidthIsRefused() throws Exception {
        Mmio registers = registers();
        assertThatThrownBy(() -> registers.readInt(2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registers.writeLong(4, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registers.readShort(1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
