package dev.ringroad.testkit.memif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.bench.memif.TestPmd;
import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.driver.memif.MemifConfig;
import dev.ringroad.net.driver.memif.MemifDevice;
import dev.ringroad.net.driver.memif.MemifDrop;
import dev.ringroad.net.driver.memif.MemifRole;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.BigEndian;
import dev.ringroad.net.wire.Checksum;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A peer that others wrote: DPDK's net_memif, in both roles, copying and not. */
class MemifTestPmdTest {

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final int BURST = 32;

    @TempDir Path folder;

    private final CounterFile counters = CounterFile.inMemory(64);
    private final Burst in = new Burst(BURST);
    private final Burst out = new Burst(BURST);
    private MemifDevice device;
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
        serveUntil(true);
    }

    private void open(MemifConfig config) throws IOException {
        device = MemifDevice.open("memif", config, counters);
        device.pool().recordStacks(false);
    }

    private void serveUntilUp() {
        serveUntil(true);
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

    private void send(List<byte[]> frames) {
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
            if (device.txQueue(0).transmit(out) == 0) {
                pause();
            }
            assertThat(System.nanoTime() - start).as("sending").isLessThan(PATIENCE_NANOS);
        }
    }

    private List<byte[]> receive(int count) {
        List<byte[]> frames = new ArrayList<>();
        long start = System.nanoTime();
        while (frames.size() < count) {
            if (device.rxQueue(0).receive(in) == 0) {
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

    @ParameterizedTest(name = "we are {0}, zero-copy {1}")
    @CsvSource({"SERVER,false", "SERVER,true", "CLIENT,false", "CLIENT,true"})
    void framesComeBackByteForByte(MemifRole ours, boolean zeroCopy) throws Exception {
        connect(ours, zeroCopy, TestPmd.Mode.MAC_SWAP);
        int number = 0;
        for (int round = 0; round < 40; round++) {
            List<byte[]> sent = new ArrayList<>();
            for (int i = 0; i < 64; i++) {
                sent.add(frame(number, 60 + number % 1455));
                number++;
            }
            send(sent);
            List<byte[]> back = receive(sent.size());
            assertThat(back).hasSameSizeAs(sent);
            for (int i = 0; i < sent.size(); i++) {
                assertThat(back.get(i)).isEqualTo(swapped(sent.get(i)));
            }
        }
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
            send(List.of(request));
            byte[] reply = receive(1).getFirst();
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
        byte[] frame = frame(1, 98);
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
        serveUntil(false);
        send(List.of(frame(2, 60)));
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
        serveUntil(true);
        exchangeOne(3);
        assertThat(OpenDescriptors.now().beyond(descriptors)).as("left open").isEmpty();
        assertThat(Mappings.mappedBytes()).as("mapped bytes").isEqualTo(mappedBytes);
    }

    private void exchangeOne(int number) {
        send(List.of(frame(number, 100)));
        assertThat(receive(1).getFirst()).isEqualTo(swapped(frame(number, 100)));
    }

    @Test
    void memoryThatCouldShrinkIsRefusedUnlessAllowed() throws Exception {
        open(MemifConfig.server(path()));
        startTestPmd(MemifRole.CLIENT, true, TestPmd.Mode.MAC_SWAP);
        long start = System.nanoTime();
        while (!device.status().contains("not sealed")) {
            device.service(System.nanoTime());
            pause();
            assertThat(System.nanoTime() - start).as(device.status()).isLessThan(PATIENCE_NANOS);
        }
        assertThat(device.linkUp()).isFalse();
    }
}
