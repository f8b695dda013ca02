package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Hosts that lie, stall, flood and never read: they are told why they are left, and hurt nobody.
 */
class HostilePeerTest {
    private static final String NAME = "nqn.2024-01.dev.ringroad:test";
    private static final int BLOCK_BYTES = 512;

    private final List<AutoCloseable> closing = new ArrayList<>();
    private MemoryDevice device;
    private NvmeTcpTarget target;

    @BeforeEach
    void makeDevice() throws IOException {
        device = MemoryDevice.create("memory", BLOCK_BYTES, 4096);
    }

    private void serve(TargetConfig config) throws IOException {
        TargetSubsystem subsystem = new TargetSubsystem(NAME, "R1");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        target = NvmeTcpTarget.open(config, List.of(subsystem), List.of(any));
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : closing) {
            each.close();
        }
        target.close();
        assertThat(target.failure()).isNull();
        device.close();
    }

    private RawHost host() throws IOException {
        RawHost host = new RawHost(target.ports().getFirst());
        closing.add(host);
        return host;
    }

    private RawHost io(boolean digests) throws IOException {
        int id = host().initialize().connectAdmin(NAME);
        RawHost io = host().initialize(digests, digests, 4, 1);
        return io.connectIo(NAME, id, 1, ConnectEntry.NO_FLOW_CONTROL);
    }

    private static void works(RawHost io) throws IOException {
        RawHost.Answer answer = io.commandFor(io.io(IoOpcode.READ, 1, 0, 8), 8 * BLOCK_BYTES);
        assertThat(answer.status()).isZero();
        assertThat(answer.data()).hasSize(8 * BLOCK_BYTES);
    }

    private static void expectEnd(RawHost host, int status, int information) throws IOException {
        RawHost.Pdu pdu = host.read();
        assertThat(pdu.type()).isEqualTo(PduType.CONTROLLER_TERMINATE);
        assertThat(TerminatePdu.status(pdu.segment(), 0)).isEqualTo(status);
        assertThat(TerminatePdu.information(pdu.segment(), 0)).isEqualTo(information);
        assertThat(host.isClosed()).isTrue();
    }

    /** An I/O queue that has been asked for the data of a write of 16 KiB. */
    private static RawHost.Pdu asked(RawHost io) throws IOException {
        MemorySegment write = io.io(IoOpcode.WRITE, 1, 0, 32);
        HostPdus.transportData(write, 32 * BLOCK_BYTES);
        io.send(io.capsule(write, new byte[0]));
        RawHost.Pdu ready = io.read();
        assertThat(ready.type()).isEqualTo(PduType.READY_TO_TRANSFER);
        return ready;
    }

    @Test
    void firstPduHasToBegin() throws IOException {
        serve(TargetConfig.defaults());
        RawHost host = host();
        host.send(host.capsule(host.entry(0x18, 0), new byte[0]));
        expectEnd(host, PduFault.Fatal.SEQUENCE, 0);
        RawHost twice = host().initialize();
        byte[] again = new byte[128];
        dev.ringroad.nvme.fabrics.pdu.InitializePdu.writeRequest(
                MemorySegment.ofArray(again), 0, 4, false, false, 1);
        twice.send(again);
        expectEnd(twice, PduFault.Fatal.SEQUENCE, 0);
    }

    @Test
    void unknownTypesAndLengthsThatLieEndTheConnection() throws IOException {
        serve(TargetConfig.defaults());
        int[][] lies = {
            // At a byte, a value, and the fault with its field.
            {0, 0x05, PduFault.Fatal.INVALID_HEADER, 0},
            {0, 0xFF, PduFault.Fatal.INVALID_HEADER, 0},
            {1, 0x01, PduFault.Fatal.INVALID_HEADER, 1},
            {2, 0x47, PduFault.Fatal.INVALID_HEADER, 2},
            {3, 0x4A, PduFault.Fatal.INVALID_HEADER, 3},
            {7, 0x7F, PduFault.Fatal.LIMIT_EXCEEDED, 4},
            {4, 0x01, PduFault.Fatal.INVALID_HEADER, 4}
        };
        for (int[] lie : lies) {
            RawHost host = host().initialize();
            byte[] capsule = host.capsule(host.io(IoOpcode.WRITE, 1, 0, 1), new byte[64]);
            capsule[lie[0]] = (byte) lie[1];
            host.send(capsule);
            expectEnd(host, lie[2], lie[3]);
        }
        works(io(false));
    }

    @Test
    void wrongHeaderDigestEndsTheConnection() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = io(true);
        byte[] capsule = io.capsule(io.io(IoOpcode.READ, 1, 0, 1), new byte[0]);
        capsule[CapsulePdu.COMMAND_HEADER_BYTES]++;
        io.send(capsule);
        int said =
                LittleEndian.u32(MemorySegment.ofArray(capsule), CapsulePdu.COMMAND_HEADER_BYTES);
        expectEnd(io, PduFault.Fatal.HEADER_DIGEST, said);
    }

    @Test
    void wrongDataDigestFailsTheCommandOnly() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = io(true);
        MemorySegment write = io.io(IoOpcode.WRITE, 1, 0, 1);
        HostPdus.capsuleData(write, BLOCK_BYTES);
        byte[] capsule = io.capsule(write, new byte[BLOCK_BYTES]);
        capsule[capsule.length - 10]++;
        io.send(capsule);
        RawHost.Answer answer = io.answer(SubmissionEntry.commandId(write, 0), new byte[0]);
        assertThat(NvmeStatus.code(answer.status()))
                .isEqualTo(NvmeStatus.TRANSIENT_TRANSPORT_ERROR);
        assertThat(target.statistics().dataDigestErrors()).isEqualTo(1);
        works(io);
    }

    @Test
    void dataThatNobodyAskedForEndTheConnection() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = io(false);
        io.send(io.hostData(1, 0, 0, new byte[64], true));
        expectEnd(io, PduFault.Fatal.INVALID_HEADER, DataPdu.TAG);
        RawHost other = io(false);
        MemorySegment ready = asked(other).segment();
        int id = ReadyPdu.commandId(ready, 0);
        int tag = ReadyPdu.tag(ready, 0);
        other.send(other.hostData(id + 1, tag, 0, new byte[64], false));
        expectEnd(other, PduFault.Fatal.INVALID_HEADER, DataPdu.COMMAND_ID);
    }

    @Test
    void dataBeyondWhatWasAskedForEndTheConnection() throws IOException {
        serve(TargetConfig.defaults());
        int[][] lies = {{4, 64}, {16 * 1024, 64}, {0, 16 * 1024 + 4}};
        for (int[] lie : lies) {
            RawHost io = io(false);
            MemorySegment ready = asked(io).segment();
            int id = ReadyPdu.commandId(ready, 0);
            int tag = ReadyPdu.tag(ready, 0);
            io.send(io.hostData(id, tag, lie[0], new byte[lie[1]], false));
            expectEnd(io, PduFault.Fatal.OUT_OF_RANGE, DataPdu.OFFSET);
        }
        RawHost io = io(false);
        MemorySegment ready = asked(io).segment();
        int tag = ReadyPdu.tag(ready, 0) | 3;
        io.send(io.hostData(ReadyPdu.commandId(ready, 0), tag, 0, new byte[64], false));
        expectEnd(io, PduFault.Fatal.INVALID_HEADER, DataPdu.TAG);
    }

    @Test
    void moreCommandsThanEntriesEndTheConnection() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = io(false);
        // Each waits for data, so none of them ends.
        for (int i = 0; i < 40; i++) {
            MemorySegment write = io.io(IoOpcode.WRITE, 1, 0, 32);
            HostPdus.transportData(write, 32 * BLOCK_BYTES);
            io.send(io.capsule(write, new byte[0]));
        }
        RawHost.Pdu pdu = io.read();
        while (pdu.type() == PduType.READY_TO_TRANSFER) {
            pdu = io.read();
        }
        assertThat(TerminatePdu.status(pdu.segment(), 0)).isEqualTo(PduFault.Fatal.SEQUENCE);
    }

    @Test
    void whoNeverReadsIsLeftAndHurtsNobody() throws Exception {
        serve(
                TargetConfig.defaults()
                        .withBuffers(16, 8)
                        .withTimes(TimeUnit.MILLISECONDS.toNanos(700), 50_000));
        RawHost greedy = io(false);
        greedy.socket().setSoTimeout(1);
        Thread flood =
                Thread.ofPlatform()
                        .start(
                                () -> {
                                    try {
                                        while (true) {
                                            MemorySegment read =
                                                    greedy.io(IoOpcode.READ, 1, 0, 256);
                                            HostPdus.transportData(read, 256 * BLOCK_BYTES);
                                            greedy.send(greedy.capsule(read, new byte[0]));
                                        }
                                    } catch (IOException e) {
                                        // The end that this test waits for.
                                        Thread.currentThread().interrupt();
                                    }
                                });
        RawHost io = io(false);
        for (int i = 0; i < 200; i++) {
            works(io);
            RawHost.Answer large =
                    io.commandFor(io.io(IoOpcode.READ, 1, 0, 256), 256 * BLOCK_BYTES);
            assertThat(large.status()).isZero();
        }
        flood.join(TimeUnit.SECONDS.toMillis(30));
        assertThat(flood.isAlive()).isFalse();
        works(io);
    }

    @Test
    void whoNeverSendsTheRestIsLeft() throws IOException {
        serve(TargetConfig.defaults().withTimes(TimeUnit.MILLISECONDS.toNanos(300), 50_000));
        RawHost silent = host();
        assertThat(silent.isClosed()).isTrue();
        RawHost half = io(false);
        RawHost good = io(false);
        half.send(new byte[] {4, 0, 72, 0, 72});
        RawHost owing = io(false);
        RawHost.Pdu ignored = asked(owing);
        assertThat(half.isClosed()).isTrue();
        assertThat(owing.isClosed()).isTrue();
        works(good);
        assertThat(target.statistics().stalls()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void floodOfConnectionsLeavesRoomForHosts() throws IOException {
        serve(TargetConfig.defaults().withConnectionsMax(8));
        RawHost io = io(false);
        for (int i = 0; i < 100; i++) {
            RawHost ignored = host();
        }
        works(io);
        RawHost late = io(false);
        works(late);
        works(io);
        assertThat(target.statistics().displaced()).isPositive();
        // All places are queues by now: two each of three hosts, and of a fourth the first only.
        works(io(false));
        RawHost admin = host().initialize();
        int id = admin.connectAdmin(NAME);
        works(host().initialize().connectIo(NAME, id, 1, 0));
        RawHost refused = host();
        assertThat(refused.isClosed()).isTrue();
        assertThat(target.statistics().refused()).isEqualTo(1);
    }

    @Test
    void hostsThatSayWhyTheyEndAreBelieved() throws IOException {
        serve(TargetConfig.defaults());
        RawHost io = io(false);
        byte[] end = new byte[TerminatePdu.HEADER_BYTES + 8];
        int length =
                TerminatePdu.write(
                        MemorySegment.ofArray(end),
                        0,
                        PduType.HOST_TERMINATE,
                        PduFault.LENGTH_WRONG.at(PduHeader.LENGTH),
                        MemorySegment.ofArray(new byte[8]),
                        0,
                        8);
        assertThat(length).isEqualTo(end.length);
        io.send(end);
        assertThat(io.isClosed()).isTrue();
        assertThat(target.statistics().terminatedByHost()).isEqualTo(1);
    }
}
