package dev.ringroad.core.pci.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.linux.VfioRegion;
import dev.ringroad.core.linux.VfioRegion.Area;
import dev.ringroad.core.pci.MsixCapability;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;

final class MappableAreasTest {
    private static final Optional<MsixCapability> TABLE =
            Optional.of(new MsixCapability(0x40, 65, 0, 0x2000, 0, 0x3000));

    private static VfioRegion region(boolean mappable, boolean table, Area... areas) {
        return new VfioRegion(0x8000, 0, true, true, mappable, table, List.of(areas));
    }

    @Test
    void whatIsNotMappableIsNot() {
        assertThat(MappableAreas.of(region(false, true), 0, TABLE)).isEmpty();
    }

    @Test
    void allOfItIsWhenTheKernelSaysSoOrTheTableIsElsewhere() {
        assertThat(MappableAreas.of(region(true, true), 0, TABLE))
                .containsExactly(new Area(0, 0x8000));
        assertThat(MappableAreas.of(region(true, false), 2, TABLE))
                .containsExactly(new Area(0, 0x8000));
        assertThat(MappableAreas.of(region(true, false), 0, Optional.empty()))
                .containsExactly(new Area(0, 0x8000));
    }

    @Test
    void thePagesOfTheTableAreLeftOutOtherwise() {
        assertThat(MappableAreas.of(region(true, false), 0, TABLE))
                .containsExactly(new Area(0, 0x2000), new Area(0x3000, 0x5000));
    }

    @Test
    void aTableThatIsSaidToLieOutsideLeavesWhatIsThere() {
        Optional<MsixCapability> far =
                Optional.of(new MsixCapability(0x40, 2048, 0, 0xffff_fff8L, 0, 0));
        Optional<MsixCapability> all = Optional.of(new MsixCapability(0x40, 2048, 0, 0, 0, 0));

        assertThat(MappableAreas.of(region(true, false), 0, far))
                .containsExactly(new Area(0, 0x8000));
        assertThat(MappableAreas.of(region(true, false), 0, all)).isEmpty();
    }

    @Test
    void thePartsThatTheKernelNamesAreTakenIfTheyCanBe() {
        VfioRegion region =
                region(
                        true,
                        false,
                        new Area(0x1000, 0x1000),
                        new Area(0x7000, 0x2000),
                        new Area(-4096, 4096),
                        new Area(8, 4096),
                        new Area(0, 0));

        assertThat(MappableAreas.of(region, 0, TABLE)).containsExactly(new Area(0x1000, 0x1000));
    }
}
