package dev.ringroad.testkit.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.virtio.VirtioConfig;
import dev.ringroad.net.driver.virtio.VirtioDevice;
import dev.ringroad.net.driver.virtio.VirtioDrop;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.testkit.device.PeerTraffic;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A back end that others wrote: DPDK's net_vhost, with every kind of ring and in both roles. */
class VirtioTestPmdTest {

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private VirtioDevice device;
    private PeerTraffic traffic;
    private TestPmd testPmd;

    @BeforeEach
    void requireTestPmd() {
        String missing = TestPmd.missing();
        assumeTrue(missing == null, missing);
    }

    @AfterEach
    void close() {
        if (testPmd != null) {
            testPmd.close();
        }
        if (device != null) {
            traffic.close();
            device.close();
        }
        counters.close();
    }

    private String path() {
        return folder.resolve("vhost.sock").toString();
    }

    private void startTestPmd(TestPmd.Mode mode, int queues, boolean connects) throws IOException {
        String port =
                "net_vhost0,iface=" + path() + ",queues=" + queues + (connects ? ",client=1" : "");
        testPmd = TestPmd.start(List.of(port), mode, 0, "--rxq=" + queues, "--txq=" + queues);
    }

    private void open(String options) throws IOException {
        VirtioConfig config = VirtioConfig.of(DeviceSpec.parse("virtio:" + path() + options));
        device = VirtioDevice.open("virtio", config, counters);
        traffic = new PeerTraffic(device);
    }

    /** Every combination of what can be agreed on, with one queue pair and with two. */
    static Stream<Arguments> matrix() {
        return IntStream.range(0, 16)
                .mapToObj(
                        i -> Arguments.of((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, 1 + (i >> 3)));
    }

    private static String option(String name, boolean yes) {
        return "," + name + "=" + (yes ? "yes" : "no");
    }

    @ParameterizedTest(name = "mrg_rxbuf {0}, in_order {1}, packed {2}, queues {3}")
    @MethodSource("matrix")
    void framesComeBackByteForByte(boolean merged, boolean inOrder, boolean packed, int queues)
            throws Exception {
        startTestPmd(TestPmd.Mode.MAC_SWAP, queues, false);
        open(
                option("mrg_rxbuf", merged)
                        + option("in_order", inOrder)
                        + option("packed", packed)
                        + ",queues="
                        + queues);
        traffic.awaitLink(true);
        assertThat(VirtioFeature.NET_MRG_RXBUF.in(device.features())).isEqualTo(merged);
        assertThat(VirtioFeature.IN_ORDER.in(device.features())).isEqualTo(inOrder);
        assertThat(VirtioFeature.RING_PACKED.in(device.features())).isEqualTo(packed);
        long number = 0;
        for (int queue = 0; queue < queues; queue++) {
            number += traffic.exchangeSwapped(queue, 40, 64);
        }
        TestPmd.Statistics statistics = testPmd.statistics();
        assertThat(statistics.received()).isEqualTo(number);
        assertThat(statistics.transmitted()).isEqualTo(number);
        assertNothingWentWrong();
    }

    @ParameterizedTest(name = "packed {0}")
    @ValueSource(booleans = {false, true})
    void nothingIsLostWhileTheRingHasRoom(boolean packed) throws Exception {
        startTestPmd(TestPmd.Mode.TX_ONLY, 1, false);
        open(option("packed", packed));
        traffic.awaitLink(true);
        long received =
                traffic.receiveAll(1, 300_000, VirtioTestPmdTest::check, this::stopForwarding);
        assertThat(received)
                .as("all that testpmd could place in the ring")
                .isEqualTo(testPmd.statistics().transmitted());
        assertNothingWentWrong();
    }

    /** In several buffers each: by tables of descriptors, or copied where there are none. */
    @ParameterizedTest(name = "packed {0}, indirect {1}")
    @CsvSource({"false,true", "true,true", "false,false"})
    void chainedPacketsComeBackByteForByte(boolean packed, boolean indirect) throws Exception {
        startTestPmd(TestPmd.Mode.MAC_SWAP, 1, false);
        open(option("packed", packed) + option("indirect", indirect));
        traffic.awaitLink(true);
        assertThat(VirtioFeature.INDIRECT_DESC.in(device.features())).isEqualTo(indirect);
        assertThat(VirtioFeature.EVENT_IDX.in(device.features())).isTrue();
        traffic.inPartsOf(300);
        traffic.exchangeSwapped(0, 40, 64);
        assertNothingWentWrong();
    }

    private void stopForwarding() {
        try {
            testPmd.stopForwarding();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(Packet packet) {
        assertThat(packet.length()).isEqualTo(64);
        assertThat(BigEndian.u16(packet.segment(), packet.offset() + 12)).isEqualTo(0x0800);
    }

    private void assertNothingWentWrong() {
        device.service(System.nanoTime());
        for (VirtioDrop reason : VirtioDrop.values()) {
            assertThat(device.dropped(reason)).as(reason.name()).isZero();
        }
        assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isZero();
        assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isZero();
        assertThat(device.dropped(DeviceDrop.OVERSIZE)).isZero();
        assertThat(device.linkUp()).isTrue();
    }

    @ParameterizedTest(name = "we are {0}")
    @ValueSource(strings = {"client", "server"})
    void aKilledBackEndIsNoticedAndItsSuccessorTaken(String role) throws Exception {
        boolean weListen = role.equals("server");
        if (weListen) {
            open(",role=server");
        }
        startTestPmd(TestPmd.Mode.MAC_SWAP, 1, weListen);
        if (!weListen) {
            open("");
        }
        traffic.awaitLink(true);
        traffic.exchangeSwapped(0, 1, 1);
        OpenDescriptors descriptors = OpenDescriptors.now();
        testPmd.kill();
        traffic.awaitLink(false);
        traffic.send(0, List.of(PeerTraffic.frame(2, 60)));
        assertThat(device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
        assertThat(device.pool().available()).isEqualTo(device.pool().packets());

        if (!weListen) {
            // The killed server left its socket behind, which testpmd takes for one in use.
            Files.deleteIfExists(Path.of(path()));
        }
        startTestPmd(TestPmd.Mode.MAC_SWAP, 1, weListen);
        traffic.awaitLink(true);
        traffic.exchangeSwapped(0, 1, 1);
        assertThat(OpenDescriptors.now().beyond(descriptors)).as("left open").isEmpty();
    }
}
