package dev.ringroad.testkit.vhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.driver.vhost.VhostConfig;
import dev.ringroad.net.driver.vhost.VhostDevice;
import dev.ringroad.net.driver.vhost.VhostDrop;
import dev.ringroad.net.driver.vhost.VhostRole;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.testkit.device.PeerTraffic;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A driver that others wrote: DPDK's net_virtio_user, with every layout that it knows. */
class VhostTestPmdTest {

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private VhostDevice device;
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
            // Which asks us for the positions of its rings, and waits for the answers.
            CompletableFuture<Void> ending = CompletableFuture.runAsync(testPmd::close);
            traffic.await("testpmd's end", ending::isDone);
        }
        if (device != null) {
            traffic.close();
            device.close();
        }
        counters.close();
    }

    /** mrg_rxbuf, in_order and packed_vq each off and on, with one queue pair and two. */
    static Stream<Arguments> matrix() {
        return IntStream.range(0, 16)
                .mapToObj(i -> Arguments.of(i & 1, i >> 1 & 1, i >> 2 & 1, 1 + (i >> 3 & 1)));
    }

    private String path() {
        return folder.resolve("v.sock").toString();
    }

    private void open(VhostConfig config) throws IOException {
        device = VhostDevice.open("vhost", config.withUnsealedAllowed(true), counters);
        traffic = new PeerTraffic(device);
    }

    /** Starts testpmd, which waits for our answers meanwhile, and serves until it forwards. */
    private void start(String options, int queues, TestPmd.Mode mode) throws Exception {
        String port = "net_virtio_user0,path=" + path() + ",queues=" + queues + options;
        CompletableFuture<TestPmd> starting =
                CompletableFuture.supplyAsync(() -> startNow(List.of(port), queues, mode));
        traffic.await("testpmd", starting::isDone);
        testPmd = starting.get();
        traffic.awaitLink(true);
    }

    private static TestPmd startNow(List<String> ports, int queues, TestPmd.Mode mode) {
        try {
            return TestPmd.start(ports, mode, 0, "--rxq=" + queues, "--txq=" + queues);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String options(int mergeable, int inOrder, int packed) {
        return ",mrg_rxbuf=" + mergeable + ",in_order=" + inOrder + ",packed_vq=" + packed;
    }

    @ParameterizedTest(name = "mrg_rxbuf={0},in_order={1},packed_vq={2},queues={3}")
    @MethodSource("matrix")
    void framesComeBackByteForByte(int mergeable, int inOrder, int packed, int queues)
            throws Exception {
        open(VhostConfig.server(path()).withQueuePairs(queues));
        start(options(mergeable, inOrder, packed), queues, TestPmd.Mode.MAC_SWAP);
        int number = 0;
        for (int queue = 0; queue < queues; queue++) {
            number += traffic.exchangeSwapped(queue, 30, 64);
        }
        TestPmd.Statistics statistics = testPmd.statistics();
        assertThat(statistics.received()).isEqualTo(number);
        assertThat(statistics.transmitted()).isEqualTo(number);
        assertThat(device.status())
                .contains("VERSION_1")
                .matches(words -> words.contains("NET_MRG_RXBUF") == (mergeable == 1))
                .matches(words -> words.contains("IN_ORDER") == (inOrder == 1))
                .matches(words -> words.contains("RING_PACKED") == (packed == 1));
        assertNothingWentWrong();
    }

    @ParameterizedTest(name = "mrg_rxbuf={0},in_order={1},packed_vq={2},queues={3}")
    @MethodSource("matrix")
    void nothingIsLostWhileTheRingHasRoom(int mergeable, int inOrder, int packed, int queues)
            throws Exception {
        open(VhostConfig.server(path()).withQueuePairs(queues));
        start(options(mergeable, inOrder, packed), queues, TestPmd.Mode.TX_ONLY);
        long received =
                traffic.receiveAll(
                        queues, 100_000, VhostTestPmdTest::assertGenerated, this::stopForwarding);
        assertThat(received)
                .as("all that testpmd could place in the rings")
                .isEqualTo(testPmd.statistics().transmitted());
        assertNothingWentWrong();
    }

    private void stopForwarding() {
        try {
            testPmd.stopForwarding();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertGenerated(Packet packet) {
        assertThat(packet.length()).isEqualTo(64);
        assertThat(BigEndian.u16(packet.segment(), packet.offset() + 12)).isEqualTo(0x0800);
    }

    private void assertNothingWentWrong() {
        device.service(System.nanoTime());
        for (VhostDrop reason : VhostDrop.values()) {
            assertThat(device.dropped(reason)).as(reason.name()).isZero();
        }
        for (DeviceDrop reason : DeviceDrop.values()) {
            assertThat(device.dropped(reason)).as(reason.name()).isZero();
        }
        assertThat(device.linkUp()).isTrue();
    }

    @ParameterizedTest(name = "packed_vq={0}, we are {1}")
    @CsvSource({"0,SERVER", "1,SERVER", "0,CLIENT", "1,CLIENT"})
    void aKilledPeerIsNoticedAndItsSuccessorTaken(int packed, VhostRole ours) throws Exception {
        boolean server = ours == VhostRole.SERVER;
        open(server ? VhostConfig.server(path()) : VhostConfig.client(path()));
        String options = options(1, 0, packed) + (server ? "" : ",server=1");
        start(options, 1, TestPmd.Mode.MAC_SWAP);
        traffic.exchangeSwapped(0, 1, 8);
        OpenDescriptors descriptors = OpenDescriptors.now();
        long mappedBytes = Mappings.mappedBytes();
        testPmd.kill();
        traffic.awaitLink(false);
        traffic.send(0, List.of(PeerTraffic.frame(2, 60)));
        assertThat(device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
        assertThat(device.pool().available()).isEqualTo(device.pool().packets());
        if (!server) {
            // The killed server left its socket behind.
            Files.deleteIfExists(Path.of(path()));
        }
        start(options, 1, TestPmd.Mode.MAC_SWAP);
        traffic.exchangeSwapped(0, 1, 8);
        assertThat(OpenDescriptors.now().beyond(descriptors)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBytes);
        assertThat(device.connectionCount()).as("the link came up again").isGreaterThan(1);
    }

    @Test
    void memoryThatCouldShrinkIsRefusedUnlessAllowed() throws Exception {
        device = VhostDevice.open("vhost", VhostConfig.server(path()), counters);
        traffic = new PeerTraffic(device);
        CompletableFuture<TestPmd> starting =
                CompletableFuture.supplyAsync(
                        () ->
                                startNow(
                                        List.of("net_virtio_user0,path=" + path()),
                                        1,
                                        TestPmd.Mode.MAC_SWAP));
        traffic.await("a refusal", () -> device.status().contains("not sealed"));
        traffic.await("testpmd", starting::isDone);
        starting.handle((started, _) -> testPmd = started).get();
        assertThat(device.linkUp()).isFalse();
    }
}
