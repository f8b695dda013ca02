package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IoCapabilities;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Compare-and-writes of a host that keeps to the rules, and of one that does not. */
class FusedCommandsTest {
    private static final String NAME = "nqn.2024-01.dev.ringroad:fused";
    private static final int BLOCK_BYTES = 512;
    private static final int COMPARE = IoOpcode.COMPARE;
    private static final int WRITE = IoOpcode.WRITE;

    private MemoryDevice device;
    private NvmeTcpTarget target;
    private RawHost admin;
    private RawHost io;
    private final Map<Integer, byte[]> sent = new LinkedHashMap<>();

    @BeforeEach
    void serve() throws IOException {
        device = MemoryDevice.create("memory", BLOCK_BYTES, 4096);
        open(TargetConfig.defaults().withBuffers(16, 2));
    }

    private void open(TargetConfig config) throws IOException {
        TargetSubsystem subsystem = new TargetSubsystem(NAME, "R1");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        target = NvmeTcpTarget.open(config, List.of(subsystem), List.of(any));
        admin = new RawHost(target.ports().getFirst());
        int id = admin.initialize().connectAdmin(NAME);
        io = new RawHost(target.ports().getFirst()).initialize(false, true, 4, 1);
        io.connectIo(NAME, id, 1, ConnectEntry.NO_FLOW_CONTROL);
    }

    @AfterEach
    void end() throws IOException {
        io.close();
        admin.close();
        assertThat(target.failure()).isNull();
        target.close();
        assertThat(target.failure()).isNull();
        device.close();
    }

    private static byte[] filled(int blocks, int with) {
        byte[] data = new byte[blocks * BLOCK_BYTES];
        Arrays.fill(data, (byte) with);
        return data;
    }

    /** Sends a half; what a capsule does not hold is asked for. */
    private int send(int opcode, int half, long block, int blocks, int with) throws IOException {
        byte[] data = filled(blocks, with);
        boolean along = data.length <= 8192;
        MemorySegment entry = io.io(opcode, 1, block, blocks);
        int flags = SubmissionEntry.flags(entry, 0);
        SubmissionEntry.flags(entry, 0, flags | half);
        if (along) {
            HostPdus.capsuleData(entry, data.length);
        } else {
            HostPdus.transportData(entry, data.length);
        }
        int id = SubmissionEntry.commandId(entry, 0);
        sent.put(id, data);
        io.send(io.capsule(entry, along ? data : new byte[0]));
        return id;
    }

    private void send(long block, int blocks, int old, int now) throws IOException {
        send(COMPARE, SubmissionEntry.FUSED_FIRST, block, blocks, old);
        send(WRITE, SubmissionEntry.FUSED_SECOND, block, blocks, now);
    }

    /** In the order in which they were sent. */
    private List<Integer> statuses() throws IOException {
        Map<Integer, Integer> all = io.statuses(sent);
        List<Integer> ordered = sent.keySet().stream().map(all::get).toList();
        sent.clear();
        return ordered;
    }

    private int content(int block) {
        return device.content().get(ValueLayout.JAVA_BYTE, (long) block * BLOCK_BYTES);
    }

    @Test
    void theControllerOffersThem() throws IOException {
        IdentifyController page = new IdentifyController(admin.identifyController());
        assertThat(page.io().fusedOperations())
                .isEqualTo(IoCapabilities.COMPARE_AND_WRITE_SUPPORTED);
        assertThat(page.io().atomicCompareAndWriteBlocks()).isEqualTo(127);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 17, 128})
    void whatIsEqualIsWrittenAndWhatIsNotStays(int blocks) throws IOException {
        send(10, blocks, 0, 1);
        assertThat(statuses()).containsExactly(0, 0);
        assertThat(content(10)).isEqualTo(1);
        assertThat(content(9 + blocks)).isEqualTo(1);
        assertThat(content(10 + blocks)).isZero();
        send(10, blocks, 0, 2);
        assertThat(statuses())
                .containsExactly(NvmeStatus.COMPARE_FAILURE, NvmeStatus.ABORTED_FAILED_FUSED);
        assertThat(content(10)).isEqualTo(1);
        send(10, blocks, 1, 3);
        assertThat(statuses()).containsExactly(0, 0);
        assertThat(content(9 + blocks)).isEqualTo(3);
    }

    @Test
    void manyAtOnceShareTheBuffers() throws IOException {
        for (int i = 0; i < 12; i++) {
            send(100 * i, i % 2 == 0 ? 100 : 8, 0, i + 1);
        }
        assertThat(statuses()).hasSize(24).containsOnly(0);
        assertThat(content(1100)).isEqualTo(12);
    }

    @Test
    void aHalfWithoutTheOtherIsAborted() throws IOException {
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 1, 0);
        send(WRITE, 0, 0, 1, 1);
        send(WRITE, SubmissionEntry.FUSED_SECOND, 0, 1, 2);
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 100, 0);
        send(COMPARE, 0, 0, 1, 1);
        assertThat(statuses())
                .containsExactly(
                        NvmeStatus.ABORTED_MISSING_FUSED,
                        0,
                        NvmeStatus.ABORTED_MISSING_FUSED,
                        NvmeStatus.ABORTED_MISSING_FUSED,
                        0);
        assertThat(content(0)).isEqualTo(1);
    }

    @Test
    void twoFirstHalvesAreNoPair() throws IOException {
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 1, 0);
        send(0, 1, 0, 9);
        assertThat(statuses()).containsExactly(NvmeStatus.ABORTED_MISSING_FUSED, 0, 0);
    }

    @Test
    void halvesOfDifferentBlocksAreRefused() throws IOException {
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 1, 0);
        send(WRITE, SubmissionEntry.FUSED_SECOND, 1, 1, 1);
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 100, 0);
        send(WRITE, SubmissionEntry.FUSED_SECOND, 0, 99, 1);
        assertThat(statuses()).hasSize(4).containsOnly(NvmeStatus.INVALID_FIELD);
        assertThat(content(0)).isZero();
    }

    @Test
    void halvesThatAreNotACompareAndAWriteAreRefused() throws IOException {
        send(WRITE, SubmissionEntry.FUSED_FIRST, 0, 1, 1);
        send(WRITE, SubmissionEntry.FUSED_SECOND, 0, 1, 1);
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 1, 0);
        send(COMPARE, SubmissionEntry.FUSED_SECOND, 0, 1, 0);
        assertThat(statuses())
                .containsExactly(
                        NvmeStatus.INVALID_FIELD,
                        NvmeStatus.ABORTED_FAILED_FUSED,
                        NvmeStatus.INVALID_FIELD,
                        NvmeStatus.INVALID_FIELD);
        assertThat(content(0)).isZero();
    }

    @Test
    void aHalfThatIsWrongByItselfTakesTheOtherAlong() throws IOException {
        send(4090, 16, 0, 1);
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 4090, 1, 0);
        send(WRITE, SubmissionEntry.FUSED_SECOND, 5000, 1, 1);
        send(0, 129, 0, 1);
        assertThat(statuses())
                .containsExactly(
                        NvmeStatus.LBA_OUT_OF_RANGE,
                        NvmeStatus.ABORTED_FAILED_FUSED,
                        NvmeStatus.ABORTED_FAILED_FUSED,
                        NvmeStatus.LBA_OUT_OF_RANGE,
                        NvmeStatus.ATOMIC_WRITE_UNIT_EXCEEDED,
                        NvmeStatus.ABORTED_FAILED_FUSED);
    }

    @Test
    void aWrongDigestOfEitherHalfWritesNothing() throws IOException {
        for (int wrong = 0; wrong < 2; wrong++) {
            for (int half = 0; half < 2; half++) {
                int opcode = half == 0 ? COMPARE : WRITE;
                byte[] data = filled(1, half);
                MemorySegment entry = io.io(opcode, 1, 0, 1);
                int flags = SubmissionEntry.flags(entry, 0);
                SubmissionEntry.flags(entry, 0, flags | half + 1);
                HostPdus.capsuleData(entry, data.length);
                sent.put(SubmissionEntry.commandId(entry, 0), data);
                byte[] pdu = io.capsule(entry, data);
                if (half == wrong) {
                    pdu[pdu.length - PduHeader.DIGEST_BYTES]++;
                }
                io.send(pdu);
            }
            List<Integer> all = statuses();
            assertThat(all.get(wrong)).isEqualTo(NvmeStatus.TRANSIENT_TRANSPORT_ERROR);
            assertThat(all.get(1 - wrong)).isEqualTo(NvmeStatus.ABORTED_FAILED_FUSED);
            assertThat(content(0)).isZero();
        }
    }

    @Test
    void aHostThatLeavesInBetweenTakesNothingWithIt() throws IOException {
        send(COMPARE, SubmissionEntry.FUSED_FIRST, 0, 100, 0);
        assertThat(io.read().type()).isPositive();
        io.close();
        target.close();
        assertThat(target.failure()).isNull();
    }
}
