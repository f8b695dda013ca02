package dev.ringroad.net.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.NetDevices;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class PoolPlacementTest {

    @TempDir private Path folder;

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
    @ValueSource(
            strings = {
                "memif:/tmp/a",
                "tap:rr0",
                "afpacket:eth0",
                "afxdp:eth0",
                "vhost:/tmp/a",
                "virtio:/tmp/a"
            })
    void isKnownBeforeADeviceIsOpened(String device) {
        NetDevices.check(DeviceSpec.parse(device + ",pages=1G,node=0"));
        assertThatThrownBy(() -> NetDevices.check(DeviceSpec.parse(device + ",pages=3M")))
                .isInstanceOf(SpecException.class);
    }

    /** The devices that can be opened without any rights; {@code @} is a folder. */
    private static Stream<String> devices() {
        return Stream.of(
                "nil:a",
                "ring:placed",
                "pcap:-",
                "memif:@/memif",
                "memif:@/lent,role=client,zero-copy=yes",
                "vhost:@/vhost",
                "virtio:@/virtio,role=server");
    }

    /** Whatever pages this machine has to give, the device works and says which it got. */
    @ParameterizedTest
    @MethodSource("devices")
    void putsPacketsWhereTheSpecSays(String device) throws IOException {
        for (String word : List.of("1G", "2M", "4K")) {
            String spec = device.replace("@", folder.toString()) + ",node=0,pages=" + word;
            try (CounterFile counters = CounterFile.inMemory(64);
                    NetDevice opened = NetDevices.open(DeviceSpec.parse(spec), counters)) {
                SharedRegion region = opened.pool().region();
                PageSize obtained = region.pageSize();
                Placement asked = take("nil:a,node=0,pages=" + word);
                assertThat(obtained).isLessThanOrEqualTo(asked.preferred());
                if (isLentToPeers(device)) {
                    assertThat(region.keepsItsPages()).isTrue();
                } else {
                    assertNoneLargerIsToBeHad(obtained, region.byteSize(), asked);
                }
                assertThat(policyOf(region)).isEqualTo("bind:0");
                assertThat(counters.readings())
                        .filteredOn(reading -> reading.name().endsWith(".pool.page-kib"))
                        .singleElement()
                        .extracting(CounterFile.Reading::value)
                        .isEqualTo(obtained.bytes() / 1024);
            }
        }
    }

    private static boolean isLentToPeers(String device) {
        return device.contains("lent") || device.startsWith("virtio");
    }

    private static void assertNoneLargerIsToBeHad(PageSize obtained, long bytes, Placement asked)
            throws IOException {
        try (SharedRegion later = SharedRegion.allocate("later", bytes, asked)) {
            assertThat(later.pageSize()).isLessThanOrEqualTo(obtained);
        }
    }

    /** The kernel's word for where the pages of a mapping come from. */
    private static String policyOf(SharedRegion region) throws IOException {
        String begin = Long.toHexString(region.segment().address()) + " ";
        return Files.readAllLines(Path.of("/proc/self/numa_maps")).stream()
                .filter(line -> line.startsWith(begin))
                .map(line -> line.split(" ", 3)[1])
                .findFirst()
                .orElse("not mapped");
    }

    @Test
    void isTheFirstEndsToSayOfARing() throws IOException {
        try (CounterFile counters = CounterFile.inMemory(64);
                NetDevice _ = open("ring:r,pages=4K,node=0", counters)) {
            assertThatThrownBy(() -> open("ring:r,pages=4K", counters))
                    .isInstanceOf(SpecException.class)
                    .hasMessageContaining("ring:r is there already");
            try (NetDevice second = open("ring:r", counters)) {
                assertThat(second.pool().region().pageSize()).isEqualTo(PageSize.ORDINARY);
                assertThat(policyOf(second.pool().region())).isEqualTo("bind:0");
            }
        }
    }

    @Test
    void mayBeRepeatedByTheSecondEndOfARing() throws IOException {
        try (CounterFile counters = CounterFile.inMemory(64);
                NetDevice first = open("ring:r,pages=4K", counters);
                NetDevice second = open("ring:r,pages=4K", counters)) {
            assertThat(second).isNotSameAs(first);
        }
    }

    private static NetDevice open(String spec, CounterFile counters) throws IOException {
        return NetDevices.open(DeviceSpec.parse(spec), counters);
    }
}
