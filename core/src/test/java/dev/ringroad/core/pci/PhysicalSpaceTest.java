package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.core.Leaks;
import dev.ringroad.core.linux.Hugepages;
import dev.ringroad.core.linux.Processes;
import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

@ExtendWith(Leaks.class)
class PhysicalSpaceTest {
    private static final long HUGE = PageSize.HUGE_2M.bytes();

    private static PhysicalSpace space() {
        assumeTrue(Processes.userId() == 0, "only root learns where memory is");
        assumeTrue(
                Hugepages.ofMachine().stream()
                        .anyMatch(size -> size.pageBytes() == HUGE && size.free() >= 4),
                "no hugepages of 2 MiB are free (sysctl vm.nr_hugepages=64)");
        return new PhysicalSpace(Path.of("/proc"), -1);
    }

    @Test
    void piecesShareAHugepageAndComeBackZeroed() throws IOException {
        try (PhysicalSpace space = space()) {
            DmaMemory first = space.allocate("test", 5000);
            DmaMemory second = space.allocate("test", 1);
            assertThat(first.byteSize()).isEqualTo(8192);
            assertThat(second.byteSize()).isEqualTo(4096);
            assertThat(second.deviceAddress(0)).isEqualTo(first.deviceAddress(0) + 8192);
            assertThat(first.deviceAddress(0) % HUGE).isZero();
            assertThat(first.contiguousBytes(0)).isEqualTo(8192);
            first.segment().fill((byte) 7);
            first.close();
            first.close();

            DmaMemory again = space.allocate("test", 4096);
            assertThat(again.deviceAddress(0)).isEqualTo(first.deviceAddress(0));
            assertThat(again.segment().get(ValueLayout.JAVA_LONG, 0)).isZero();
        }
    }

    @Test
    void memoryOfSeveralHugepagesIsConsecutiveOrRefused() throws IOException {
        try (PhysicalSpace space = space()) {
            DmaMemory memory;
            try {
                memory = space.allocate("test", 2 * HUGE);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("do not lie together");
                return;
            }
            assertThat(memory.deviceAddress(HUGE)).isEqualTo(memory.deviceAddress(0) + HUGE);
            memory.close();
        }
    }

    @Test
    void eachPageOfARegionHasItsAddress() throws IOException {
        Placement huge = new Placement(PageSize.HUGE_2M, -1, true);
        try (PhysicalSpace space = space();
                SharedRegion region = SharedRegion.allocate("test", 2 * HUGE, huge);
                DmaMemory memory = space.map(region)) {
            assertThat(memory.contiguousBytes(HUGE - 10)).isEqualTo(10);
            assertThat(memory.deviceAddress(0) % HUGE).isZero();
            assertThat(memory.deviceAddress(HUGE)).isNotEqualTo(memory.deviceAddress(0));
        }
    }

    @Test
    void aRegionOfOrdinaryPagesIsRefused() throws IOException {
        try (PhysicalSpace space = space();
                SharedRegion region = SharedRegion.allocate("test", 1, Placement.ordinary())) {
            assertThatThrownBy(() -> space.map(region)).hasMessageContaining("ordinary pages");
        }
    }

    @Test
    void whereTheKernelTellsNoAddressesNothingLeaks() {
        PhysicalSpace blind = new PhysicalSpace(Path.of("/nosuch"), -1);

        assertThatThrownBy(() -> blind.allocate("test", 1)).isInstanceOf(IOException.class);
        blind.close();
    }
}
