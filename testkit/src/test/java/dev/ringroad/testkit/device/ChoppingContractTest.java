package dev.ringroad.testkit.device;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.pair.PairDevice;

import java.io.IOException;

/** A device that receives chains; its frames are put into the device again as they came. */
class ChoppingContractTest extends NetDeviceContract {

    @Override
    protected DeviceEnds open() throws IOException {
        PairDevice.Ends pair = PairDevice.create("chop-a", "chop-b", 512, 2048, 1500);
        return new DeviceEnds(chopping(pair.a()), chopping(pair.b()));
    }

    private static NetDevice chopping(NetDevice device) {
        return new ChoppingDevice(device, 21, 333, false);
    }

    /** No test here: the chopper is a test's tool and makes objects as it likes. */
    @Override
    void allocatesNothingWhenWarm() {}
}
