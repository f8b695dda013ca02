package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.PduType;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Whatever bytes a host sends in whatever pieces: answers that are PDUs, then perhaps the reason
 * why it ends, and no buffer is lost. The input's first byte says how far the connection is
 * already, the second in how small pieces the rest comes.
 */
class TargetConnectionFuzzTest {
    private static final int SEEDS = 400;
    private static ConnectionBench bench;

    @BeforeAll
    static void open() throws IOException {
        // So few buffers that waiting for one happens.
        TargetConfig config = TargetConfig.defaults().withBuffers(4, 3);
        bench = new ConnectionBench(config.withTransfers(4096, 8192, 4));
    }

    @AfterAll
    static void close() {
        bench.close();
    }

    @FuzzTest(maxDuration = "1m")
    void anyBytes(byte[] data) {
        int stage = data.length > 0 ? data[0] & 3 : 0;
        int piece = data.length > 1 ? 1 + (data[1] & 0xFF) * 16 : 1;
        byte[] bytes = data.length > 2 ? Arrays.copyOfRange(data, 2, data.length) : new byte[0];
        ConnectionBench.Talk admin = bench.talk();
        ConnectionBench.Talk talk = admin;
        if (stage > 0) {
            admin.asAdmin();
        }
        if (stage > 1) {
            talk = bench.talk().asIo(admin);
        }
        try {
            talk.feed(bytes, piece);
            List<Integer> types = talk.checkAnswers();
            int terminated = types.indexOf(PduType.CONTROLLER_TERMINATE);
            assertThat(terminated == -1 || terminated == types.size() - 1).isTrue();
        } finally {
            talk.close();
            admin.close();
        }
        bench.requireQuiet();
        assertThat(bench.home.memory().isWhole()).isTrue();
    }

    /** A conversation of an I/O queue: writes in both ways, reads, everything else. */
    private static byte[] goodIo() {
        HostPdus host = new HostPdus();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(2);
        out.write(255);
        byte[] block = new byte[512];
        MemorySegment write = host.io(IoOpcode.WRITE, 1, 3, 1);
        HostPdus.capsuleData(write, 512);
        out.writeBytes(host.capsule(write, block));
        MemorySegment read = host.io(IoOpcode.READ, 1, 3, 2);
        HostPdus.transportData(read, 1024);
        out.writeBytes(host.capsule(read, new byte[0]));
        MemorySegment asked = host.io(IoOpcode.WRITE, 1, 8, 20);
        HostPdus.transportData(asked, 20 * 512);
        out.writeBytes(host.capsule(asked, new byte[0]));
        out.writeBytes(host.capsule(host.entry(IoOpcode.FLUSH, 1), new byte[0]));
        out.writeBytes(host.capsule(host.io(IoOpcode.WRITE_ZEROES, 1, 3, 5), new byte[0]));
        return out.toByteArray();
    }

    private static byte[] goodAdmin() {
        HostPdus host = new HostPdus();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(1);
        out.write(255);
        for (int kind = IdentifyKind.NAMESPACE; kind <= IdentifyKind.NAMESPACE_NAMES; kind++) {
            MemorySegment identify = host.entry(AdminOpcode.IDENTIFY, 1);
            SubmissionEntry.doubleWord(identify, 0, 10, kind);
            HostPdus.transportData(identify, 4096);
            out.writeBytes(host.capsule(identify, new byte[0]));
        }
        MemorySegment event = host.entry(AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST, 0);
        out.writeBytes(host.capsule(event, new byte[0]));
        out.writeBytes(host.capsule(host.entry(AdminOpcode.KEEP_ALIVE, 0), new byte[0]));
        return out.toByteArray();
    }

    private static byte[] goodStart() {
        ConnectionBench.Talk talk = bench.talk();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(0);
        out.write(255);
        out.writeBytes(talk.initialize());
        out.writeBytes(talk.connect(0xFFFF, 0));
        out.writeBytes(talk.enable());
        talk.close();
        return out.toByteArray();
    }

    @Test
    void conversationsCutAnywhere() {
        for (byte[] good : List.of(goodStart(), goodAdmin(), goodIo())) {
            for (int length = 2; length < good.length; length++) {
                anyBytes(Arrays.copyOf(good, length));
            }
        }
    }

    @Test
    void conversationsInPiecesOfAnySize() {
        for (byte[] good : List.of(goodStart(), goodAdmin(), goodIo())) {
            for (int piece = 0; piece < 256; piece += 5) {
                good[1] = (byte) piece;
                anyBytes(good);
            }
        }
    }

    @Test
    void conversationsThatGoWrongSomewhere() {
        for (byte[] good : List.of(goodStart(), goodAdmin(), goodIo())) {
            for (int seed = 0; seed < SEEDS; seed++) {
                Random random = new Random(seed);
                byte[] data = good.clone();
                data[1] = (byte) random.nextInt(256);
                for (int i = 0, count = 1 + random.nextInt(4); i < count; i++) {
                    data[2 + random.nextInt(data.length - 2)] = (byte) random.nextInt(256);
                }
                try {
                    anyBytes(data);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed, e);
                }
            }
        }
    }
}
