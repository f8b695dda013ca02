package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.NetDevices;

import org.junit.jupiter.api.AfterEach;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Two ends of a ring, opened by its name. */
class RingContractTest extends NetDeviceContract {

    private final List<CounterFile> counters = new ArrayList<>();

    @Override
    protected DeviceEnds open() throws IOException {
        closeCounters(); // of devices that are closed by now
        CounterFile file = CounterFile.inMemory(64);
        counters.add(file);
        NetDevice a = NetDevices.open(DeviceSpec.parse("ring:contract"), file);
        return new DeviceEnds(a, NetDevices.open(DeviceSpec.parse("ring:contract"), file));
    }

    /** Counters outlive their devices. */
    @AfterEach
    @Override
    void closeEnds() {
        super.closeEnds();
        closeCounters();
    }

    private void closeCounters() {
        counters.forEach(CounterFile::close);
        counters.clear();
    }
}
