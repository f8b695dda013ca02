package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ConnectEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.DatasetRange;
import dev.ringroad.nvme.command.FabricsCommand;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoCapabilities;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.PropertyEntry;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;

import java.io.DataInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A target of one namespace in memory, which does what it should until it is told to misbehave. A
 * thread for each connection; nothing here is quick.
 */
final class ScriptedTarget implements AutoCloseable {
    static final int BLOCK_BYTES = 512;

    /** What a compare-and-write may cover. */
    static final int ATOMIC_BLOCKS = 8;

    static final String SUBSYSTEM = "nqn.2014-08.org.example:scripted";

    /** Asked of each command of an I/O queue. */
    interface Mischief {
        /** Whether it has dealt with the command itself. */
        boolean meets(Connection connection, MemorySegment command) throws IOException;
    }

    final byte[] blocks;
    final List<Connection> connections = new CopyOnWriteArrayList<>();
    final List<Integer> ioQueueIds = new CopyOnWriteArrayList<>();
    final AtomicInteger writes = new AtomicInteger();
    final AtomicInteger shutdowns = new AtomicInteger();

    /** Whether a controller that is to shut down says that it has. */
    volatile boolean shutsDown = true;

    volatile Mischief mischief = (_, _) -> false;
    volatile boolean refusesConnections;
    volatile int capsuleDataBytes = 4096;
    volatile boolean headerDigest;
    volatile boolean dataDigest;
    volatile int hostDataBytesMax = 8192;
    volatile boolean successFlag;
    volatile int alignmentBytes = 4;

    /** A byte of the namespace's NGUID; 0 for none. */
    volatile int globalId;

    /** How the namespace is reached, as in the ANA log; 0 for no such log. */
    volatile int anaState;

    private final ServerSocket listener;
    private final Thread accepting;
    private final AtomicInteger controllerIds = new AtomicInteger();

    ScriptedTarget(int blockCount) throws IOException {
        this(new byte[blockCount * BLOCK_BYTES]);
    }

    /** Another path to the same blocks. */
    ScriptedTarget(byte[] blocks) throws IOException {
        this(blocks, 0);
    }

    /** The same at a port that is known already. */
    ScriptedTarget(byte[] blocks, int port) throws IOException {
        this.blocks = blocks;
        listener = new ServerSocket(port, 16, InetAddress.getLoopbackAddress());
        accepting = Thread.ofPlatform().daemon(true).name("scripted listener").start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                if (refusesConnections) {
                    socket.close();
                    continue;
                }
                socket.setTcpNoDelay(true);
                Connection connection = new Connection(socket);
                connections.add(connection);
                Thread.ofPlatform().daemon(true).start(connection::run);
            } catch (IOException _) {
                return;
            }
        }
    }

    /** Changes the ANA state, and tells hosts that have asked for events. */
    void changeAna(int state) throws IOException {
        anaState = state;
        for (Connection connection : connections) {
            connection.tellAnaChange();
        }
    }

    void cutConnections() throws IOException {
        for (Connection connection : connections) {
            connection.socket.close();
        }
        connections.clear();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        try {
            // The kernel listens for as long as somebody waits in accept.
            accepting.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        cutConnections();
    }

    /** One connection. */
    final class Connection {
        final Socket socket;
        final DataInputStream in;
        PduLimits limits = new PduLimits(false, false, 4, 4, 8192, 8192, 1);
        int queueId = -1;
        private int status = ControllerRegister.CSTS_READY;
        private int eventId = -1;
        private boolean eventPending;

        /** What has become of the first half of a compare-and-write. */
        private int halfStatus;

        /** Commands that came while data were waited for. */
        private final Deque<MemorySegment> later = new ArrayDeque<>();

        Connection(Socket socket) throws IOException {
            this.socket = socket;
            in = new DataInputStream(socket.getInputStream());
        }

        void run() {
            try {
                initialize();
                while (true) {
                    MemorySegment pdu = later.isEmpty() ? read() : later.remove();
                    if (PduHeader.type(pdu, 0) == PduType.CAPSULE_COMMAND) {
                        command(pdu);
                    } else {
                        return;
                    }
                }
            } catch (IOException _) {
                // The other end has gone, or this one was closed by a test.
                return;
            } finally {
                try {
                    socket.close();
                } catch (IOException _) {
                    connections.remove(this);
                }
            }
        }

        private void initialize() throws IOException {
            MemorySegment request = read();
            MemorySegment answer = MemorySegment.ofArray(new byte[InitializePdu.BYTES]);
            boolean headers = headerDigest && InitializePdu.headerDigest(request, 0);
            boolean data = dataDigest && InitializePdu.dataDigest(request, 0);
            InitializePdu.writeResponse(answer, 0, alignmentBytes, headers, data, hostDataBytesMax);
            send(answer);
            limits = new PduLimits(headers, data, alignmentBytes, 4, 1 << 20, hostDataBytesMax, 1);
        }

        /** A whole PDU. */
        MemorySegment read() throws IOException {
            byte[] header = in.readNBytes(PduHeader.BYTES);
            if (header.length < PduHeader.BYTES) {
                throw new SocketException("ended");
            }
            int bytes = (int) PduHeader.bytes(MemorySegment.ofArray(header), 0);
            byte[] all = Arrays.copyOf(header, bytes);
            in.readFully(all, header.length, bytes - header.length);
            return MemorySegment.ofArray(all);
        }

        void send(MemorySegment pdu) throws IOException {
            socket.getOutputStream().write(pdu.toArray(ValueLayout.JAVA_BYTE));
        }

        private void command(MemorySegment pdu) throws IOException {
            MemorySegment entry = pdu.asSlice(CapsulePdu.COMMAND, SubmissionEntry.BYTES);
            int opcode = SubmissionEntry.opcode(entry, 0);
            if (opcode == AdminOpcode.FABRICS) {
                fabrics(entry);
            } else if (queueId == 0) {
                admin(entry, opcode);
            } else if (!mischief.meets(this, entry)) {
                io(pdu, entry, opcode);
            }
        }

        private void fabrics(MemorySegment entry) throws IOException {
            switch (SubmissionEntry.fabricsType(entry, 0)) {
                case FabricsCommand.CONNECT -> {
                    queueId = ConnectEntry.queueId(entry, 0);
                    if (queueId == 0) {
                        complete(entry, controllerIds.incrementAndGet(), 0);
                    } else {
                        ioQueueIds.add(queueId);
                        complete(entry, 1, 0);
                    }
                }
                case FabricsCommand.PROPERTY_GET -> {
                    int offset = PropertyEntry.offset(entry, 0);
                    long value =
                            offset == ControllerRegister.CAP
                                    ? ControllerRegister.capabilities(128, 1000, 4, 1, 12, 12)
                                    : status;
                    complete(entry, value, 0);
                }
                case FabricsCommand.PROPERTY_SET -> {
                    long value = PropertyEntry.value(entry, 0);
                    if ((value & ControllerRegister.CC_SHUTDOWN_MASK) != 0) {
                        shutdowns.incrementAndGet();
                        status |= shutsDown ? ControllerRegister.CSTS_SHUTDOWN_COMPLETE : 0;
                    }
                    complete(entry, 0, 0);
                }
                default -> complete(entry, 0, 0);
            }
        }

        private void admin(MemorySegment entry, int opcode) throws IOException {
            switch (opcode) {
                case AdminOpcode.IDENTIFY -> identify(entry);
                case AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST ->
                        askEvent(SubmissionEntry.commandId(entry, 0));
                case AdminOpcode.GET_LOG_PAGE -> {
                    long bytes = (SubmissionEntry.doubleWord(entry, 0, 10) >>> 16) * 4L + 4;
                    MemorySegment page = MemorySegment.ofArray(new byte[(int) bytes]);
                    new AnaLogPage(page).groups(1).group(16, 1, 1, 0, anaState);
                    data(SubmissionEntry.commandId(entry, 0), page, 0, (int) bytes, 4);
                    complete(entry, 0, 0);
                }
                case AdminOpcode.SET_FEATURES -> complete(entry, 3L | 3L << 16, 0);
                case AdminOpcode.KEEP_ALIVE -> complete(entry, 0, 0);
                default -> complete(entry, 0, NvmeStatus.INVALID_OPCODE);
            }
        }

        private synchronized void askEvent(int id) throws IOException {
            eventId = id;
            if (eventPending) {
                tellAnaChange();
            }
        }

        /** Told at once, or as soon as the host asks. */
        synchronized void tellAnaChange() throws IOException {
            eventPending = eventId < 0;
            if (!eventPending) {
                complete(eventId, 2 | 3 << 8 | 0x0C << 16, 0);
                eventId = -1;
            }
        }

        private void identify(IdentifyController identity) {
            identity.multipath(anaState == 0 ? 0 : IdentifyController.ANA_REPORTING)
                    .asynchronousEvents(AdminSession.EVENT_ANA);
            identity.admin().anaGroups(1);
            identity.io()
                    .namespacesAllowed(1)
                    .fusedOperations(IoCapabilities.COMPARE_AND_WRITE_SUPPORTED)
                    .atomicCompareAndWriteBlocks(ATOMIC_BLOCKS - 1)
                    .optionalCommands(
                            IoCapabilities.WRITE_ZEROES_SUPPORTED
                                    | IoCapabilities.DATASET_MANAGEMENT_SUPPORTED
                                    | IoCapabilities.COMPARE_SUPPORTED);
            identity.fabrics().ioQueueCapsuleUnits((64 + capsuleDataBytes) / 16);
        }

        private void identify(MemorySegment entry) throws IOException {
            MemorySegment page = MemorySegment.ofArray(new byte[4096]);
            int kind = SubmissionEntry.doubleWord(entry, 0, 10) & 0xFF;
            switch (kind) {
                case IdentifyKind.CONTROLLER -> identify(new IdentifyController(page));
                case IdentifyKind.ACTIVE_NAMESPACES -> {
                    if (SubmissionEntry.namespaceId(entry, 0) == 0) {
                        new NamespaceList(page).id(0, 1);
                    }
                }
                case IdentifyKind.NAMESPACE -> {
                    IdentifyNamespace told = new IdentifyNamespace(page);
                    told.blocks(blocks.length / BLOCK_BYTES).anaGroupId(1);
                    told.globalId().fill((byte) globalId);
                    // The first format: blocks of 2^9 bytes, no metadata.
                    page.set(ValueLayout.JAVA_BYTE, 130, (byte) 9);
                }
                default -> {
                    complete(entry, 0, NvmeStatus.INVALID_FIELD);
                    return;
                }
            }
            data(SubmissionEntry.commandId(entry, 0), page, 0, 4096, PduHeader.LAST);
            complete(entry, 0, 0);
        }

        private void io(MemorySegment pdu, MemorySegment entry, int opcode) throws IOException {
            int id = SubmissionEntry.commandId(entry, 0);
            int at = (int) SubmissionEntry.quadWord(entry, 0, 10) * BLOCK_BYTES;
            int bytes = ((SubmissionEntry.doubleWord(entry, 0, 12) & 0xFFFF) + 1) * BLOCK_BYTES;
            switch (opcode) {
                case IoOpcode.READ -> {
                    int flags = PduHeader.LAST | (successFlag ? PduHeader.SUCCESS : 0);
                    MemorySegment all = MemorySegment.ofArray(blocks);
                    data(id, all.asSlice(at, bytes), 0, bytes, flags);
                    if (!successFlag) {
                        complete(entry, 0, 0);
                    }
                }
                case IoOpcode.WRITE -> {
                    byte[] data = take(pdu, entry, bytes);
                    if (SubmissionEntry.fused(entry, 0) == SubmissionEntry.FUSED_SECOND
                            && halfStatus != 0) {
                        complete(entry, 0, NvmeStatus.ABORTED_FAILED_FUSED);
                        return;
                    }
                    System.arraycopy(data, 0, blocks, at, bytes);
                    writes.incrementAndGet();
                    complete(entry, 0, 0);
                }
                case IoOpcode.COMPARE -> {
                    byte[] data = take(pdu, entry, bytes);
                    boolean equal = Arrays.equals(data, 0, bytes, blocks, at, at + bytes);
                    halfStatus = equal ? 0 : NvmeStatus.COMPARE_FAILURE;
                    complete(entry, 0, halfStatus);
                }
                case IoOpcode.WRITE_ZEROES -> {
                    Arrays.fill(blocks, at, at + bytes, (byte) 0);
                    complete(entry, 0, 0);
                }
                case IoOpcode.FLUSH -> complete(entry, 0, 0);
                case IoOpcode.DATASET_MANAGEMENT -> {
                    byte[] range = take(pdu, entry, DatasetRange.BYTES);
                    boolean whole = range.length == DatasetRange.BYTES;
                    complete(entry, 0, whole ? 0 : NvmeStatus.INVALID_FIELD);
                }
                default -> complete(entry, 0, NvmeStatus.INVALID_OPCODE);
            }
        }

        /** The data of a command, which are in its capsule or are asked for in two halves. */
        byte[] take(MemorySegment pdu, MemorySegment entry, int bytes) throws IOException {
            int along = CapsulePdu.dataBytes(pdu, 0, limits);
            if (along > 0) {
                checkDigest(pdu, PduHeader.dataOffset(pdu, 0), along);
                return pdu.asSlice(PduHeader.dataOffset(pdu, 0), along)
                        .toArray(ValueLayout.JAVA_BYTE);
            }
            byte[] all = new byte[bytes];
            int half = Math.max(BLOCK_BYTES, bytes / 2 & -BLOCK_BYTES);
            int id = SubmissionEntry.commandId(entry, 0);
            for (int at = 0; at < bytes; at += half) {
                fetch(id, all, at, Math.min(half, bytes - at));
            }
            return all;
        }

        void fetch(int id, byte[] all, int at, int bytes) throws IOException {
            ready(id, 77, at, bytes);
            receive(all, at, bytes);
        }

        /** Takes the data that an R2T of tag 77 has asked for. */
        void receive(byte[] all, int at, int bytes) throws IOException {
            int came = 0;
            while (came < bytes) {
                MemorySegment pdu = read();
                if (PduHeader.type(pdu, 0) == PduType.CAPSULE_COMMAND) {
                    later.add(pdu);
                    continue;
                }
                if (PduHeader.type(pdu, 0) != PduType.HOST_DATA
                        || DataPdu.tag(pdu, 0) != 77
                        || DataPdu.offset(pdu, 0) != at + came) {
                    throw new IOException("not the data that were asked for");
                }
                int count = (int) DataPdu.dataBytes(pdu, 0);
                int from = PduHeader.dataOffset(pdu, 0);
                checkDigest(pdu, from, count);
                if (limits.dataDigest() && count != Math.min(bytes - came, hostDataBytesMax)) {
                    throw new IOException("divided, which Linux's target does not bear");
                }
                MemorySegment.copy(pdu, from, MemorySegment.ofArray(all), at + came, count);
                came += count;
                boolean last = PduHeader.has(pdu, 0, PduHeader.LAST);
                if (last != (came == bytes) || count > hostDataBytesMax) {
                    throw new IOException("not as was agreed to");
                }
            }
        }

        private void checkDigest(MemorySegment pdu, int at, int bytes) throws IOException {
            if (at % alignmentBytes != 0) {
                throw new IOException("misaligned");
            }
            if (limits.dataDigest()) {
                ByteBuffer view = pdu.asByteBuffer();
                if (LittleEndian.u32(pdu, at + bytes) != new PduDigest().of(view, at, bytes)) {
                    throw new IOException("digest");
                }
            }
        }

        void ready(int id, int tag, int offset, int bytes) throws IOException {
            MemorySegment pdu = MemorySegment.ofArray(new byte[64]);
            int size = ReadyPdu.write(pdu, 0, limits, id, tag, offset, bytes);
            digestHeader(pdu, ReadyPdu.BYTES);
            send(pdu.asSlice(0, size));
        }

        /** C2HData. */
        void data(int id, MemorySegment from, int offset, int bytes, int flags) throws IOException {
            MemorySegment pdu = MemorySegment.ofArray(new byte[64 + bytes]);
            int size = DataPdu.writeControllerData(pdu, 0, limits, flags, id, offset, bytes);
            digestHeader(pdu, DataPdu.HEADER_BYTES);
            int at = PduHeader.dataOffset(pdu, 0);
            MemorySegment.copy(from, 0, pdu, at, bytes);
            if (limits.dataDigest()) {
                int digest = new PduDigest().of(pdu.asByteBuffer(), at, bytes);
                LittleEndian.u32(pdu, at + bytes, digest);
            }
            send(pdu.asSlice(0, size));
        }

        void complete(MemorySegment entry, long result, int status) throws IOException {
            complete(SubmissionEntry.commandId(entry, 0), result, status);
        }

        void complete(int id, long result, int status) throws IOException {
            MemorySegment pdu = MemorySegment.ofArray(new byte[64]);
            int size = CapsulePdu.writeResponseHeader(pdu, 0, limits);
            CompletionEntry.encode(pdu, CapsulePdu.COMPLETION, result, 0, queueId, id, status, 0);
            digestHeader(pdu, CapsulePdu.RESPONSE_HEADER_BYTES);
            send(pdu.asSlice(0, size));
        }

        void digestHeader(MemorySegment pdu, int bytes) {
            if (limits.headerDigest()) {
                int digest = new PduDigest().of(pdu.asByteBuffer(), 0, bytes);
                LittleEndian.u32(pdu, bytes, digest);
            }
        }
    }
}
