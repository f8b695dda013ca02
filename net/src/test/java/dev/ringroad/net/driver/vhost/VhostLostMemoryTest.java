package dev.ringroad.net.driver.vhost;

import static dev.ringroad.net.driver.vhost.RawFrontEnd.BYTES;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.FROM_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.GUEST;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.TO_US;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USER;
import static dev.ringroad.net.driver.vhost.RawFrontEnd.USUAL;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.net.driver.Holes;
import dev.ringroad.net.virtio.VhostUserPayload.MemoryRegion;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.List;

/** A front end that takes pages out of its memory although the size of that is sealed. */
class VhostLostMemoryTest {

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aHoleInHugepagesEndsTheConnectionOnly(boolean receives) throws Exception {
        Holes.assumeHugepages();
        String path = folder.resolve("v").toString();
        VhostConfig config = VhostConfig.server(path).withPackets(64);
        try (CounterFile counters = CounterFile.inMemory(64);
                VhostDevice device = VhostDevice.open("vhost", config, counters)) {
            try (RawFrontEnd peer = new RawFrontEnd(device, path);
                    SharedRegion huge =
                            SharedRegion.allocate("huge", BYTES, Placement.preferHuge())) {
                peer.agree(USUAL);
                peer.tellMemory(
                        List.of(new MemoryRegion(GUEST, BYTES, USER, 0)),
                        huge.descriptor().number());
                peer.startRing(TO_US);
                peer.startRing(FROM_US);
                assertThat(device.linkUp()).as("no seal is missing").isTrue();
                Holes.takeUntil(
                        huge,
                        () -> {
                            if (receives) {
                                peer.expectNothing();
                            } else {
                                peer.offer(60);
                            }
                            return device.dropped(VhostDrop.MEMORY_GONE) > 0;
                        });
                RawFrontEnd.service(device);
                assertThat(device.status()).contains("took its memory away");
            }
            assertThat(device.pool().available()).isEqualTo(device.pool().packets());
            try (RawFrontEnd next = new RawFrontEnd(device, path)) {
                next.start(USUAL);
            }
        }
    }
}
