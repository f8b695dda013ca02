package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Descriptor;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

final class MmioTest {
    @TempDir private Path folder;
    private final List<Descriptor> open = new ArrayList<>();

    private Descriptor file(int bytes) throws IOException {
        Path file = Files.write(folder.resolve("registers"), new byte[bytes]);
        Descriptor opened = Descriptor.open(file.toString(), Descriptor.READ_WRITE, 0, "");
        open.add(opened);
        return opened;
    }

    @AfterEach
    void close() {
        open.forEach(Descriptor::close);
    }

    private static MemorySegment memory(long bytes) {
        return Arena.ofAuto().allocate(bytes, 4096);
    }

    @Nested
    final class Mapped implements MmioContract {
        @Override
        public Mmio registers() {
            return new MappedMmio(memory(8192));
        }
    }

    @Nested
    final class OfAFile implements MmioContract {
        @Override
        public Mmio registers() throws IOException {
            return new FileMmio(file(16384), 4096, 8192);
        }
    }

    @Nested
    final class Mixed implements MmioContract {
        @Override
        public Mmio registers() throws IOException {
            Mmio slow = new FileMmio(file(8192), 0, 8192);
            return new MixedMmio(
                    slow, new long[] {4096}, new Mmio[] {new MappedMmio(memory(4096))});
        }
    }

    @Test
    void eachAccessGoesToItsPart() throws IOException {
        Mmio slow = new FileMmio(file(8192), 0, 8192);
        Mmio first = new MappedMmio(memory(1024));
        Mmio last = new MappedMmio(memory(1024));
        Mmio mixed = new MixedMmio(slow, new long[] {0, 7168}, new Mmio[] {first, last});

        mixed.writeInt(1020, 1);
        mixed.writeInt(1024, 2);
        mixed.writeInt(7168, 3);

        assertThat(first.readInt(1020)).isEqualTo(1);
        assertThat(slow.readInt(1024)).isEqualTo(2);
        assertThat(last.readInt(0)).isEqualTo(3);
        assertThat(slow.readInt(7168)).isZero();
        assertThat(mixed.readInt(7168)).isEqualTo(3);
    }

    @Test
    void whereTheKernelRefusesAllOnesAreRead() throws IOException {
        FileMmio registers = new FileMmio(file(4096), 0, 8192);

        assertThat(registers.readInt(4096)).isEqualTo(-1);
        assertThat(registers.readLong(4096)).isEqualTo(-1);
        assertThat(registers.readByte(8191)).isEqualTo((byte) -1);
    }

    @Test
    void afterTheFileIsClosedNothingIsReached() throws IOException {
        Descriptor file = file(4096);
        FileConfig config = new FileConfig(file, 0, 4096);
        file.close();

        assertThatThrownBy(() -> config.readShort(0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> config.writeInt(0, 1)).isInstanceOf(IllegalStateException.class);
    }
}
