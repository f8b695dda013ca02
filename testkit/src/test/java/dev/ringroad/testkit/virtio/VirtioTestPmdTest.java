package dev.ringroad.testkit.virtio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.memif.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.virtio.VirtioConfig;
import dev.ringroad.net.driver.virtio.VirtioDevice;
import dev.ringroad.net.driver.virtio.VirtioDrop;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.virtio.VirtioFeature;
import dev.ringroad.net.wire.BigEndian;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A back end that others wrote: DPDK's net_vhost, with every kind of ring and in both roles. */
class VirtioTestPmdTest {

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final int BURST = 32;

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst in = new Burst(BURST);
    private final Burst out = new Burst(BURST);
    private VirtioDevice device;
    private TestPmd testPmd;

    @BeforeEach
    void requireTestPmd() {
        String missing = TestPmd.missing();
        assumeTrue(missing == null, missing);
    }

    @AfterEach
    void close() {
        in.releaseAll();
        out.releaseAll();
        if (testPmd != null) {
            testPmd.close();
        }
        if (device != null) {
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
        device.pool().recordStacks(false);
    }

    private void serveUntil(boolean up) {
        long start = System.nanoTime();
        while (device.linkUp() != up) {
            device.service(System.nanoTime());
            pause();
            assertThat(System.nanoTime() - start).as(device.status()).isLessThan(PATIENCE_NANOS);
        }
    }

    /** Two processors have to be enough for everybody. */
    private static void pause() {
        try {
            Thread.sleep(1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(int queue, List<byte[]> frames) {
        int next = 0;
        long start = System.nanoTime();
        while (next < frames.size() || !out.isEmpty()) {
            while (out.room() > 0 && next < frames.size()) {
                byte[] frame = frames.get(next++);
                Packet packet = device.pool().acquire();
                assertThat(packet).isNotNull();
                packet.append(frame.length);
                packet.copyIn(0, frame, 0, frame.length);
                out.add(packet);
            }
            if (device.txQueue(queue).transmit(out) == 0) {
                pause();
            }
            assertThat(System.nanoTime() - start).as("sending").isLessThan(PATIENCE_NANOS);
        }
    }

    private List<byte[]> receive(int queue, int count) {
        List<byte[]> frames = new ArrayList<>();
        long start = System.nanoTime();
        while (frames.size() < count) {
            if (device.rxQueue(queue).receive(in) == 0) {
                pause();
            }
            for (int i = 0; i < in.size(); i++) {
                Packet packet = in.get(i);
                byte[] frame = new byte[packet.length()];
                packet.copyOut(0, frame, 0, frame.length);
                frames.add(frame);
            }
            in.releaseAll();
            assertThat(System.nanoTime() - start)
                    .as("waiting for %s frames, got %s", count, frames.size())
                    .isLessThan(PATIENCE_NANOS);
        }
        return frames;
    }

    private static byte[] frame(int number, int bytes) {
        byte[] frame = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            frame[i] = (byte) (number * 31 + i);
        }
        frame[0] = 2;
        frame[6] = 2;
        frame[12] = (byte) 0x88;
        frame[13] = (byte) 0xB5;
        return frame;
    }

    private static byte[] swapped(byte[] frame) {
        byte[] swapped = frame.clone();
        System.arraycopy(frame, 0, swapped, 6, 6);
        System.arraycopy(frame, 6, swapped, 0, 6);
        return swapped;
    }

    /** Every combination of what can be agreed on, with one queue pair and with two. */
    static Stream<Arguments> matrix() {
        return IntStream.range(0, 16)
                .mapToObj(
                        i -> Arguments.of((i & 1) != 0, (i & 2) != 0, (i & 4) != 0, 1 + (i >> 3)));
    }

    private static String yesNo(boolean yes) {
        return yes ? "yes" : "no";
    }

    @ParameterizedTest(name = "mrg_rxbuf {0}, in_order {1}, packed {2}, queues {3}")
    @MethodSource("matrix")
    void framesComeBackByteForByte(boolean merged, boolean inOrder, boolean packed, int queues)
            throws Exception {
        startTestPmd(TestPmd.Mode.MAC_SWAP, queues, false);
        open(
                ",mrg_rxbuf="
                        + yesNo(merged)
                        + ",in_order="
                        + yesNo(inOrder)
                        + ",packed="
                        + yesNo(packed)
                        + ",queues="
                        + queues);
        serveUntil(true);
        assertThat(VirtioFeature.NET_MRG_RXBUF.in(device.features())).isEqualTo(merged);
        assertThat(VirtioFeature.IN_ORDER.in(device.features())).isEqualTo(inOrder);
        assertThat(VirtioFeature.RING_PACKED.in(device.features())).isEqualTo(packed);
        int number = 0;
        for (int round = 0; round < 40; round++) {
            for (int queue = 0; queue < queues; queue++) {
                number = sendAndCompare(queue, number, 64);
            }
        }
        TestPmd.Statistics statistics = testPmd.statistics();
        assertThat(statistics.received()).isEqualTo(number);
        assertThat(statistics.transmitted()).isEqualTo(number);
        assertNothingWentWrong();
    }

    private int sendAndCompare(int queue, int begin, int count) {
        int number = begin;
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(frame(number, 60 + number % 1455));
            number++;
        }
        send(queue, sent);
        List<byte[]> back = receive(queue, count);
        assertThat(back).hasSameSizeAs(sent);
        for (int i = 0; i < count; i++) {
            assertThat(back.get(i)).isEqualTo(swapped(sent.get(i)));
        }
        return number;
    }

    @ParameterizedTest(name = "packed {0}")
    @ValueSource(strings = {"no", "yes"})
    void nothingIsLostWhileTheRingHasRoom(String packed) throws Exception {
        startTestPmd(TestPmd.Mode.TX_ONLY, 1, false);
        open(",packed=" + packed);
        serveUntil(true);
        long received = 0;
        while (received < 300_000) {
            received += receiveOnce();
        }
        testPmd.stopForwarding();
        int quiet = 0;
        while (quiet < 3) {
            int n = receiveOnce();
            received += n;
            quiet = n == 0 ? quiet + 1 : 0;
        }
        assertThat(received)
                .as("all that testpmd could place in the ring")
                .isEqualTo(testPmd.statistics().transmitted());
        assertNothingWentWrong();
    }

    private int receiveOnce() {
        int n = device.rxQueue(0).receive(in);
        for (int i = 0; i < n; i++) {
            assertThat(in.get(i).length()).isEqualTo(64);
            assertThat(BigEndian.u16(in.get(i).segment(), in.get(i).offset() + 12))
                    .isEqualTo(0x0800);
        }
        in.releaseAll();
        if (n == 0) {
            pause();
        }
        return n;
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
        serveUntil(true);
        exchangeOne(1);
        long descriptors = openDescriptors();
        testPmd.kill();
        serveUntil(false);
        send(0, List.of(frame(2, 60)));
        assertThat(device.dropped(DeviceDrop.LINK_DOWN)).isEqualTo(1);
        assertThat(device.pool().available()).isEqualTo(device.pool().packets());

        if (!weListen) {
            // The killed server left its socket behind, which testpmd takes for one in use.
            Files.deleteIfExists(Path.of(path()));
        }
        startTestPmd(TestPmd.Mode.MAC_SWAP, 1, weListen);
        serveUntil(true);
        exchangeOne(3);
        assertThat(openDescriptors()).isLessThanOrEqualTo(descriptors);
    }

    private void exchangeOne(int number) {
        send(0, List.of(frame(number, 100)));
        assertThat(receive(0, 1).getFirst()).isEqualTo(swapped(frame(number, 100)));
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.count();
        }
    }
}
