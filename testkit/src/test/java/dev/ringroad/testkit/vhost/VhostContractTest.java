package dev.ringroad.testkit.vhost;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.vhost.VhostConfig;
import dev.ringroad.net.driver.vhost.VhostDevice;
import dev.ringroad.net.driver.virtio.VirtioConfig;
import dev.ringroad.net.driver.virtio.VirtioDevice;
import dev.ringroad.testkit.device.DeviceEnds;
import dev.ringroad.testkit.device.NetDeviceContract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A vhost-user back end and a virtio driver of ours keep what every device keeps, whatever they
 * have agreed on and whoever listens.
 */
class VhostContractTest {

    private static final int COUNTERS = 128;

    private CounterFile counters = CounterFile.inMemory(COUNTERS);

    @AfterEach
    void closeCounters() {
        counters.close();
    }

    /**
     * Opens both ends anew, with counters that begin at zero; the former ends are closed by then.
     */
    private DeviceEnds open(Path folder, boolean backEndFirst, boolean listens, String options)
            throws IOException {
        counters.close();
        counters = CounterFile.inMemory(COUNTERS);
        String path = folder.resolve("v.sock").toString();
        VhostConfig config = listens ? VhostConfig.server(path) : VhostConfig.client(path);
        String role = listens ? ",role=client" : ",role=server";
        VhostDevice backEnd = VhostDevice.open("vhost", config, counters);
        VirtioDevice driver =
                VirtioDevice.open(
                        "virtio",
                        VirtioConfig.of(DeviceSpec.parse("virtio:" + path + role + options)),
                        counters);
        return backEndFirst ? new DeviceEnds(backEnd, driver) : new DeviceEnds(driver, backEnd);
    }

    @Nested
    class FromTheBackEnd extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return VhostContractTest.this.open(folder, true, true, "");
        }
    }

    @Nested
    class FromTheDriver extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return VhostContractTest.this.open(folder, false, true, "");
        }
    }

    @Nested
    class PackedFromTheBackEnd extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return VhostContractTest.this.open(folder, true, false, ",packed=yes");
        }
    }

    @Nested
    class PackedFromTheDriver extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return VhostContractTest.this.open(folder, false, false, ",packed=yes");
        }
    }

    @Nested
    class WithoutMergeableBuffers extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            String plain = ",mrg_rxbuf=no,in_order=no,indirect=no,event_idx=no";
            return VhostContractTest.this.open(folder, true, true, plain);
        }
    }
}
