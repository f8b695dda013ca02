package dev.ringroad.net.driver.memif;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.UnixSeqPacket;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.Holes;
import dev.ringroad.net.driver.memif.MemifMessage.Connected;
import dev.ringroad.net.driver.memif.MemifMessage.Init;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A peer that takes pages out of shared memory although its size is sealed. */
class MemifLostMemoryTest {

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst burst = new Burst(8);
    private MemifDevice device;

    @AfterEach
    void close() {
        burst.releaseAll();
        device.close();
        counters.close();
    }

    private String path() {
        return folder.resolve("m").toString();
    }

    private MemifDevice open(String options) throws Exception {
        MemifConfig config = MemifConfig.of(DeviceSpec.parse("memif:" + path() + options));
        return MemifDevice.open("memif", config, counters);
    }

    private void addPacket() {
        Packet packet = Objects.requireNonNull(device.pool().acquire());
        packet.append(60);
        burst.add(packet);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHoleInAClientsHugepagesEndsTheConnectionOnly(boolean receives) throws Exception {
        Holes.assumeHugepages();
        device = open(",role=server");
        try (RawPeer peer = RawPeer.client(device, path())) {
            SharedRegion region =
                    SharedRegion.allocate("huge", RawPeer.REGION_BYTES, Placement.preferHuge());
            peer.owned.add(region);
            peer.say(new Init(0x200, 0, 0, "", "raw"), -1);
            assertThat(peer.offer(region)).as("no seal is missing").isInstanceOf(Connected.class);
            Holes.takeUntil(
                    region,
                    () -> {
                        if (receives) {
                            device.rxQueue(0).receive(burst);
                        } else {
                            addPacket();
                            device.txQueue(0).transmit(burst);
                        }
                        burst.releaseAll();
                        return device.dropped(MemifDrop.MEMORY_GONE) > 0;
                    });
            RawPeer.service(device);
            assertThat(device.linkUp()).isFalse();
        }
        try (RawPeer next = RawPeer.connectedClient(device, path())) {
            assertThat(device.linkUp()).isTrue();
            assertThat(next.toServer).isNotNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no", "yes"})
    void whatAClientSharesHasNoPagesThatCanBeTaken(String zeroCopy) throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false)) {
            device = open(",role=client,zero-copy=" + zeroCopy);
            try (RawPeer peer = RawPeer.server(device, listener)) {
                List<SharedRegion> regions = peer.accept();
                assertThat(device.linkUp()).as(device.status()).isTrue();
                for (SharedRegion region : regions) {
                    assertThat(region.keepsItsPages()).isTrue();
                    Holes.punch(region, 0, region.byteSize());
                }
                addPacket();
                try (AutoCloseable _ = Holes.takeFreeHugepages()) {
                    device.txQueue(0).transmit(burst);
                    device.rxQueue(0).receive(burst);
                    RawPeer.service(device);
                }
                assertThat(device.dropped(MemifDrop.MEMORY_GONE)).isZero();
            }
        }
    }
}
