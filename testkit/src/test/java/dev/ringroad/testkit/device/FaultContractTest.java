package dev.ringroad.testkit.device;

import dev.ringroad.net.device.fault.FaultDevice;
import dev.ringroad.net.device.fault.FaultPlan;
import dev.ringroad.net.driver.pair.PairDevice;

import java.io.IOException;

class FaultContractTest extends NetDeviceContract {

    @Override
    protected DeviceEnds open() throws IOException {
        PairDevice.Ends pair = PairDevice.create("fault-a", "fault-b", 256, 2048, 1500);
        FaultPlan nothing = FaultPlan.none(1);
        return new DeviceEnds(
                new FaultDevice(pair.a(), nothing), new FaultDevice(pair.b(), nothing));
    }
}
