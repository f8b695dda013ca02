package dev.ringroad.nvme.fabrics.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.PropertyEntry;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduCheck;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A host that waits for every answer, and can be told to lie: one connection, one queue. */
final class RawHost extends HostPdus implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    /** A completion, and the data that came before it. */
    record Answer(int status, long result, byte[] data) {
        MemorySegment segment() {
            return MemorySegment.ofArray(data);
        }
    }

    /** A PDU as it came. */
    record Pdu(byte[] bytes) {
        MemorySegment segment() {
            return MemorySegment.ofArray(bytes);
        }

        int type() {
            return bytes[0];
        }
    }

    RawHost(InetSocketAddress where) throws IOException {
        socket = new Socket(where.getAddress(), where.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    Socket socket() {
        return socket;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Shakes hands. */
    RawHost initialize(boolean headerDigest, boolean dataDigest, int alignment, int readyMax)
            throws IOException {
        byte[] request = new byte[InitializePdu.BYTES];
        InitializePdu.writeRequest(
                MemorySegment.ofArray(request), 0, alignment, headerDigest, dataDigest, readyMax);
        send(request);
        MemorySegment s = read().segment();
        assertThat(PduHeader.type(s, 0)).isEqualTo(PduType.INITIALIZE_RESPONSE);
        limits =
                new PduLimits(
                        InitializePdu.headerDigest(s, 0),
                        InitializePdu.dataDigest(s, 0),
                        alignment,
                        InitializePdu.alignmentBytes(s, 0),
                        8192,
                        (int) InitializePdu.dataBytesMax(s, 0),
                        readyMax);
        return this;
    }

    RawHost initialize() throws IOException {
        return initialize(false, false, 4, 1);
    }

    /** Reads one PDU and checks what can be checked of it. */
    Pdu read() throws IOException {
        InputStream in = socket.getInputStream();
        byte[] header = in.readNBytes(PduHeader.BYTES);
        if (header.length < PduHeader.BYTES) {
            throw new EOFException("The target has closed the connection");
        }
        MemorySegment s = MemorySegment.ofArray(header);
        assertThat(PduCheck.commonHeader(s, 0, limits, false)).isZero();
        int bytes = (int) PduHeader.bytes(s, 0);
        byte[] whole = java.util.Arrays.copyOf(header, bytes);
        int read = in.readNBytes(whole, PduHeader.BYTES, bytes - PduHeader.BYTES);
        assertThat(read).isEqualTo(bytes - PduHeader.BYTES);
        MemorySegment all = MemorySegment.ofArray(whole);
        assertThat(PduCheck.header(all, 0, limits)).isZero();
        int headerBytes = PduHeader.headerBytes(all, 0);
        if (PduType.isDigested(whole[0]) && limits.headerDigest()) {
            assertThat(LittleEndian.u32(all, headerBytes))
                    .isEqualTo(digest.of(ByteBuffer.wrap(whole), 0, headerBytes));
        }
        return new Pdu(whole);
    }

    /** Whether the target closes without a word more. */
    boolean isClosed() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    /** Sends a command without data, and waits for its end. */
    Answer command(MemorySegment entry) throws IOException {
        send(capsule(entry, new byte[0]));
        return answer(SubmissionEntry.commandId(entry, 0), new byte[0]);
    }

    /** Sends a command with its data in the capsule. */
    Answer commandWith(MemorySegment entry, byte[] data) throws IOException {
        capsuleData(entry, data.length);
        send(capsule(entry, data));
        return answer(SubmissionEntry.commandId(entry, 0), new byte[0]);
    }

    /** Sends a command whose data the target asks for. */
    Answer commandAsked(MemorySegment entry, byte[] data) throws IOException {
        transportData(entry, data.length);
        send(capsule(entry, new byte[0]));
        return answer(SubmissionEntry.commandId(entry, 0), data);
    }

    /** Sends a command that reads. */
    Answer commandFor(MemorySegment entry, int bytes) throws IOException {
        transportData(entry, bytes);
        return command(entry);
    }

    /** Waits for a command's end, and gives what R2Ts ask for. */
    Answer answer(int commandId, byte[] give) throws IOException {
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        while (true) {
            Pdu pdu = read();
            MemorySegment s = pdu.segment();
            switch (pdu.type()) {
                case PduType.CAPSULE_RESPONSE -> {
                    long at = CapsulePdu.COMPLETION;
                    assertThat(CompletionEntry.commandId(s, at)).isEqualTo(commandId);
                    return new Answer(
                            CompletionEntry.status(s, at),
                            CompletionEntry.longResult(s, at),
                            data.toByteArray());
                }
                case PduType.CONTROLLER_DATA -> {
                    assertThat(DataPdu.commandId(s, 0)).isEqualTo(commandId);
                    assertThat(DataPdu.offset(s, 0)).isEqualTo(data.size());
                    int at = PduHeader.dataOffset(s, 0);
                    int bytes = (int) DataPdu.dataBytes(s, 0);
                    if (limits.dataDigest()) {
                        assertThat(LittleEndian.u32(s, at + bytes))
                                .isEqualTo(digest.of(ByteBuffer.wrap(pdu.bytes()), at, bytes));
                    }
                    data.write(pdu.bytes(), at, bytes);
                    if (PduHeader.has(s, 0, PduHeader.SUCCESS)) {
                        return new Answer(0, 0, data.toByteArray());
                    }
                }
                case PduType.READY_TO_TRANSFER -> give(s, give);
                default -> throw new AssertionError(PduType.name(pdu.type()));
            }
        }
    }

    /**
     * Waits for the end of several commands, and gives what R2Ts ask for.
     *
     * @param data what each has to give, by its id
     * @return their statuses without "do not retry" and "more", by their ids
     */
    Map<Integer, Integer> statuses(Map<Integer, byte[]> data) throws IOException {
        Map<Integer, Integer> all = new HashMap<>();
        while (all.size() < data.size()) {
            MemorySegment s = read().segment();
            if (PduHeader.type(s, 0) == PduType.READY_TO_TRANSFER) {
                give(s, Objects.requireNonNull(data.get(ReadyPdu.commandId(s, 0))));
            } else {
                assertThat(PduHeader.type(s, 0)).isEqualTo(PduType.CAPSULE_RESPONSE);
                int id = CompletionEntry.commandId(s, CapsulePdu.COMPLETION);
                int status = CompletionEntry.status(s, CapsulePdu.COMPLETION);
                assertThat(all.put(id, NvmeStatus.code(status))).isNull();
            }
        }
        return all;
    }

    private void give(MemorySegment ready, byte[] data) throws IOException {
        int offset = (int) ReadyPdu.offset(ready, 0);
        int end = offset + (int) ReadyPdu.dataBytes(ready, 0);
        while (offset < end) {
            int bytes = Math.min(end - offset, limits.hostDataBytesMax());
            byte[] part = java.util.Arrays.copyOfRange(data, offset, offset + bytes);
            boolean last = offset + bytes == end;
            send(
                    hostData(
                            ReadyPdu.commandId(ready, 0),
                            ReadyPdu.tag(ready, 0),
                            offset,
                            part,
                            last));
            offset += bytes;
        }
    }

    Answer connect(String subsystem, int controllerId, int queueId, int attributes)
            throws IOException {
        return commandWith(
                connectEntry(queueId, 32, attributes, 0), connectData(subsystem, controllerId));
    }

    /** Connects an admin queue and enables the controller; its id. */
    int connectAdmin(String subsystem) throws IOException {
        Answer answer = connect(subsystem, ConnectData.ANY_CONTROLLER, 0, 0);
        assertThat(answer.status()).isZero();
        assertThat(set(ControllerRegister.CC, 0x460001).status()).isZero();
        assertThat(get(ControllerRegister.CSTS, 4)).isEqualTo(1);
        return (int) answer.result();
    }

    RawHost connectIo(String subsystem, int controllerId, int queueId, int attributes)
            throws IOException {
        assertThat(connect(subsystem, controllerId, queueId, attributes).status()).isZero();
        return this;
    }

    long get(int register, int bytes) throws IOException {
        MemorySegment entry = entry(AdminOpcode.FABRICS, 0);
        PropertyEntry.encodeGet(entry, 0, nextId++, register, bytes);
        Answer answer = command(entry);
        assertThat(answer.status()).isZero();
        return answer.result();
    }

    Answer set(int register, long value) throws IOException {
        MemorySegment entry = entry(AdminOpcode.FABRICS, 0);
        PropertyEntry.encodeSet(entry, 0, nextId++, register, 4, value);
        return command(entry);
    }

    Answer identify(int kind, int namespaceId) throws IOException {
        MemorySegment entry = entry(AdminOpcode.IDENTIFY, namespaceId);
        SubmissionEntry.doubleWord(entry, 0, 10, kind);
        return commandFor(entry, 4096);
    }

    MemorySegment identifyController() throws IOException {
        return identify(IdentifyKind.CONTROLLER, 0).segment();
    }

    Answer log(int page, int bytes, long offset) throws IOException {
        MemorySegment entry = entry(AdminOpcode.GET_LOG_PAGE, -1);
        SubmissionEntry.doubleWord(entry, 0, 10, page | (bytes / 4 - 1) << 16);
        SubmissionEntry.doubleWord(entry, 0, 12, (int) offset);
        return commandFor(entry, bytes);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
