package dev.ringroad.testkit.device;

import dev.ringroad.net.device.capture.CaptureDevice;
import dev.ringroad.net.device.capture.PcapngWriter;
import dev.ringroad.net.driver.pair.PairDevice;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

class CaptureContractTest extends NetDeviceContract {

    @TempDir private static Path folder;

    private final List<PcapngWriter> writers = new ArrayList<>();

    @Override
    protected DeviceEnds open() throws IOException {
        closeWriters();
        PairDevice.Ends pair = PairDevice.create("capture-a", "capture-b", 256, 2048, 1500);
        return new DeviceEnds(
                new CaptureDevice(pair.a(), writer("a")), new CaptureDevice(pair.b(), writer("b")));
    }

    private PcapngWriter writer(String name) throws IOException {
        PcapngWriter writer = new PcapngWriter(folder.resolve(name + ".pcapng"));
        writers.add(writer);
        return writer;
    }

    @AfterEach
    void closeWriters() throws IOException {
        for (PcapngWriter writer : writers) {
            writer.close();
        }
        writers.clear();
    }
}
