package dev.ringroad.testkit.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.driver.pcap.PcapDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Out of one file, into another. */
class PcapContractTest extends LoneDeviceContract {

    private static final int SHORTEST = TestFrames.BYTES_MIN;

    private final CounterFile counters = CounterFile.inMemory(256);

    @TempDir private Path folder;

    @Override
    protected NetDevice open(int number) throws IOException {
        Path in = folder.resolve("in.pcapng");
        if (!Files.exists(in)) {
            write(in, 200);
        }
        return open("pcap:" + in + ",loop=yes,out=" + folder.resolve(number + ".pcapng"));
    }

    private NetDevice open(String spec) throws IOException {
        return PcapDevice.open(DeviceSpec.parse(spec), counters);
    }

    /** Counters outlive their devices. */
    @AfterEach
    @Override
    void closeDevices() {
        super.closeDevices();
        counters.close();
    }

    /** Frames of every length from the shortest one on, some in parts, from and to one address. */
    private long write(Path file, int frames) throws IOException {
        Burst burst = new Burst(1);
        try (NetDevice device = open("pcap:-,out=" + file)) {
            for (int i = 0; i < frames; i++) {
                int bytes = SHORTEST + i;
                burst.add(
                        i % 3 == 0
                                ? DeviceEnds.frame(device, device, i, bytes)
                                : DeviceEnds.chainedFrame(device, device, i, bytes, 15, 17));
                assertThat(device.txQueue(0).transmit(burst)).isOne();
            }
            return device.macAddress().bits();
        }
    }

    @Test
    void carriesFramesOfEveryLengthFromFileToFile() throws IOException {
        Path first = folder.resolve("first.pcapng");
        Path second = folder.resolve("second.pcapng");
        int frames = 9216 - SHORTEST + 1;
        long writer = write(first, frames);
        try (NetDevice from = open("pcap:" + first);
                NetDevice to = open("pcap:-,out=" + second)) {
            Burst burst = new Burst(32);
            int passed = 0;
            while (from.rxQueue(0).receive(burst) > 0) {
                passed += to.txQueue(0).transmit(burst);
            }
            assertThat(passed).isEqualTo(frames);
            assertThat(from.exhausted()).isTrue();
        }
        try (NetDevice read = open("pcap:" + second)) {
            List<Packet> received = new ArrayList<>();
            for (int i = 0; i < frames; i++) {
                if (received.isEmpty()) {
                    DeviceEnds.receiveOnce(read, received);
                }
                Packet packet = received.removeFirst();
                TestFrames.assertIntact(packet, writer, writer, i, SHORTEST + i);
                packet.release();
            }
            assertThat(DeviceEnds.receiveOnce(read, received)).isZero();
        }
    }
}
