package dev.ringroad.testkit.device;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.nil.NilDevice;

import org.junit.jupiter.api.AfterEach;

class NilContractTest extends LoneDeviceContract {

    private final CounterFile counters = CounterFile.inMemory(128);

    @Override
    protected NetDevice open(int number) {
        return NilDevice.open(DeviceSpec.parse("nil:lone" + number), counters);
    }

    @Override
    protected boolean looksAtLengths() {
        return false;
    }

    /** Counters outlive their devices. */
    @AfterEach
    @Override
    void closeDevices() {
        super.closeDevices();
        counters.close();
    }
}
