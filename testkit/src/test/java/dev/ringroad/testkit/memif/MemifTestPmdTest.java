package dev.ringroad.testkit.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.dpdk.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.driver.memif.MemifConfig;
import dev.ringroad.net.driver.memif.MemifDevice;
import dev.ringroad.net.driver.memif.MemifDrop;
import dev.ringroad.net.driver.memif.MemifRole;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;
import dev.ringroad.testkit.device.PeerTraffic;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A peer that others wrote: DPDK's net_memif, in both roles, copying and not. */
class MemifTestPmdTest {

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private MemifDevice device;
    private PeerTraffic traffic;
    private TestPmd testPmd;

    @BeforeEach
    void requireTestPmd() {
        String missing = TestPmd.missing();
        assumeTrue(missing == null, missing);
    }

    @AfterEach
    void close() {
        if (traffic != null) {
            traffic.close();
        }
        if (testPmd != null) {
            testPmd.close();
        }
        if (device != null) {
            device.close();
        }
        counters.close();
    }

    private String path() {
        return folder.resolve("memif.sock").toString();
    }

    private void startTestPmd(MemifRole role, boolean zeroCopy, TestPmd.Mode mode)
            throws IOException {
        testPmd = TestPmd.start(role, path(), zeroCopy, mode, 0);
    }

    /**
     * Opens our end and starts testpmd as the other; a client that does not copy is whoever is the
     * client. testpmd tries to connect once only, so a server of ours comes first.
     */
    private void connect(MemifRole ours, boolean zeroCopy, TestPmd.Mode mode) throws Exception {
        if (ours == MemifRole.SERVER) {
            open(MemifConfig.server(path()).withUnsealedAllowed(zeroCopy));
            Thread serving = new Thread(this::serveUntilUp, "serving");
            serving.start();
            startTestPmd(MemifRole.CLIENT, zeroCopy, mode);
            serving.join();
        } else {
            startTestPmd(MemifRole.SERVER, false, mode);
            open(MemifConfig.client(path()).withZeroCopy(zeroCopy));
        }
        traffic.awaitLink(true);
    }

    private void open(MemifConfig config) throws IOException {
        device = MemifDevice.open("memif", config, counters);
        traffic = new PeerTraffic(device);
    }

    private void serveUntilUp() {
        traffic.awaitLink(true);
    }

    @ParameterizedTest(name = "we are {0}, zero-copy {1}")
    @CsvSource({"SERVER,false", "SERVER,true", "CLIENT,false", "CLIENT,true"})
    void framesComeBackByteForByte(MemifRole ours, boolean zeroCopy) throws Exception {
        connect(ours, zeroCopy, TestPmd.Mode.MAC_SWAP);
        int number = traffic.exchangeSwapped(0, 40, 64);
        TestPmd.Statistics statistics = testPmd.statistics();
        assertThat(statistics.received()).isEqualTo(number);
        assertThat(statistics.transmitted()).isEqualTo(number);
        assertNothingWentWrong();
    }

    @ParameterizedTest(name = "we are {0}, zero-copy {1}")
    @CsvSource({"SERVER,false", "SERVER,true", "CLIENT,false", "CLIENT,true"})
    void pingsAreAnswered(MemifRole ours, boolean zeroCopy) throws Exception {
        connect(ours, zeroCopy, TestPmd.Mode.ICMP_ECHO);
        byte[] request = ping();
        for (int i = 0; i < 20; i++) {
            traffic.send(0, List.of(request));
            byte[] reply = traffic.receive(0, 1).getFirst();
            assertThat(reply).hasSameSizeAs(request);
            MemorySegment bytes = MemorySegment.ofArray(reply);
            assertThat(reply[34]).as("an echo reply").isZero();
            assertThat(BigEndian.u32(bytes, 26)).isEqualTo(0x0A090002L);
            assertThat(BigEndian.u32(bytes, 30)).isEqualTo(0x0A090001L);
            assertThat(Checksum.of(bytes, 34, reply.length - 34)).isZero();
            for (int at = 38; at < reply.length; at++) {
                assertThat(reply[at]).isEqualTo(request[at]);
            }
        }
        assertNothingWentWrong();
    }

    /** From 10.9.0.1 to 10.9.0.2. */
    private static byte[] ping() {
        byte[] frame = PeerTraffic.frame(1, 98);
        MemorySegment bytes = MemorySegment.ofArray(frame);
        BigEndian.u16(bytes, 12, 0x0800);
        bytes.asSlice(14, 28).fill((byte) 0);
        frame[14] = 0x45;
        BigEndian.u16(bytes, 16, 84);
        frame[22] = 64;
        frame[23] = 1;
        bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 26, Integer.reverseBytes(0x0A090001));
        bytes.set(ValueLayout.JAVA_INT_UNALIGNED, 30, Integer.reverseBytes(0x0A090002));
        BigEndian.u16(bytes, 24, Checksum.of(bytes, 14, 20));
        frame[34] = 8;
        BigEndian.u16(bytes, 36, Checksum.of(bytes, 34, 64));
        return frame;
    }

    @ParameterizedTest(name = "we are {0}, zero-copy {1}")
    @CsvSource({"SERVER,false", "SERVER,true", "CLIENT,false", "CLIENT,true"})
    void nothingIsLostWhileTheRingHasRoom(MemifRole ours, boolean zeroCopy) throws Exception {
        connect(ours, zeroCopy, TestPmd.Mode.TX_ONLY);
        long received =
                traffic.receiveAll(
                        1, 300_000, MemifTestPmdTest::assertGenerated, this::stopForwarding);
        assertThat(received)
                .as("all that testpmd could place in the ring")
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
        for (MemifDrop reason : MemifDrop.values()) {
            assertThat(device.dropped(reason)).as(reason.name()).isZero();
        }
        assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isZero();
        assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isZero();
        assertThat(device.dropped(DeviceDrop.OVERSIZE)).isZero();
        assertThat(device.linkUp()).isTrue();
    }

    @ParameterizedTest(name = "we are {0}, zero-copy {1}")
    @CsvSource({"SERVER,false", "SERVER,true", "CLIENT,false", "CLIENT,true"})
    void aKilledPeerIsNoticedAndItsSuccessorTaken(MemifRole ours, boolean zeroCopy)
            throws Exception {
        connect(ours, zeroCopy, TestPmd.Mode.MAC_SWAP);
        exchangeOne(1);
        OpenDescriptors descriptors = OpenDescriptors.now();
        long mappedBytes = Mappings.mappedBytes();
        testPmd.kill();
        traffic.awaitLink(false);
        traffic.send(0, List.of(PeerTraffic.frame(2, 60)));
        assertThat(device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
        assertThat(device.pool().available()).isEqualTo(device.pool().packets());

        if (ours == MemifRole.SERVER) {
            Thread serving = new Thread(this::serveUntilUp, "serving");
            serving.start();
            startTestPmd(MemifRole.CLIENT, zeroCopy, TestPmd.Mode.MAC_SWAP);
            serving.join();
        } else {
            // The killed server left its socket behind, which testpmd takes for one in use.
            Files.deleteIfExists(Path.of(path()));
            startTestPmd(MemifRole.SERVER, false, TestPmd.Mode.MAC_SWAP);
        }
        traffic.awaitLink(true);
        exchangeOne(3);
        assertThat(OpenDescriptors.now().beyond(descriptors)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBytes);
    }

    private void exchangeOne(int number) {
        byte[] frame = PeerTraffic.frame(number, 100);
        traffic.send(0, List.of(frame));
        assertThat(traffic.receive(0, 1).getFirst()).isEqualTo(PeerTraffic.swapped(frame));
    }

    @Test
    void memoryThatCouldShrinkIsRefusedUnlessAllowed() throws Exception {
        open(MemifConfig.server(path()));
        startTestPmd(MemifRole.CLIENT, true, TestPmd.Mode.MAC_SWAP);
        traffic.await("a refusal", () -> device.status().contains("not sealed"));
        assertThat(device.linkUp()).isFalse();
    }
}
