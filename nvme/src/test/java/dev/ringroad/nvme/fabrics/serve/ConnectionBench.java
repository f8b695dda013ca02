package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.block.MemoryDevice;
import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.PropertyEntry;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduCheck;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Connections without sockets, threads and clocks, and what must hold after whatever they get. */
final class ConnectionBench implements AutoCloseable {
    static final String NAME = "nqn.2024-01.dev.ringroad:bench";
    private static final InetSocketAddress LOCAL =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 4420);

    final MemoryDevice device;
    final TargetHome home;
    long nowNanos = 1;

    ConnectionBench(TargetConfig config) throws IOException {
        device = MemoryDevice.create("memory", 512, 1024);
        TargetSubsystem subsystem = new TargetSubsystem(NAME, "1");
        subsystem.add(ExportedNamespace.of(NAME, 1, device));
        TargetDirectory directory = new TargetDirectory(config, List.of(subsystem));
        directory.addPort(LOCAL);
        home = TargetHome.open(config, directory);
    }

    /** One connection, and the host that talks on it. */
    final class Talk {
        final TargetConnection connection =
                new TargetConnection(home, 0, LOCAL, () -> {}, nowNanos);
        final HostPdus host = new HostPdus();
        final ByteArrayOutputStream answers = new ByteArrayOutputStream();
        private final ByteBuffer[] batch = new ByteBuffer[SendQueue.BATCH];

        /** Bytes come in pieces of so many, and all answers are read. */
        void feed(byte[] bytes, int pieceBytes) {
            int at = 0;
            boolean moved = true;
            while (moved) {
                moved = false;
                ByteBuffer input = connection.input();
                int part = Math.min(Math.min(input.remaining(), pieceBytes), bytes.length - at);
                if (part > 0 && connection.wantsInput()) {
                    input.put(bytes, at, part);
                    at += part;
                    connection.received(part, nowNanos);
                    moved = true;
                }
                moved |= home.poll(nowNanos) > 0;
                moved |= drain() > 0;
                moved |= connection.tick(nowNanos);
            }
        }

        /** Reads what is sent. */
        long drain() {
            long all = 0;
            while (connection.hasOutput()) {
                int count = connection.gather(batch);
                long bytes = 0;
                for (int i = 0; i < count; i++) {
                    ByteBuffer part = batch[i];
                    bytes += part.remaining();
                    byte[] copy = new byte[part.remaining()];
                    part.get(copy);
                    answers.writeBytes(copy);
                }
                assertThat(bytes).isPositive();
                connection.sent(bytes, nowNanos);
                all += bytes;
            }
            return all;
        }

        /** The types of the PDUs that were sent; each keeps to what was agreed to. */
        List<Integer> checkAnswers() {
            List<Integer> types = new ArrayList<>();
            byte[] bytes = answers.toByteArray();
            MemorySegment s = MemorySegment.ofArray(bytes);
            PduLimits agreed = host.limits;
            int at = 0;
            while (at < bytes.length) {
                int type = PduHeader.type(s, at);
                assertThat(PduCheck.commonHeader(s, at, agreed, false)).isZero();
                assertThat(PduCheck.header(s, at, agreed)).isZero();
                if (type == PduType.INITIALIZE_RESPONSE) {
                    agreed =
                            new PduLimits(
                                    InitializePdu.headerDigest(s, at),
                                    InitializePdu.dataDigest(s, at),
                                    4,
                                    4,
                                    8192,
                                    4096,
                                    1);
                }
                types.add(type);
                at += (int) PduHeader.bytes(s, at);
            }
            assertThat(at).isEqualTo(bytes.length);
            return types;
        }

        byte[] initialize() {
            byte[] request = new byte[InitializePdu.BYTES];
            InitializePdu.writeRequest(MemorySegment.ofArray(request), 0, 4, false, false, 4);
            return request;
        }

        byte[] connect(int controllerId, int queueId) {
            MemorySegment entry = host.connectEntry(queueId, 8, ConnectEntry.NO_FLOW_CONTROL, 0);
            HostPdus.capsuleData(entry, ConnectData.BYTES);
            return host.capsule(entry, HostPdus.connectData(NAME, controllerId));
        }

        byte[] enable() {
            MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.BYTES]);
            PropertyEntry.encodeSet(entry, 0, host.nextId++, ControllerRegister.CC, 4, 0x460001);
            return host.capsule(entry, new byte[0]);
        }

        /** Becomes an admin queue, enabled. */
        Talk asAdmin() {
            feed(initialize(), 4096);
            feed(connect(ConnectData.ANY_CONTROLLER, 0), 4096);
            feed(enable(), 4096);
            assertThat(connection.queueId()).isZero();
            return this;
        }

        /** Becomes an I/O queue of an admin queue's controller. */
        Talk asIo(Talk admin) {
            TargetController controller = admin.connection.controller();
            assertThat(controller).isNotNull();
            feed(initialize(), 4096);
            feed(connect(controller.id(), 1), 4096);
            assertThat(connection.queueId()).isEqualTo(1);
            return this;
        }

        void close() {
            connection.close();
            while (!connection.isQuiet()) {
                int ignored = home.poll(nowNanos);
            }
        }
    }

    Talk talk() {
        return new Talk();
    }

    /** Nothing is lent, and nothing is under way. */
    void requireQuiet() {
        assertThat(home.isBusy()).isFalse();
        assertThat(home.pool().isWhole()).isTrue();
    }

    @Override
    public void close() {
        home.close();
        device.close();
    }
}
