package dev.ringroad.net.driver.pair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.SpecException;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;

class RingEndsTest {

    private final CounterFile counters = CounterFile.inMemory(64);

    @AfterEach
    void closeCounters() {
        counters.close();
    }

    private NetDevice open(String spec) throws IOException {
        return RingEnds.open(DeviceSpec.parse(spec), counters);
    }

    @Test
    void aThirdOpeningBeginsAnotherRing() throws IOException {
        try (NetDevice a = open("ring:x");
                NetDevice b = open("ring:x")) {
            NetDevice c = open("ring:x");
            NetDevice d = open("ring:x");
            c.close();
            assertThat(d.linkUp()).isFalse();
            assertThat(a.linkUp()).isTrue();
            assertThat(b.linkUp()).isTrue();
            d.close();
        }
    }

    @Test
    void aSecondEndThatNobodyAskedForGoesWithTheFirst() throws IOException {
        NetDevice alone = open("ring:x");
        alone.close();
        try (NetDevice a = open("ring:x");
                NetDevice b = open("ring:x")) {
            assertThat(a.linkUp()).isTrue();
            assertThat(b.linkUp()).isTrue();
        }
    }

    @Test
    void hasNoOptions() {
        assertThatThrownBy(() -> open("ring:x,size=3")).isInstanceOf(SpecException.class);
    }
}
