package dev.ringroad.net.device.counter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.Wire;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.Test;

import java.io.IOException;

class CountingDeviceTest {

    @Test
    void countsPacketsBytesAndDrops() throws IOException {
        try (CounterFile counters = CounterFile.inMemory(32)) {
            PairDevice.Ends pair = PairDevice.create("a", "b", 64, 2048, 300, counters);
            try (CountingDevice a = new CountingDevice(pair.a(), counters);
                    PairDevice b = pair.b()) {
                Wire.send(a, 0, 10);
                assertThat(Wire.receiveNumbers(b)).hasSize(10);
                Wire.send(b, 0, 3);
                assertThat(Wire.receiveNumbers(a)).hasSize(3);
                Packet tooLong = Wire.frame(a, 0);
                tooLong.append(300);
                Burst burst = new Burst(1);
                burst.add(tooLong);
                a.txQueue(0).transmit(burst);

                assertThat(value(counters, "a.transmit.packets")).isEqualTo(10);
                assertThat(value(counters, "a.transmit.bytes")).isEqualTo(10L * Wire.FRAME_BYTES);
                assertThat(value(counters, "a.receive.packets")).isEqualTo(3);
                assertThat(value(counters, "a.receive.bytes")).isEqualTo(3L * Wire.FRAME_BYTES);
                assertThat(value(counters, "a.drop.oversize")).isEqualTo(1);
                assertThat(a.dropped(DeviceDrop.OVERSIZE)).isEqualTo(1);
            }
        }
    }

    @Test
    void countsOnlyWhatWasTaken() throws IOException {
        try (CounterFile counters = CounterFile.inMemory(32)) {
            PairDevice.Ends pair = PairDevice.create("a", "b", 64, 512, 300, counters);
            try (CountingDevice a = new CountingDevice(pair.a(), counters);
                    PairDevice _ = pair.b()) {
                Burst burst = new Burst(64);
                for (int i = 0; i < 64; i++) {
                    burst.add(Wire.frame(a, i));
                }
                int taken = a.txQueue(0).transmit(burst);
                assertThat(taken).isLessThan(64);
                assertThat(value(counters, "a.transmit.packets")).isEqualTo(taken);
                assertThat(value(counters, "a.transmit.bytes"))
                        .isEqualTo((long) taken * Wire.FRAME_BYTES);
                burst.releaseAll();
            }
        }
    }

    private static long value(CounterFile counters, String name) {
        return counters.readings().stream()
                .filter(r -> r.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }
}
