package dev.ringroad.net.device.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ringroad.net.device.Wire;
import dev.ringroad.net.driver.pair.PairDevice;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

class CaptureDeviceTest {

    private static final long EPOCH_NANOS = 1_763_820_000_123_456_789L;

    @TempDir private Path folder;

    @Test
    void writesBothDirectionsWithTheirTimes() throws IOException {
        Path path = folder.resolve("a.pcapng");
        captureAFew(path);
        PcapngReader capture = PcapngReader.read(path);
        assertThat(capture.interfaces).containsExactly("left", "right");
        assertThat(capture.resolutions).containsExactly(9, 9);
        assertThat(capture.frames).hasSize(6);
        PcapngReader.Frame first = capture.frames.get(0);
        assertThat(first.interfaceNumber()).isZero();
        assertThat(first.epochNanos()).isEqualTo(EPOCH_NANOS);
        assertThat(first.flags()).isEqualTo(2);
        assertThat(first.data()).hasSize(Wire.FRAME_BYTES);
        assertThat(first.data()[17]).isEqualTo((byte) 5);
        assertThat(capture.frames)
                .extracting(PcapngReader.Frame::flags)
                .containsExactly(2, 2, 1, 1, 2, 1);
        assertThat(capture.frames)
                .extracting(PcapngReader.Frame::interfaceNumber)
                .containsExactly(0, 0, 1, 1, 1, 0);
    }

    private static void captureAFew(Path path) throws IOException {
        PairDevice.Ends pair = PairDevice.create("left", "right", 64, 512, 300);
        try (PcapngWriter writer = new PcapngWriter(path);
                CaptureDevice left = new CaptureDevice(pair.a(), writer, () -> EPOCH_NANOS);
                CaptureDevice right = new CaptureDevice(pair.b(), writer, () -> EPOCH_NANOS + 1)) {
            Wire.send(left, 5, 2);
            assertThat(Wire.receiveNumbers(right)).containsExactly(5, 6);
            Wire.send(right, 7, 1);
            assertThat(Wire.receiveNumbers(left)).containsExactly(7);
        }
    }

    @Test
    void isReadByTshark() throws Exception {
        Path path = folder.resolve("a.pcapng");
        captureAFew(path);
        List<String> lines =
                tshark(
                        "-r",
                        path.toString(),
                        "-T",
                        "fields",
                        "-e",
                        "frame.time_epoch",
                        "-e",
                        "frame.len",
                        "-e",
                        "frame.interface_name",
                        "-e",
                        "frame.packet_flags_direction");
        assertThat(lines).hasSize(6);
        String[] first = lines.getFirst().split("\t", -1);
        assertThat(first[0]).startsWith("1763820000.123456789");
        assertThat(first[1]).isEqualTo("64");
        assertThat(first[2]).isEqualTo("left");
        assertThat(Integer.decode(first[3])).isEqualTo(2);
    }

    private static List<String> tshark(String... arguments) throws Exception {
        String[] command = new String[arguments.length + 1];
        command[0] = "tshark";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        Process process;
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
        } catch (IOException _) {
            assumeTrue(false, "tshark is not installed (Debian: tshark)");
            return List.of();
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return output.lines().toList();
    }

    @Test
    void capturesOnlyWhatWasTaken() throws IOException {
        Path path = folder.resolve("a.pcapng");
        PairDevice.Ends pair = PairDevice.create("left", "right", 64, 512, 300);
        int taken;
        try (PcapngWriter writer = new PcapngWriter(path);
                CaptureDevice left = new CaptureDevice(pair.a(), writer);
                PairDevice _ = pair.b()) {
            Burst burst = new Burst(60);
            for (int i = 0; i < 60; i++) {
                burst.add(Wire.frame(left, i));
            }
            taken = left.txQueue(0).transmit(burst);
            assertThat(taken).isBetween(1, 59);
            assertThat(burst.size()).isEqualTo(60 - taken);
            burst.releaseAll();
        }
        assertThat(PcapngReader.read(path).frames).hasSize(taken);
    }

    @Test
    void capturesMoreThanItsBufferHolds() throws IOException {
        Path path = folder.resolve("a.pcapng");
        PairDevice.Ends pair = PairDevice.create("left", "right", 64, 65_536 + 192, 65_500);
        int sent = 0;
        try (PcapngWriter writer = new PcapngWriter(path);
                CaptureDevice left = new CaptureDevice(pair.a(), writer);
                PairDevice right = pair.b()) {
            Burst burst = new Burst(32);
            for (int round = 0; round < 5; round++) {
                for (int i = 0; i < 30; i++) {
                    Packet packet = Wire.frame(left, i);
                    packet.append(65_000 + i - Wire.FRAME_BYTES);
                    burst.add(packet);
                }
                while (!burst.isEmpty()) {
                    sent += left.txQueue(0).transmit(burst);
                    Wire.receiveNumbers(right);
                }
            }
        }
        PcapngReader capture = PcapngReader.read(path);
        assertThat(capture.frames).hasSize(sent).hasSize(150);
        assertThat(capture.frames.get(149).data()).hasSize(65_029);
    }

    @Test
    void cutsFramesToTheSnapLength() throws IOException {
        Path path = folder.resolve("a.pcapng");
        PairDevice.Ends pair = PairDevice.create("left", "right", 64, 512, 300);
        try (PcapngWriter writer = new PcapngWriter(path, 21);
                CaptureDevice left = new CaptureDevice(pair.a(), writer);
                PairDevice _ = pair.b()) {
            Wire.send(left, 258, 1);
        }
        PcapngReader.Frame frame = PcapngReader.read(path).frames.getFirst();
        assertThat(frame.originalBytes()).isEqualTo(64);
        assertThat(frame.data()).hasSize(21);
        assertThat(Arrays.copyOfRange(frame.data(), 14, 18)).containsExactly(0, 0, 1, 2);
    }

    @Test
    void goesOnWithoutACaptureWhenTheDiskIsFull() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "/dev/full is not there");
        PairDevice.Ends pair = PairDevice.create("left", "right", 64, 512, 300);
        PcapngWriter writer = new PcapngWriter(full);
        try (CaptureDevice left = new CaptureDevice(pair.a(), writer);
                PairDevice right = pair.b()) {
            for (int i = 0; i < 10; i++) {
                Wire.send(left, i, 4);
                left.service(i * 1_000_000_000L);
                assertThat(Wire.receiveNumbers(right)).hasSize(4);
            }
            assertThat(writer.isIntact()).isFalse();
        }
        assertThatThrownBy(writer::close).isInstanceOf(IOException.class);
    }
}
