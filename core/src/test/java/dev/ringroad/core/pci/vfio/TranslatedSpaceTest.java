package dev.ringroad.core.pci.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IommuLimits;
import dev.ringroad.core.linux.IovaRange;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.TreeMap;

@ExtendWith(Leaks.class)
class TranslatedSpaceTest {
    private static final int MIB = 1 << 20;

    /** A table that keeps what it is told. */
    private static final class Table implements Translation {
        final TreeMap<Long, Long> mapped = new TreeMap<>();
        int refusal;
        List<IovaRange> ranges =
                List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, -1));

        @Override
        public IommuLimits limits() {
            return new IommuLimits(0x4020_1000, ranges, Long.MAX_VALUE);
        }

        @Override
        public void map(MemorySegment memory, long iova) throws SystemCallException {
            if (refusal != 0) {
                throw new SystemCallException("ioctl(MAP)", refusal, "");
            }
            mapped.put(iova, memory.byteSize());
        }

        @Override
        public void unmap(long iova, long bytes) throws SystemCallException {
            if (refusal != 0) {
                throw new SystemCallException("ioctl(UNMAP)", refusal, "");
            }
            assertThat(mapped.remove(iova)).isEqualTo(bytes);
        }
    }

    private final Table table = new Table();

    private TranslatedSpace space() throws SystemCallException {
        return new TranslatedSpace(table, -1);
    }

    @Test
    void memoryIsZeroedConsecutiveAndAboveTheFirstMebibyte() throws Exception {
        try (DmaMemory memory = space().allocate("test", 5000)) {
            assertThat(memory.byteSize()).isEqualTo(8192);
            assertThat(memory.deviceAddress(0)).isEqualTo(MIB);
            assertThat(memory.contiguousBytes(1)).isEqualTo(8191);
            assertThat(memory.segment().mismatch(MemorySegment.ofArray(new byte[8192])))
                    .isEqualTo(-1);
            assertThat(table.mapped).containsEntry((long) MIB, 8192L);
        }
        assertThat(table.mapped).isEmpty();
    }

    @Test
    void addressesComeBackWithTheMemory() throws Exception {
        TranslatedSpace space = space();
        DmaMemory first = space.allocate("test", 4096);
        try (DmaMemory second = space.allocate("test", 4096)) {
            first.close();
            first.close();
            try (DmaMemory third = space.allocate("test", 4096)) {
                assertThat(third.deviceAddress(0)).isEqualTo(MIB);
                assertThat(second.deviceAddress(0)).isEqualTo(MIB + 4096);
            }
        }
    }

    @Test
    void aRegionStaysItsOwners() throws Exception {
        TranslatedSpace space = space();
        try (SharedRegion region = SharedRegion.allocate("test", 8192, Placement.ordinary())) {
            space.map(region).close();
            region.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        }
        assertThat(table.mapped).isEmpty();
    }

    @Test
    void theLimitOfLockedMemoryIsExplained() throws Exception {
        TranslatedSpace space = space();
        table.refusal = Errno.ENOMEM;

        assertThatThrownBy(() -> space.allocate("test", 4096))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("locked")
                .hasMessageContaining("ulimit -l");
        table.refusal = Errno.ENOSPC;
        assertThatThrownBy(() -> space.allocate("test", 4096))
                .hasMessageContaining("dma_entry_limit");
        table.refusal = 0;
        try (DmaMemory memory = space.allocate("test", 4096)) {
            assertThat(memory.deviceAddress(0)).as("what failed took nothing").isEqualTo(MIB);
        }
    }

    @Test
    void anIommuWithoutAddressesSaysSo() throws Exception {
        table.ranges = List.of(new IovaRange(0, MIB + 8191));
        TranslatedSpace space = space();

        assertThatThrownBy(() -> space.allocate("test", 12288))
                .hasMessageContaining("12288")
                .hasMessageContaining("smaller");
    }

    @Test
    void memoryThatCannotBeTakenFromTheDeviceIsNotGivenToOthers() throws Exception {
        DmaMemory memory;
        try (SharedRegion region = SharedRegion.allocate("test", 4096, Placement.ordinary())) {
            memory = space().map(region);
            table.refusal = Errno.EINVAL;
            assertThatThrownBy(memory::close)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("could not be taken");
        }
        assertThat(table.mapped).hasSize(1);
    }

    @Test
    void afterTheDevicesAreGoneMemoryCanStillBeClosed() throws Exception {
        TranslatedSpace space = space();
        DmaMemory memory = space.allocate("test", 4096);
        space.close();
        table.refusal = Errno.EBADF;

        memory.close();

        assertThatThrownBy(() -> memory.segment().get(ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
    }
}
