package dev.ringroad.net.driver.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.UnixStream;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.net.virtio.RingDescriptor;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.virtio.VirtioNetHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/** Packets in several buffers: given to the back end as they lie, or copied. */
class VirtioChainTest {

    private static final int ROUNDS = 10_000;
    private static final long STEP_NANOS = 1_000_000;
    private static final int PART_BYTES = 50;

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst out = new Burst(32);
    private VirtioDevice device;
    private RawBackEnd backEnd;
    private long now = System.nanoTime();

    private void connect(String options, long features) throws Exception {
        String path = folder.resolve("v").toString();
        var config = VirtioConfig.of(DeviceSpec.parse("virtio:" + path + ",size=16" + options));
        try (UnixStream listener = UnixStream.listen(path, false)) {
            device = VirtioDevice.open("virtio", config, counters);
            for (int i = 0; i < ROUNDS && !device.linkUp(); i++) {
                service();
                if (backEnd == null) {
                    UnixStream socket = listener.accept();
                    backEnd = socket == null ? null : new RawBackEnd(socket);
                } else {
                    backEnd.offeredFeatures = features;
                    backEnd.serve();
                }
            }
        }
        assertThat(device.linkUp()).as(device.status()).isTrue();
    }

    private void service() {
        now += STEP_NANOS;
        device.service(now);
    }

    @AfterEach
    void close() {
        out.releaseAll();
        backEnd.close();
        device.close();
        counters.close();
    }

    private static Packet part(PacketPool pool, int number) {
        Packet packet = Objects.requireNonNull(pool.acquire());
        byte[] bytes = new byte[PART_BYTES];
        Arrays.fill(bytes, (byte) (number + 1));
        packet.append(PART_BYTES);
        packet.copyIn(0, bytes, 0, PART_BYTES);
        return packet;
    }

    private Packet chain(int parts) {
        Packet head = part(device.pool(), 0);
        for (int i = 1; i < parts; i++) {
            head.chain(part(device.pool(), i));
        }
        return head;
    }

    private static byte[] expected(int parts) {
        byte[] bytes = new byte[VirtioNetHeader.BYTES + parts * PART_BYTES];
        for (int i = 0; i < parts * PART_BYTES; i++) {
            bytes[VirtioNetHeader.BYTES + i] = (byte) (i / PART_BYTES + 1);
        }
        return bytes;
    }

    private void send(Packet packet) {
        out.add(packet);
        assertThat(device.txQueue(0).transmit(out)).isEqualTo(1);
    }

    private boolean isTable() {
        DeviceModel.Buffer next = Objects.requireNonNull(backEnd.ring(1).peek());
        return (next.flags() & RingDescriptor.INDIRECT) != 0;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes", ",in_order=no", ",packed=yes,in_order=no"})
    void goAsTheyLie(String options) throws Exception {
        connect(options, RawBackEnd.FEATURES);
        int before = device.pool().available();
        for (int round = 0; round < 40; round++) {
            int parts = 1 + round % ChainTables.PARTS_MAX;
            send(chain(parts));
            assertThat(isTable()).isEqualTo(parts > 1);
            assertThat(backEnd.take()).isEqualTo(expected(parts));
            service();
            assertThat(device.pool().available()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes"})
    void areCopiedIfThereAreNoTables(String options) throws Exception {
        connect(options, RawBackEnd.FEATURES & ~VirtioFeature.INDIRECT_DESC.mask());
        send(chain(3));
        assertThat(isTable()).isFalse();
        assertThat(backEnd.take()).isEqualTo(expected(3));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",packed=yes"})
    void areCopiedIfTheBackEndCannotSeeThem(String options) throws Exception {
        connect(options, RawBackEnd.FEATURES);
        try (PacketPool other = PacketPool.create("other", 4, 512, Placement.ordinary())) {
            Packet head = part(device.pool(), 0);
            head.chain(part(other, 1));
            send(head);
            assertThat(isTable()).isFalse();
            assertThat(backEnd.take()).isEqualTo(expected(2));
            send(chain(ChainTables.PARTS_MAX + 1));
            assertThat(isTable()).isFalse();
            assertThat(backEnd.take()).isEqualTo(expected(ChainTables.PARTS_MAX + 1));
            Packet full = chain(2);
            full.prepend(full.headroom());
            out.add(full);
            assertThat(device.txQueue(0).transmit(out)).isEqualTo(1);
            assertThat(isTable()).as("no room for the header").isFalse();
            assertThat(other.available()).isEqualTo(other.packets());
        }
    }
}
