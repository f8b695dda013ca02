package dev.ringroad.testkit.memif;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.driver.memif.MemifConfig;
import dev.ringroad.net.driver.memif.MemifDevice;
import dev.ringroad.testkit.device.DeviceEnds;
import dev.ringroad.testkit.device.NetDeviceContract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Both ends of a memif keep what every device keeps, whoever is the client and whether it copies.
 */
class MemifContractTest {

    private static final int COUNTERS = 64;

    private CounterFile counters = CounterFile.inMemory(COUNTERS);

    @AfterEach
    void closeCounters() {
        counters.close();
    }

    /**
     * Opens both ends anew, with counters that begin at zero; the former ends are closed by then.
     */
    private DeviceEnds open(Path folder, boolean zeroCopy, boolean serverFirst) throws IOException {
        counters.close();
        counters = CounterFile.inMemory(COUNTERS);
        String path = folder.resolve("memif.sock").toString();
        MemifConfig client = MemifConfig.client(path).withRingLog2(8).withZeroCopy(zeroCopy);
        MemifDevice server =
                MemifDevice.open("server", MemifConfig.server(path).withRingLog2(8), counters);
        MemifDevice other = MemifDevice.open("client", client, counters);
        return serverFirst ? new DeviceEnds(server, other) : new DeviceEnds(other, server);
    }

    @Nested
    class FromTheServer extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return MemifContractTest.this.open(folder, false, true);
        }
    }

    @Nested
    class FromACopyingClient extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return MemifContractTest.this.open(folder, false, false);
        }
    }

    @Nested
    class FromAZeroCopyClient extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return MemifContractTest.this.open(folder, true, false);
        }
    }

    @Nested
    class ToAZeroCopyClient extends NetDeviceContract {
        @TempDir Path folder;

        @Override
        protected DeviceEnds open() throws IOException {
            return MemifContractTest.this.open(folder, true, true);
        }
    }
}
