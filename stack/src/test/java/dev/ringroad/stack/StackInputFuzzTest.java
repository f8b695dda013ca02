package dev.ringroad.stack;

import static org.assertj.core.api.Assertions.assertThat;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.net.wire.Checksum;
import dev.ringroad.net.wire.Ipv4Header;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.lab.Probe;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpListener;
import dev.ringroad.stack.udp.UdpEndpoint;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/**
 * Whatever comes in, the stack neither throws nor keeps a packet that it should give back. Frames
 * of every kind the stack knows (and those that once found a fault) lie in {@code corpus.txt}; each
 * run mutates them by its seed.
 */
class StackInputFuzzTest {
    private static final int FRAMES = 4000;
    private static final String STACK_HARDWARE = String.format("%012x", Probe.STACK_HARDWARE);
    private static final long SECOND = 1_000_000_000L;

    private static List<byte[]> corpus() throws IOException {
        List<byte[]> frames = new ArrayList<>();
        try (InputStream text =
                Objects.requireNonNull(
                        StackInputFuzzTest.class.getResourceAsStream("corpus.txt"))) {
            for (String line : new String(text.readAllBytes(), US_ASCII).lines().toList()) {
                String hex = line.replaceFirst("#.*", "").replace(" ", "");
                if (!hex.isEmpty()) {
                    frames.add(
                            HexFormat.of()
                                    .parseHex(hex.replaceFirst("^020000000001", STACK_HARDWARE)));
                }
            }
        }
        return frames;
    }

    @Test
    void takesTheCorpusAsItIs() throws IOException {
        feed(corpus());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void survivesAnything(long seed) throws IOException {
        Random random = new Random(seed);
        List<byte[]> corpus = corpus();
        List<byte[]> frames = new ArrayList<>();
        for (int i = 0; i < FRAMES; i++) {
            frames.add(mutated(corpus.get(random.nextInt(corpus.size())), random));
        }
        feed(frames);
    }

    /** Coverage-guided: frames one behind the other, each with two bytes of length before it. */
    @FuzzTest(maxDuration = "1m")
    void anyFrames(byte[] data) {
        List<byte[]> frames = new ArrayList<>();
        int at = 0;
        while (at + 2 <= data.length && frames.size() < 32) {
            int claimed = (data[at] & 0xff) << 8 | (data[at + 1] & 0xff);
            int end = Math.min(data.length, at + 2 + Math.min(claimed, 1800));
            frames.add(forStack(Arrays.copyOfRange(data, at + 2, end)));
            at = end;
        }
        feed(frames);
    }

    /** Or nearly all would be for another host. */
    private static byte[] forStack(byte[] frame) {
        if (frame.length >= 6 && (frame[0] & 1) == 0) {
            System.arraycopy(HexFormat.of().parseHex(STACK_HARDWARE), 0, frame, 0, 6);
        }
        return frame;
    }

    private static byte[] mutated(byte[] original, Random random) {
        byte[] frame = original.clone();
        int changes = random.nextInt(5);
        for (int i = 0; i < changes && frame.length > 0; i++) {
            int at = random.nextInt(Math.min(frame.length, 80));
            switch (random.nextInt(6)) {
                case 0 -> frame[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> frame[at] = (byte) random.nextInt();
                case 2 -> frame[at] = (byte) (random.nextBoolean() ? 0 : 0xff);
                case 3 -> frame = Arrays.copyOf(frame, random.nextInt(frame.length + 1));
                case 4 ->
                        frame =
                                Arrays.copyOf(
                                        frame, Math.min(1800, frame.length + random.nextInt(64)));
                default -> frame = ipv4WithRandomFragment(frame, random);
            }
        }
        // Half of them get right checksums again, or nothing would come beyond the first check.
        if (random.nextBoolean()) {
            repairChecksums(frame);
        }
        return frame;
    }

    private static byte[] ipv4WithRandomFragment(byte[] frame, Random random) {
        if (frame.length < 34) {
            return frame;
        }
        byte[] changed = frame.clone();
        int word =
                random.nextInt(3) == 0
                        ? random.nextInt(0x4000)
                        : random.nextInt(8) | random.nextInt(2) << 13;
        changed[20] = (byte) (word >> 8);
        changed[21] = (byte) word;
        changed[19] = (byte) random.nextInt(4);
        return changed;
    }

    private static void repairChecksums(byte[] frame) {
        if (frame.length < 34 || frame[12] != 8 || frame[13] != 0) {
            return;
        }
        MemorySegment s = MemorySegment.ofArray(frame);
        int headerBytes = Ipv4Header.headerBytes(s, 14);
        if (headerBytes < 20 || 14 + headerBytes > frame.length) {
            return;
        }
        Ipv4Header.checksum(s, 14, 0);
        Ipv4Header.checksum(s, 14, Checksum.of(s, 14, headerBytes));
        int payloadBytes = Ipv4Header.totalBytes(s, 14) - headerBytes;
        int at = 14 + headerBytes;
        int protocol = Ipv4Header.protocol(s, 14);
        int field = protocol == 1 ? 2 : protocol == 6 ? 16 : protocol == 17 ? 6 : -1;
        if (field < 0 || payloadBytes < field + 2 || at + payloadBytes > frame.length) {
            return;
        }
        frame[at + field] = 0;
        frame[at + field + 1] = 0;
        long pseudo =
                protocol == 1
                        ? 0
                        : Checksum.pseudoHeader4(
                                Ipv4Header.source(s, 14),
                                Ipv4Header.destination(s, 14),
                                protocol,
                                payloadBytes);
        int sum = Checksum.finish(Checksum.partial(s, at, payloadBytes, pseudo));
        frame[at + field] = (byte) (sum >> 8);
        frame[at + field + 1] = (byte) sum;
    }

    private static void feed(List<byte[]> frames) {
        try (Probe probe = new Probe()) {
            probe.introduce();
            UdpEndpoint udp = Objects.requireNonNull(probe.stack().udp().open());
            assertThat(udp.bind(IpAddress.ANY_V4, 7)).isZero();
            udp.join(IpAddress.parse("224.1.2.3"), probe.netInterface(), probe.now());
            TcpListener listener = probe.stack().tcp().listener();
            assertThat(listener.bind(IpAddress.ANY_V4, 80, false)).isZero();
            assertThat(listener.listen(16)).isZero();
            TcpConnection client = probe.stack().tcp().open();
            client.connect(IpAddress.v4(Probe.PEER), 9, probe.now());
            ByteBuffer into = ByteBuffer.allocate(65536);
            for (int i = 0; i < frames.size(); i++) {
                probe.put(frames.get(i));
                probe.poll();
                probe.sent();
                while (udp.receive(into.clear(), null) >= 0) {
                    // Read away, so that the queue is no limit.
                }
                for (TcpConnection c = listener.accept(); c != null; c = listener.accept()) {
                    c.abort(probe.now());
                }
                if (i % 64 == 0) {
                    probe.pass(SECOND / 100);
                }
            }
            listener.close(probe.now());
            client.abort(probe.now());
            udp.close(probe.now());
            probe.pass(200 * SECOND);
            assertThat(probe.packetsHeld()).isZero();
            assertThat(probe.stack().ip().reassemblies()).isZero();
        }
    }
}
