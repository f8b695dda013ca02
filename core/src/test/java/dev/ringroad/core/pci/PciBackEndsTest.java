package dev.ringroad.core.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

final class PciBackEndsTest {

    @Test
    void thoseOfTheHouseAreKnownByName() {
        assertThat(PciBackEnds.all())
                .extracting(PciBackEnd::name)
                .contains("vfio", "vfio-noiommu", "sysfs");
    }

    @Test
    void anUnknownOneIsToldThoseThereAre() {
        assertThatThrownBy(() -> PciBackEnds.open("magic:0000:00:04.0"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("magic")
                .hasMessageContaining("sysfs, vfio");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nvme0", ":0000:00:04.0", "vfio:", "vfio:nvme0"})
    void whatNamesNoFunctionIsWrongUse(String place) {
        assertThatThrownBy(() -> PciBackEnds.open(place))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0000:3b:00.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ffff:fe:1f.7",
                "fe:1f.7",
                "vfio:ffff:fe:1f.7",
                "vfio-noiommu:ffff:fe:1f.7",
                "sysfs:ffff:fe:1f.7"
            })
    void aFunctionThatIsNotThereIsToldWhereToLook(String place) {
        assertThatThrownBy(() -> PciBackEnds.open(place))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(":fe:1f.7")
                .hasMessageContaining("ringroad pci list");
    }
}
