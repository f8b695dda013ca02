package dev.ringroad.net.driver.nil;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.packet.Burst;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NilDeviceTest {

    private final CounterFile counters = CounterFile.inMemory(64);

    @AfterEach
    void closeCounters() {
        counters.close();
    }

    private NilDevice open(String spec) {
        return NilDevice.open(DeviceSpec.parse(spec), counters);
    }

    @Test
    void fillsEveryBurstWithFramesOfTheSizeAskedFor() {
        try (NilDevice device = open("nil:a,size=128")) {
            Burst burst = new Burst(32);
            assertThat(device.rxQueue(0).receive(burst)).isEqualTo(32);
            for (int i = 0; i < 32; i++) {
                assertThat(burst.get(i).length()).isEqualTo(128);
            }
            assertThat(device.rxQueue(0).receive(burst)).isZero();
            assertThat(device.dropped(DeviceDrop.POOL_EMPTY)).isZero();
            burst.releaseAll();
            assertThat(device.exhausted()).isFalse();
        }
    }

    @Test
    void swallowsWhatIsSentAndGivesItBackToItsPool() {
        try (NilDevice from = open("nil:a");
                NilDevice to = open("nil:b")) {
            Burst burst = new Burst(32);
            from.rxQueue(0).receive(burst);
            assertThat(to.txQueue(0).transmit(burst)).isEqualTo(32);
            assertThat(burst.isEmpty()).isTrue();
            assertThat(from.pool().available()).isEqualTo(from.pool().packets());
        }
    }

    @Test
    void saysWhenAllItsPacketsAreLent() {
        try (NilDevice device = open("nil:a")) {
            Burst all = new Burst(device.pool().packets() + 1);
            assertThat(device.rxQueue(0).receive(all)).isEqualTo(device.pool().packets());
            assertThat(device.rxQueue(0).receive(all)).isZero();
            assertThat(device.dropped(DeviceDrop.POOL_EMPTY)).isEqualTo(1);
            all.releaseAll();
        }
    }

    @Test
    void receivesNothingWhenAskedNotToAndLetsItsOwnerSleep() {
        try (NilDevice device = open("nil:a,rx=no");
                NilDevice busy = open("nil:b");
                PollSet wake = new PollSet(1)) {
            assertThat(device.rxQueue(0).receive(new Burst(4))).isZero();
            assertThat(device.exhausted()).isTrue();
            assertThat(device.prepareSleep(wake)).isTrue();
            assertThat(busy.prepareSleep(wake)).isFalse();
        }
    }

    @Test
    void countsWhatIsSentToAClosedOne() {
        NilDevice closed = open("nil:a");
        closed.close();
        closed.close();
        try (NilDevice from = open("nil:b")) {
            Burst burst = new Burst(4);
            from.rxQueue(0).receive(burst);
            assertThat(closed.txQueue(0).transmit(burst)).isEqualTo(4);
            assertThat(closed.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(4);
            assertThat(closed.rxQueue(0).receive(burst)).isZero();
        }
    }

    @Test
    void refusesSizesThatAreNoFrame() {
        assertThatThrownBy(() -> open("nil:a,size=13")).isInstanceOf(SpecException.class);
        assertThatThrownBy(() -> open("nil:a,size=9000")).isInstanceOf(SpecException.class);
        assertThatThrownBy(() -> open("nil:a,pps=3"))
                .isInstanceOf(SpecException.class)
                .hasMessageContaining("rx, size");
    }
}
