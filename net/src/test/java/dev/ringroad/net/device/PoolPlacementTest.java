package dev.ringroad.net.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.driver.NetDevices;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

class PoolPlacementTest {

    private static Placement take(String spec) {
        return PoolPlacement.take(DeviceSpec.parse(spec), "lo");
    }

    @Test
    void prefersHugepagesFromAnyNode() {
        assertThat(take("nil:a")).isEqualTo(Placement.preferHuge());
    }

    @ParameterizedTest
    @CsvSource({"1G,HUGE_1G", "2M,HUGE_2M", "4K,ORDINARY"})
    void takesWhatIsAskedFor(String word, PageSize pages) {
        assertThat(take("nil:a,node=0,pages=" + word)).isEqualTo(new Placement(pages, 0, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pages=3M", "node=4095", "node=-1", "node=x"})
    void refusesWhatThereIsNot(String option) {
        assertThatThrownBy(() -> take("nil:a," + option))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining(option.substring(0, 4));
    }

    @ParameterizedTest
    @ValueSource(strings = {"memif:/tmp/a", "tap:rr0", "afpacket:eth0"})
    void isKnownBeforeADeviceIsOpened(String device) {
        NetDevices.check(DeviceSpec.parse(device + ",pages=1G,node=0"));
        assertThatThrownBy(() -> NetDevices.check(DeviceSpec.parse(device + ",pages=3M")))
                .isInstanceOf(SpecException.class);
    }

    /** Whatever pages this machine has to give, the device works and says which it got. */
    @ParameterizedTest
    @ValueSource(strings = {"1G", "2M", "4K"})
    void fallsBackToSmallerPagesAndSaysSo(String word) throws IOException {
        String spec = "nil:a,node=0,pages=" + word;
        try (CounterFile counters = CounterFile.inMemory(32);
                NetDevice device = NetDevices.open(DeviceSpec.parse(spec), counters)) {
            PageSize obtained = device.pool().region().pageSize();
            assertThat(obtained.bytes()).isLessThanOrEqualTo(take(spec).preferred().bytes());
            assertThat(counters.readings())
                    .filteredOn(reading -> reading.name().equals("nil:a.pool.page-kib"))
                    .singleElement()
                    .extracting(CounterFile.Reading::value)
                    .isEqualTo(obtained.bytes() / 1024);
        }
    }
}
