package dev.ringroad.net.driver.pcap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ringroad.core.counter.CounterFile;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.device.DeviceDrop;
import dev.ringroad.net.device.DeviceSpec;
import dev.ringroad.net.driver.NetDevices;
import dev.ringroad.net.forward.ForwardPoller;
import dev.ringroad.net.forward.Mode;
import dev.ringroad.net.forward.Port;
import dev.ringroad.net.packet.Burst;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class PcapDeviceTest {

    private static final int MICROS = 0xA1B2C3D4;
    private static final int NANOS = 0xA1B23C4D;

    @TempDir private Path folder;

    private final CounterFile counters = CounterFile.inMemory(128);

    @AfterEach
    void closeCounters() {
        counters.close();
    }

    private PcapDevice open(String spec) throws IOException {
        return PcapDevice.open(DeviceSpec.parse(spec), counters);
    }

    private static byte[] frame(int number, int bytes) {
        byte[] frame = new byte[bytes];
        Arrays.fill(frame, (byte) number);
        frame[0] = 2;
        return frame;
    }

    private static List<byte[]> frames() {
        return List.of(frame(1, 60), frame(2, 61), frame(3, 1514), frame(4, 14));
    }

    private static byte[] pcap(int magic, ByteOrder order, int link, List<byte[]> frames) {
        ByteBuffer b = ByteBuffer.allocate(1 << 16).order(order);
        b.putInt(magic).putShort((short) 2).putShort((short) 4).putLong(0).putInt(65535);
        b.putInt(link);
        for (byte[] frame : frames) {
            b.putInt(1_700_000_000).putInt(5).putInt(frame.length).putInt(frame.length).put(frame);
        }
        return Arrays.copyOf(b.array(), b.position());
    }

    /** With an interface that is not Ethernet, a block of unknown type and a simple packet. */
    private static byte[] pcapng(ByteOrder order, List<byte[]> frames) {
        ByteBuffer b = ByteBuffer.allocate(1 << 16).order(order);
        b.putInt(0x0A0D0D0A).putInt(28).putInt(0x1A2B3C4D).putInt(1).putLong(-1).putInt(28);
        for (int link : new int[] {1, 113}) {
            b.putInt(1).putInt(20).putShort((short) link).putShort((short) 0).putInt(0).putInt(20);
        }
        b.putInt(0x0BAD).putInt(16).putInt(7).putInt(16);
        putEnhanced(b, 1, frame(99, 64));
        for (byte[] frame : frames.subList(0, frames.size() - 1)) {
            putEnhanced(b, 0, frame);
        }
        byte[] last = frames.getLast();
        int bytes = 16 + padded(last.length);
        b.putInt(3).putInt(bytes).putInt(last.length).put(last);
        b.position(b.position() + padded(last.length) - last.length).putInt(bytes);
        return Arrays.copyOf(b.array(), b.position());
    }

    private static void putEnhanced(ByteBuffer b, int number, byte[] frame) {
        int bytes = 32 + padded(frame.length);
        b.putInt(6).putInt(bytes).putInt(number).putLong(0).putInt(frame.length);
        b.putInt(frame.length).put(frame);
        b.position(b.position() + padded(frame.length) - frame.length).putInt(bytes);
    }

    private static int padded(int bytes) {
        return (bytes + 3) & ~3;
    }

    private Path write(byte[] content) throws IOException {
        return Files.write(folder.resolve("in"), content);
    }

    private static List<byte[]> receiveAll(PcapDevice device) {
        List<byte[]> frames = new ArrayList<>();
        Burst burst = new Burst(3);
        while (device.rxQueue(0).receive(burst) > 0) {
            for (int i = 0; i < burst.size(); i++) {
                byte[] frame = new byte[burst.get(i).length()];
                burst.get(i).copyOut(0, frame, 0, frame.length);
                frames.add(frame);
            }
            burst.releaseAll();
        }
        return frames;
    }

    private long counted(String reason) {
        return counters.counter("pcap:" + folder.resolve("in") + ".drop." + reason, "").value();
    }

    private void assertReads(byte[] content) throws IOException {
        try (PcapDevice device = open("pcap:" + write(content))) {
            assertThat(receiveAll(device)).containsExactlyElementsOf(frames());
            assertThat(device.exhausted()).isTrue();
            assertThat(counted("file-cut") + counted("file-broken")).isZero();
        }
    }

    @Test
    void readsPcapInBothByteOrdersWithMicrosecondsAndNanoseconds() throws IOException {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            assertReads(pcap(MICROS, order, 1, frames()));
            assertReads(pcap(NANOS, order, 1, frames()));
        }
    }

    @Test
    void readsPcapngInBothByteOrdersAndSkipsWhatIsNoEthernetFrame() throws IOException {
        assertReads(pcapng(ByteOrder.LITTLE_ENDIAN, frames()));
        assertReads(pcapng(ByteOrder.BIG_ENDIAN, frames()));
    }

    @Test
    void givesWhatIsWholeOfAFileThatIsCutAnywhere() throws IOException {
        for (byte[] whole :
                List.of(
                        pcap(MICROS, ByteOrder.BIG_ENDIAN, 1, frames()),
                        pcapng(ByteOrder.LITTLE_ENDIAN, frames()))) {
            for (int bytes = 28; bytes < whole.length; bytes += bytes < 400 ? 5 : 101) {
                try (PcapDevice device = open("pcap:" + write(Arrays.copyOf(whole, bytes)))) {
                    List<byte[]> received = receiveAll(device);
                    assertThat(received)
                            .containsExactlyElementsOf(frames().subList(0, received.size()));
                    assertThat(device.exhausted()).isTrue();
                }
            }
        }
        assertThat(counted("file-cut")).isGreaterThan(50);
        assertThat(counted("file-broken")).isZero();
    }

    /** Lengths of four ones among them; whatever comes of it, nothing is thrown. */
    @Test
    void survivesFilesThatLie() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 200; i++) {
            boolean blocks = i % 2 == 0;
            byte[] file =
                    blocks
                            ? pcapng(ByteOrder.LITTLE_ENDIAN, frames())
                            : pcap(NANOS, ByteOrder.LITTLE_ENDIAN, 1, frames());
            for (int j = 0; j <= random.nextInt(3); j++) {
                int at = 24 + 4 * random.nextInt(80);
                Arrays.fill(file, at, at + 1 + random.nextInt(4), (byte) random.nextInt(256));
            }
            try (PcapDevice device = open("pcap:" + write(file))) {
                assertThat(receiveAll(device)).hasSizeLessThan(200);
                assertThat(device.exhausted()).isTrue();
            }
        }
        assertThat(counted("file-broken")).isPositive();
    }

    @Test
    void countsRuntsAndFramesThatAreTooLongAndGoesOn() throws IOException {
        List<byte[]> odd = List.of(frame(1, 13), frame(2, 9217), frame(3, 60), new byte[0]);
        try (PcapDevice device =
                open("pcap:" + write(pcap(MICROS, ByteOrder.LITTLE_ENDIAN, 1, odd)))) {
            assertThat(receiveAll(device)).containsExactly(frame(3, 60));
            assertThat(device.dropped(DeviceDrop.RECEIVED_BROKEN)).isEqualTo(2);
            assertThat(device.dropped(DeviceDrop.RECEIVED_TOO_LONG)).isEqualTo(1);
        }
    }

    @Test
    void beginsAgainWhenItLoops() throws IOException {
        Path file = write(pcapng(ByteOrder.BIG_ENDIAN, frames()));
        try (PcapDevice device = open("pcap:" + file + ",loop=yes")) {
            Burst burst = new Burst(100);
            assertThat(device.rxQueue(0).receive(burst)).isEqualTo(100);
            assertThat(burst.get(97).length()).isEqualTo(burst.get(1).length());
            assertThat(device.exhausted()).isFalse();
            burst.releaseAll();
        }
        byte[] empty = pcap(MICROS, ByteOrder.LITTLE_ENDIAN, 1, List.of());
        try (PcapDevice device = open("pcap:" + write(empty) + ",loop=yes")) {
            assertThat(receiveAll(device)).isEmpty();
            assertThat(device.exhausted()).isTrue();
        }
    }

    @Test
    void givesFramesAtARateAndSaysWhenTheNextIsDue() throws IOException {
        Path file = write(pcap(MICROS, ByteOrder.LITTLE_ENDIAN, 1, frames()));
        try (PcapDevice device = open("pcap:" + file + ",pps=1");
                PollSet wake = new PollSet(1)) {
            Burst burst = new Burst(4);
            long begin = System.nanoTime();
            assertThat(device.rxQueue(0).receive(burst)).isEqualTo(1);
            assertThat(device.prepareSleep(wake)).isTrue();
            assertThat(device.nextDeadlineNanos() - begin).isGreaterThanOrEqualTo(1_000_000_000L);
            burst.releaseAll();
        }
    }

    @ParameterizedTest
    @CsvSource({"io, false", "macswap, true"})
    void whatIsForwardedFromFileToFileIsThereAndNothingElse(String mode, boolean swapped)
            throws IOException {
        Path in = write(pcap(MICROS, ByteOrder.BIG_ENDIAN, 1, frames()));
        Path out = folder.resolve("out.pcapng");
        try (PcapDevice a = open("pcap:" + in);
                PcapDevice b = open("pcap:-,out=" + out)) {
            List<Port> ports = List.of(new Port(0, a, counters), new Port(1, b, counters));
            ForwardPoller poller = ForwardPoller.of(Mode.of(mode), ports, 32).getFirst();
            for (int i = 1; !poller.finished() && i < 100; i++) {
                poller.poll(i * 2_000_000L);
            }
            assertThat(poller.finished()).isTrue();
            poller.close();
        }
        try (PcapDevice written = open("pcap:" + out)) {
            List<byte[]> expected = new ArrayList<>();
            for (byte[] frame : frames()) {
                byte[] other = frame.clone();
                if (swapped) {
                    System.arraycopy(frame, 0, other, 6, 6);
                    System.arraycopy(frame, 6, other, 0, 6);
                }
                expected.add(other);
            }
            assertThat(receiveAll(written)).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void refusesWhatIsNoCaptureOfEthernetFrames() throws IOException {
        Path text = write("This is no capture at all, but long enough.".getBytes(UTF_8));
        assertThatThrownBy(() -> open("pcap:" + text)).hasMessageContaining("neither a pcap nor");
        Path wifi = write(pcap(MICROS, ByteOrder.LITTLE_ENDIAN, 105, frames()));
        assertThatThrownBy(() -> open("pcap:" + wifi)).hasMessageContaining("link type 105");
        Path none = write(new byte[0]);
        assertThatThrownBy(() -> open("pcap:" + none)).hasMessageContaining("empty");
        assertThatThrownBy(() -> open("pcap:/no/such/file")).hasMessageContaining("cannot be read");
    }

    @Test
    void refusesWhatIsCutWithinItsHeader() throws IOException {
        byte[] pcapng = pcapng(ByteOrder.LITTLE_ENDIAN, frames());
        byte[] pcap = pcap(MICROS, ByteOrder.LITTLE_ENDIAN, 1, frames());
        for (byte[] cut : List.of(Arrays.copyOf(pcapng, 4), Arrays.copyOf(pcap, 20))) {
            Path file = write(cut);
            assertThatThrownBy(() -> open("pcap:" + file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(file + " is cut within its header");
        }
    }

    @Test
    void saysInWordsWhyAFileCannotBeRead() {
        assertThatThrownBy(() -> open("pcap:" + folder))
                .hasMessageContaining(folder + " cannot be read: it is a folder");
        assertThatThrownBy(() -> open("pcap:" + folder.resolve("none")))
                .hasMessageContaining("none cannot be read: there is no such file");
    }

    @Test
    void doesNotWriteIntoTheFileThatItReads() throws IOException {
        byte[] content = pcap(MICROS, ByteOrder.LITTLE_ENDIAN, 1, frames());
        Path file = write(content);
        Path other = Files.createLink(folder.resolve("other"), file);
        for (Path written : List.of(file, other)) {
            assertThatThrownBy(() -> open("pcap:" + file + ",out=" + written))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("would be overwritten");
            DeviceSpec captured = DeviceSpec.parse("pcap:" + file + ",capture=" + written);
            assertThatThrownBy(() -> NetDevices.open(captured, counters))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("would be overwritten");
        }
        assertThat(file).hasBinaryContent(content);
    }
}
