package dev.ringroad.testkit.device;

import dev.ringroad.net.driver.pair.PairDevice;

import java.io.IOException;

class PairContractTest extends NetDeviceContract {

    @Override
    protected DeviceEnds open() throws IOException {
        PairDevice.Ends pair = PairDevice.create("pair-a", "pair-b", 256, 2048, 1500);
        return new DeviceEnds(pair.a(), pair.b());
    }
}
