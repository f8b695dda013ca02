package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.counter.CountingDevice;
import dev.ringroad.net.driver.pair.PairDevice;

import org.junit.jupiter.api.AfterAll;

import java.io.IOException;

class CountingContractTest extends NetDeviceContract {

    private static final CounterFile COUNTERS = CounterFile.inMemory(64);

    @AfterAll
    static void closeCounters() {
        COUNTERS.close();
    }

    @Override
    protected DeviceEnds open() throws IOException {
        PairDevice.Ends pair = PairDevice.create("count-a", "count-b", 256, 2048, 1500);
        return new DeviceEnds(
                new CountingDevice(pair.a(), COUNTERS), new CountingDevice(pair.b(), COUNTERS));
    }
}
