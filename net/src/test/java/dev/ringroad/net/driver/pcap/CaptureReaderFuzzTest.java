package dev.ringroad.net.driver.pcap;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.net.driver.pcap.CaptureReader.State;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Whatever a file has, it is refused with a sentence, or read to a state that says why it ends:
 * each frame lies within what was read, and of a file that is cut all whole frames come first.
 */
class CaptureReaderFuzzTest {

    private static final List<String> WHOLE =
            List.of("pcap-micros", "pcap-nanos-big-endian", "pcapng", "pcapng-two-sections");

    @FuzzTest(maxDuration = "1m")
    void anyFile(byte[] data) throws IOException {
        Path file = Files.createTempFile("capture", "");
        try {
            Files.write(file, data);
            List<byte[]> frames = read(file);
            // The shortest record is 12 bytes long.
            assertThat(frames).hasSizeLessThanOrEqualTo(data.length / 12);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void aFileThatIsCutAnywhereHasTheFramesBeforeTheCut() throws IOException {
        Path file = Files.createTempFile("capture", "");
        try {
            for (String name : WHOLE) {
                byte[] whole = seed(name);
                Files.write(file, whole);
                List<byte[]> all = read(file);
                assertThat(all).as(name).hasSizeGreaterThanOrEqualTo(2);
                for (int bytes = 0; bytes < whole.length; bytes++) {
                    Files.write(file, Arrays.copyOf(whole, bytes));
                    List<byte[]> some = read(file);
                    assertThat(some.size()).isLessThanOrEqualTo(all.size());
                    for (int i = 0; i < some.size(); i++) {
                        assertThat(some.get(i)).isEqualTo(all.get(i));
                    }
                }
            }
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] seed(String name) throws IOException {
        String place = "CaptureReaderFuzzTestInputs/anyFile/" + name;
        try (InputStream in = CaptureReaderFuzzTest.class.getResourceAsStream(place)) {
            return Objects.requireNonNull(in, place).readAllBytes();
        }
    }

    /** All frames, which are the same ones when the file is read again. */
    private static List<byte[]> read(Path file) throws IOException {
        try (CaptureReader reader = CaptureReader.open(file)) {
            List<byte[]> first = frames(reader);
            if (reader.rewind() == State.FRAME) {
                List<byte[]> second = frames(reader);
                assertThat(second).usingRecursiveComparison().isEqualTo(first);
            }
            return first;
        } catch (IOException e) {
            assertThat(e.getMessage()).startsWith(file.toString());
            return List.of();
        }
    }

    private static List<byte[]> frames(CaptureReader reader) {
        List<byte[]> frames = new ArrayList<>();
        State state = reader.next();
        while (state == State.FRAME) {
            byte[] frame = new byte[reader.frameBytes()];
            reader.buffer().get(reader.frameAt(), frame);
            frames.add(frame);
            state = reader.next();
        }
        assertThat(state).isIn(State.END, State.CUT, State.BROKEN);
        return frames;
    }
}
