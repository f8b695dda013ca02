package dev.ringroad.net.driver.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Memfd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.Holes;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Objects;

/** A back end that takes away the memory it was given. */
class VirtioLostMemoryTest {

    private static final int ROUNDS = 10_000;
    private static final long STEP_NANOS = 1_000_000;

    @TempDir Path folder;

    private long now = System.nanoTime();

    @ParameterizedTest
    @ValueSource(strings = {"no", "yes"})
    void holesAreZeroesAndTheSizeStays(String packed) throws Exception {
        String path = folder.resolve("v").toString();
        var spec = DeviceSpec.parse("virtio:" + path + ",size=16,packed=" + packed);
        Burst burst = new Burst(8);
        try (UnixStream listener = UnixStream.listen(path, false);
                CounterFile counters = CounterFile.inMemory(64);
                VirtioDevice device = VirtioDevice.open("virtio", VirtioConfig.of(spec), counters);
                PollSet wake = new PollSet(4)) {
            try (RawBackEnd hostile = connect(device, listener)) {
                SharedRegion region = Objects.requireNonNull(hostile.region);
                assertThatThrownBy(() -> Memfd.resize(region.descriptor(), 0))
                        .hasMessageContaining("EPERM");
                Packet held = Objects.requireNonNull(device.pool().acquire());
                held.append(60);
                Holes.punch(region, 0, region.byteSize());
                try (AutoCloseable _ = Holes.takeFreeHugepages()) {
                    burst.add(held);
                    device.txQueue(0).transmit(burst);
                    device.rxQueue(0).receive(burst);
                    device.prepareSleep(wake);
                    device.wakeUp();
                    service(device);
                    burst.releaseAll();
                }
            }
            try (RawBackEnd next = connect(device, listener)) {
                next.deliver(new byte[60]);
                assertThat(device.rxQueue(0).receive(burst)).isEqualTo(1);
                burst.releaseAll();
            }
        }
    }

    private void service(VirtioDevice device) {
        now += STEP_NANOS;
        device.service(now);
    }

    private RawBackEnd connect(VirtioDevice device, UnixStream listener) throws Exception {
        RawBackEnd backEnd = null;
        for (int i = 0; i < ROUNDS; i++) {
            service(device);
            if (backEnd != null) {
                backEnd.serve();
                if (device.linkUp()) {
                    return backEnd;
                }
                continue;
            }
            UnixStream socket = listener.accept();
            backEnd = socket == null ? null : new RawBackEnd(socket);
        }
        throw new AssertionError(device.status());
    }
}
