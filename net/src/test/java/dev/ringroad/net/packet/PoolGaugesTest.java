package dev.ringroad.net.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** What a pool tells of its use, in the counter file and when something is missing. */
class PoolGaugesTest {

    private final CounterFile counters = CounterFile.inMemory(64);

    @AfterEach
    void close() {
        counters.close();
    }

    private long counter(String name) {
        return counters.readings().stream()
                .filter(reading -> reading.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void showsHowAPoolIsUsed() {
        PacketPool pool = PacketPool.create("p", 4, 256, Placement.ordinary());
        PoolGauges gauges = new PoolGauges(pool, "dev", counters);
        assertThat(counter("dev.pool.packets")).isEqualTo(4);
        assertThat(counter("dev.pool.page-kib")).isEqualTo(4);
        Burst burst = new Burst(4);
        pool.acquireBulk(burst, 3);
        Packet last = Objects.requireNonNull(pool.acquire());
        assertThat(pool.acquire()).isNull();
        assertThat(pool.acquireBulk(burst, 1)).isFalse();
        burst.releaseAll();
        gauges.publish();
        assertThat(counter("dev.pool.lent")).isEqualTo(1);
        assertThat(counter("dev.pool.peak-lent")).isEqualTo(4);
        assertThat(counter("dev.pool.exhausted")).isEqualTo(2);
        assertThat(pool.statistics().available()).isEqualTo(3);
        last.release();
        pool.close();
    }

    @Test
    void showsTheCachesOfASharedPool() {
        PacketPool pool = PacketPool.shared("p", 16, 256, Placement.ordinary(), 4);
        PoolGauges gauges = new PoolGauges(pool, "dev", counters);
        Burst burst = new Burst(4);
        try (PoolCache cache = pool.openCache()) {
            assertThat(cache.acquireBulk(burst, 3)).isTrue();
            burst.releaseAll();
            Objects.requireNonNull(pool.acquire()).release();
        }
        gauges.publish();
        assertThat(counter("dev.pool.acquired")).isEqualTo(4);
        assertThat(counter("dev.pool.cache-refills")).isEqualTo(1);
        assertThat(counter("dev.pool.cache-flushes")).isZero();
        assertThat(counter("dev.pool.peak-lent")).isZero();
        pool.close();
    }

    @Test
    void everyDeviceShowsItsPool() throws IOException {
        NetDevice device = NetDevices.open(DeviceSpec.parse("nil:a"), counters);
        Burst burst = new Burst(32);
        device.rxQueue(0).receive(burst);
        device.service(1);
        assertThat(counter("nil:a.pool.lent")).isEqualTo(32);
        burst.releaseAll();
        device.close();
        assertThat(counter("nil:a.pool.lent")).isZero();
        assertThat(counter("nil:a.pool.peak-lent")).isEqualTo(device.pool().packets());
    }

    @Test
    void showsWhatHasLeakedWhenADeviceIsClosed() throws IOException {
        NetDevice device = NetDevices.open(DeviceSpec.parse("nil:a"), counters);
        Objects.requireNonNull(device.pool().acquire());
        assertThatThrownBy(device::close).isInstanceOf(IllegalStateException.class);
        assertThat(counter("nil:a.pool.lent")).isEqualTo(1);
    }

    @Test
    void reportsWhoHasThePackets() {
        PacketPool pool = PacketPool.create("p", 8, 256, Placement.ordinary());
        assertThat(pool.leaks().lent()).isZero();
        Packet alone = Objects.requireNonNull(pool.acquire());
        Burst burst = new Burst(8);
        for (int i = 0; i < 3; i++) {
            burst.add(Objects.requireNonNull(pool.acquire()));
        }
        LeakReport report = pool.leaks();
        assertThat(report.lent()).isEqualTo(4);
        assertThat(report.holders()).hasSize(2);
        assertThat(report.holders().getFirst().packets()).isEqualTo(3);
        assertThat(report.holders().getFirst().stack().getFirst().getMethodName())
                .isEqualTo("reportsWhoHasThePackets");
        assertThat(report.toString())
                .startsWith("4 packets of p are lent")
                .contains("  3 acquired")
                .contains("    at ")
                .contains("PoolGaugesTest.java");
        assertThat(new LeakReport("q", 2, List.of()).toString())
                .isEqualTo(
                        "2 packets of q are lent; -Dringroad.checked=true tells by whom they were"
                                + " acquired");
        alone.release();
        burst.releaseAll();
        pool.close();
    }
}
