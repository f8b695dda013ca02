package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.LittleEndian;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One connection, which is one queue of a controller: bytes in, bytes out, the time as an argument.
 *
 * <p>Whoever drives it fills {@link #input}, tells {@link #received}, writes what {@link #gather}
 * says, tells {@link #sent}, and calls {@link #tick} now and then. Requests to devices complete as
 * the {@link TargetHome}'s channels are polled. It belongs to one thread but for {@link #wake} and
 * {@link #drop}.
 *
 * <p>What it holds is bounded: before Connect a few kilobytes, then memory for commands and their
 * answers by the queue's entries, and for data a share of the thread's pool. Commands are taken
 * only while there is room for their answers.
 */
final class TargetConnection implements PduReceiver.Sink {
    private static final int FIRST_INPUT_BYTES = 4096;
    private static final int INPUT_BYTES = 64 * 1024;
    private static final int FIRST_COMMANDS = 2;

    /** Answers, R2Ts and terminations that may wait while commands are taken. */
    private static final int UNSENT_BYTES_MAX = 4096;

    /** The room that answers of one command take at most, twice. */
    private static final int ANSWER_BYTES = 320;

    private static final int FLAT_BYTES = 8192;
    private static final int NO_QUEUE = -1;
    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;

    private final TargetHome home;
    private final TargetConfig config;
    private final TransferPool pool;
    private final TransferPool.Share share = new TransferPool.Share();
    private final PduDigest digest = new PduDigest();
    private final Arena arena = Arena.ofConfined();
    private final PduReceiver receiver;
    private final int portIndex;
    private final InetSocketAddress localAddress;
    private final Runnable waker;
    private final long bornNanos;

    private PduLimits limits =
            new PduLimits(false, false, 4, 4, 0, InitializePdu.DATA_BYTES_LEAST, 1);
    private SendQueue queue;
    private TargetCommand[] commands;
    private @Nullable TargetCommand free;
    private @Nullable TargetCommand waitingFirst;
    private @Nullable TargetCommand waitingLast;
    private @Nullable TargetCommand receiving;
    private int receivingTag;
    private int receivingBytes;
    private int awaitingHost;
    private int atDevice;

    private boolean initialized;
    private @Nullable TargetController controller;
    private int queueId = NO_QUEUE;
    private int queueEntries;
    private boolean flowControl;
    private int queueHead;

    private boolean ending;
    private boolean closed;
    private volatile boolean dropped;
    private String endReason = "";
    private long nowNanos;
    private long progressNanos;

    /**
     * @param portIndex which port it came to
     * @param localAddress at which the host has reached it
     * @param waker makes the driver call {@link #tick} soon; called by any thread
     */
    TargetConnection(
            TargetHome home,
            int portIndex,
            InetSocketAddress localAddress,
            Runnable waker,
            long nowNanos) {
        this.home = home;
        this.config = home.config();
        this.pool = home.pool();
        this.portIndex = portIndex;
        this.localAddress = localAddress;
        this.waker = waker;
        this.bornNanos = nowNanos;
        this.nowNanos = nowNanos;
        this.progressNanos = nowNanos;
        this.receiver = new PduReceiver(this, arena.allocate(FIRST_INPUT_BYTES));
        this.queue = newQueue(FIRST_COMMANDS);
        this.commands = new TargetCommand[0];
        addCommands(FIRST_COMMANDS);
    }

    private SendQueue newQueue(int count) {
        return new SendQueue(arena.allocate(FLAT_BYTES + (long) ANSWER_BYTES * count), count);
    }

    private void addCommands(int count) {
        int before = commands.length;
        commands = java.util.Arrays.copyOf(commands, count);
        for (int i = count - 1; i >= before; i--) {
            TargetCommand command = new TargetCommand(i, this);
            commands[i] = command;
            command.next = free;
            free = command;
        }
    }

    // ------------------------------------------------------------------ for the driver

    /** Where to receive; no room when nothing is to be received now. */
    ByteBuffer input() {
        return receiver.input();
    }

    /** Whether it takes input at present. */
    boolean wantsInput() {
        return !ending && !closed && !receiver.isLater();
    }

    /** Bytes were put where {@link #input} said. */
    void received(int bytes, long now) {
        nowNanos = now;
        progressNanos = now;
        TargetController mine = controller;
        if (mine != null) {
            mine.traffic(now);
        }
        home.counters().bytesReceived += bytes;
        receiver.received(bytes);
    }

    /** Whether there is something to send. */
    boolean hasOutput() {
        return !queue.isEmpty();
    }

    /** See {@link SendQueue#gather}. */
    int gather(ByteBuffer[] into) {
        return queue.gather(into);
    }

    /** So many of the bytes that {@link #gather} gave were sent. */
    void sent(long bytes, long now) {
        if (bytes > 0) {
            nowNanos = now;
            progressNanos = now;
            home.counters().bytesSent += bytes;
            queue.sent(bytes);
            resume();
        }
    }

    /**
     * Goes on with what waits, and looks at time-outs and what other threads want of it.
     *
     * @return whether something was done
     */
    boolean tick(long now) {
        nowNanos = now;
        if (ending || closed) {
            return false;
        }
        TargetController mine = controller;
        if (dropped || (mine != null && mine.isLost())) {
            finish("the controller is gone");
            return true;
        }
        if (isOverdue(now)) {
            return true;
        }
        boolean worked = resume();
        if (mine != null && queueId == 0 && mine.hasEvents()) {
            worked |= home.admin().sendEvents(this, mine);
        }
        return worked;
    }

    private boolean isOverdue(long now) {
        if (now >= deadlineNanos()) {
            TargetController mine = controller;
            if (mine != null && queueId == 0 && now >= mine.deadlineNanos()) {
                mine.lose();
                home.counters().keepAliveExpired++;
                finish("the host has not kept the controller alive");
            } else {
                home.counters().stalls++;
                finish("the host has stalled");
            }
            return true;
        }
        return false;
    }

    /** When {@link #tick} has to be called at the latest. */
    long deadlineNanos() {
        long deadline = Long.MAX_VALUE;
        TargetController mine = controller;
        if (mine == null) {
            deadline = bornNanos + config.stallNanos();
        } else if (queueId == 0) {
            deadline = mine.deadlineNanos();
        }
        boolean unfinished = receiver.isWithinPdu() && !receiver.isLater();
        boolean stalled = hasOutput() || unfinished || awaitingHost > 0;
        return stalled ? Math.min(deadline, progressNanos + config.stallNanos()) : deadline;
    }

    /** Whether it is over and only what is still to be sent is sent. */
    boolean isEnding() {
        return ending;
    }

    /** Whether a host has become a controller's, or a queue's. */
    boolean isConnected() {
        return controller != null;
    }

    /** Why it has ended; empty while it has not. */
    String endReason() {
        return endReason;
    }

    /** Any thread: makes the driver look at it soon. */
    void wake() {
        waker.run();
    }

    /** Any thread: ends it. */
    void drop() {
        dropped = true;
        waker.run();
    }

    /**
     * The stream is gone, or was ended. What the device still has is waited for: see {@link
     * #isQuiet}.
     */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        finish("the host has closed the connection");
        queue.clear();
        for (TargetCommand command : commands) {
            if (command.state != TargetCommand.State.FREE
                    && command.state != TargetCommand.State.EXECUTING) {
                retire(command);
            } else if (command.state == TargetCommand.State.EXECUTING && command.lane == null) {
                // An event request, which nobody will answer.
                retire(command);
            }
        }
        if (isQuiet()) {
            arena.close();
        }
    }

    /**
     * Whether a closed connection has nothing at a device any more, so that it can be forgotten.
     */
    boolean isQuiet() {
        return atDevice == 0;
    }

    private void finish(String reason) {
        if (!ending) {
            ending = true;
            endReason = reason;
            receiver.end();
            TargetController mine = controller;
            if (mine != null) {
                mine.detach(queueId, this);
            }
        }
    }

    // ------------------------------------------------------------------ what comes

    @Override
    public PduLimits limits() {
        return limits;
    }

    @Override
    public long expects(int type) {
        boolean first = type == PduType.INITIALIZE_REQUEST;
        return first == initialized ? PduFault.SEQUENCE.at(0) : 0;
    }

    @Override
    public long header(int type, MemorySegment memory, int at, int dataBytes) {
        return switch (type) {
            case PduType.INITIALIZE_REQUEST -> initialize(memory, at);
            case PduType.CAPSULE_COMMAND -> capsule(memory, at, dataBytes);
            case PduType.HOST_DATA -> hostData(memory, at, dataBytes);
            default -> terminated(memory, at);
        };
    }

    private long terminated(MemorySegment memory, int at) {
        int status = TerminatePdu.status(memory, at);
        home.counters().terminatedByHost++;
        finish("the host ends the connection: " + PduFault.Fatal.words(status));
        return 0;
    }

    private long initialize(MemorySegment memory, int at) {
        boolean header = InitializePdu.headerDigest(memory, at) && config.headerDigest();
        boolean data = InitializePdu.dataDigest(memory, at) && config.dataDigest();
        int ready = (int) Math.min(InitializePdu.readyMax(memory, at), TargetCommand.READY_MAX);
        int alignment = InitializePdu.alignmentBytes(memory, at);
        int place = queue.place(InitializePdu.BYTES);
        InitializePdu.writeResponse(
                queue.memory(),
                place,
                config.alignmentBytes(),
                header,
                data,
                config.hostDataBytesMax());
        queue.added(place, InitializePdu.BYTES);
        limits =
                new PduLimits(
                        header,
                        data,
                        config.alignmentBytes(),
                        alignment,
                        CapsulePdu.ADMIN_DATA_BYTES_MAX,
                        config.hostDataBytesMax(),
                        ready);
        initialized = true;
        return 0;
    }

    private long capsule(MemorySegment memory, int at, int dataBytes) {
        if (queue.ringUsed() > UNSENT_BYTES_MAX) {
            return PduReceiver.LATER;
        }
        TargetCommand command = free;
        if (command == null) {
            return PduFault.COMMANDS_TOO_MANY.at(0);
        }
        long entryAt = at + (long) CapsulePdu.COMMAND;
        TransferBuffer buffer = null;
        if (dataBytes > 0) {
            buffer = pool.acquire(dataBytes, share);
            if (buffer == null && awaitingHost == 0) {
                home.counters().bufferWaits++;
                return PduReceiver.LATER;
            }
        }
        free = command.next;
        command.next = null;
        MemorySegment.copy(memory, entryAt, command.entry, 0, SubmissionEntry.BYTES);
        command.begin();
        command.buffer = buffer;
        home.counters().commands++;
        queueHead = queueHead + 1 == queueEntries ? 0 : queueHead + 1;
        accept(command, dataBytes);
        return 0;
    }

    /** Looks at where the data are, and lets them come or the command be carried out. */
    private void accept(TargetCommand command, int capsuleBytes) {
        int status = transfer(command, capsuleBytes);
        if (status == NvmeStatus.SUCCESS && capsuleBytes > 0 && command.buffer == null) {
            status = NvmeStatus.COMMAND_INTERRUPTED;
        }
        if (status == NvmeStatus.SUCCESS) {
            status = isIo(command) ? home.io().check(this, command) : NvmeStatus.SUCCESS;
        }
        if (status != NvmeStatus.SUCCESS) {
            complete(command, status, 0);
        } else if (capsuleBytes > 0) {
            command.state = TargetCommand.State.CAPSULE_DATA;
            receiving = command;
            receivingBytes = capsuleBytes;
            receiver.dataInto(command.requireBuffer(), 0);
        } else if (command.dataBytes > 0) {
            awaitBuffer(command);
        } else {
            execute(command);
        }
    }

    private boolean isIo(TargetCommand command) {
        return queueId > 0 && command.opcode() != AdminOpcode.FABRICS;
    }

    /** What the SGL says of the data (TCP Transport Specification, section 3.3.2). */
    private int transfer(TargetCommand command, int capsuleBytes) {
        MemorySegment entry = command.entry;
        int opcode = command.opcode();
        int kind = opcode == AdminOpcode.FABRICS ? SubmissionEntry.fabricsType(entry, 0) : opcode;
        boolean fromHost = (kind & 1) != 0;
        boolean toHost = (kind & 2) != 0;
        long length = SglDescriptor.length(entry, SubmissionEntry.DATA_AT);
        int type = SglDescriptor.type(entry, SubmissionEntry.DATA_AT);
        int subtype = SglDescriptor.subtype(entry, SubmissionEntry.DATA_AT);
        boolean inCapsule = type == SglDescriptor.DATA_BLOCK && subtype == SglDescriptor.OFFSET;
        boolean transport =
                type == SglDescriptor.TRANSPORT_DATA_BLOCK && subtype == SglDescriptor.TRANSPORT;
        if (SubmissionEntry.dataPointer(entry, 0) == 0
                || SubmissionEntry.fused(entry, 0) != 0
                || (fromHost && toHost)) {
            return NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        if (length == 0 || (!fromHost && !toHost)) {
            return capsuleBytes == 0 ? NvmeStatus.SUCCESS : NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        if (!inCapsule && !transport) {
            return NvmeStatus.SGL_TYPE_INVALID | DO_NOT_RETRY;
        }
        if (inCapsule && SglDescriptor.address(entry, SubmissionEntry.DATA_AT) != 0) {
            return NvmeStatus.SGL_OFFSET_INVALID | DO_NOT_RETRY;
        }
        if (inCapsule ? !fromHost || length != capsuleBytes : capsuleBytes != 0) {
            return NvmeStatus.DATA_SGL_LENGTH_INVALID | DO_NOT_RETRY;
        }
        if (length > TransferPool.LARGE_BYTES) {
            return NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        command.dataBytes = (int) length;
        command.toHost = toHost;
        return NvmeStatus.SUCCESS;
    }

    private long hostData(MemorySegment memory, int at, int dataBytes) {
        int tag = DataPdu.tag(memory, at);
        int index = tag >>> TargetCommand.READY_SHIFT;
        TargetCommand command = index < commands.length ? commands[index] : null;
        if (command == null
                || command.state != TargetCommand.State.HOST_DATA
                || !command.isReady(tag)) {
            return PduFault.TAG_UNKNOWN.at(DataPdu.TAG);
        }
        if (DataPdu.commandId(memory, at) != command.commandId()) {
            return PduFault.COMMAND_UNKNOWN.at(DataPdu.COMMAND_ID);
        }
        long offset = DataPdu.offset(memory, at);
        long end = offset + dataBytes;
        if (offset != command.readyNext(tag) || end > command.readyEnd(tag)) {
            return PduFault.DATA_OUT_OF_RANGE.at(DataPdu.OFFSET);
        }
        if (PduHeader.has(memory, at, PduHeader.LAST) && end != command.readyEnd(tag)) {
            return PduFault.FLAGS_WRONG.at(PduHeader.FLAGS);
        }
        receiving = command;
        receivingTag = tag;
        receivingBytes = dataBytes;
        receiver.dataInto(command.requireBuffer(), (int) offset);
        return 0;
    }

    @Override
    public void data(boolean isIntact) {
        TargetCommand command = receiving;
        receiving = null;
        if (command == null) {
            // Of a command that was refused already.
            return;
        }
        if (!isIntact) {
            command.isBroken = true;
            home.counters().dataDigestErrors++;
        }
        if (command.state == TargetCommand.State.CAPSULE_DATA) {
            command.receivedBytes = receivingBytes;
        } else {
            command.advanceReady(receivingTag, receivingBytes);
        }
        if (command.receivedBytes < command.dataBytes) {
            askForMore(command);
            return;
        }
        if (command.state == TargetCommand.State.HOST_DATA) {
            awaitingHost--;
        }
        if (command.isBroken) {
            complete(command, NvmeStatus.TRANSIENT_TRANSPORT_ERROR, 0);
        } else {
            execute(command);
        }
    }

    @Override
    public void fault(long fault, MemorySegment memory, int at, int bytes) {
        PduFault what = PduFault.of(fault);
        home.counters().faults++;
        finish("the host has violated the protocol: " + what.sentence());
        int place = queue.place(TerminatePdu.BYTES_MAX);
        int length =
                TerminatePdu.write(
                        queue.memory(),
                        place,
                        PduType.CONTROLLER_TERMINATE,
                        fault,
                        memory,
                        at,
                        bytes);
        queue.added(place, length);
    }

    // ------------------------------------------------------------------ buffers

    private void awaitBuffer(TargetCommand command) {
        if (waitingFirst == null && lend(command)) {
            return;
        }
        home.counters().bufferWaits++;
        command.state = TargetCommand.State.WAITING;
        TargetCommand last = waitingLast;
        if (last == null) {
            waitingFirst = command;
        } else {
            last.next = command;
        }
        waitingLast = command;
    }

    private boolean lend(TargetCommand command) {
        TransferBuffer buffer = pool.acquire(command.dataBytes, share);
        if (buffer == null) {
            return false;
        }
        command.buffer = buffer;
        if (command.toHost) {
            execute(command);
        } else {
            command.state = TargetCommand.State.HOST_DATA;
            awaitingHost++;
            askForMore(command);
        }
        return true;
    }

    /** Tries again what waited for buffers, or for answers to be read. */
    private boolean resume() {
        boolean worked = false;
        for (TargetCommand command = waitingFirst; command != null; command = waitingFirst) {
            TargetCommand following = command.next;
            if (ending || !lend(command)) {
                break;
            }
            command.next = null;
            waitingFirst = following;
            waitingLast = following == null ? null : waitingLast;
            worked = true;
        }
        if (receiver.isLater() && !ending) {
            receiver.proceed();
            worked |= !receiver.isLater();
        }
        return worked;
    }

    private void askForMore(TargetCommand command) {
        while (command.askedBytes < command.dataBytes && command.readyCount() < limits.readyMax()) {
            int offset = command.askedBytes;
            int bytes = Math.min(command.dataBytes - offset, config.readyBytesMax());
            int tag = command.openReady(bytes);
            int place = queue.place(ReadyPdu.BYTES + PduHeader.DIGEST_BYTES);
            int length =
                    ReadyPdu.write(
                            queue.memory(), place, limits, command.commandId(), tag, offset, bytes);
            digestHeader(place, ReadyPdu.BYTES);
            queue.added(place, length);
        }
    }

    // ------------------------------------------------------------------ carrying out

    private void execute(TargetCommand command) {
        command.state = TargetCommand.State.EXECUTING;
        if (command.opcode() == AdminOpcode.FABRICS) {
            home.fabrics().execute(this, command);
        } else if (queueId < 0) {
            complete(command, NvmeStatus.COMMAND_SEQUENCE_ERROR | DO_NOT_RETRY, 0);
        } else if (queueId == 0) {
            home.admin().execute(this, command);
        } else {
            home.io().execute(this, command);
        }
    }

    /** The controller, once there is one. */
    @Nullable TargetController controller() {
        return controller;
    }

    int portIndex() {
        return portIndex;
    }

    InetSocketAddress localAddress() {
        return localAddress;
    }

    /** Negative before Connect. */
    int queueId() {
        return queueId;
    }

    /** Commands that it has at present, for whoever looks for one of them. */
    TargetCommand[] commands() {
        return commands;
    }

    /** Connect has succeeded: from now on it is this queue. */
    void become(TargetController joined, int id, int entries, boolean withFlowControl) {
        controller = joined;
        queueId = id;
        queueEntries = entries;
        flowControl = withFlowControl;
        queueHead = 1 % entries;
        joined.traffic(nowNanos);
        SendQueue larger = newQueue(entries + 1);
        moveUnsent(larger);
        queue = larger;
        addCommands(entries + 1);
        receiver.moveTo(arena.allocate(INPUT_BYTES));
    }

    /** The ICResp at most is unsent: a host waits for it before it sends Connect, but need not. */
    private void moveUnsent(SendQueue larger) {
        ByteBuffer[] batch = new ByteBuffer[SendQueue.BATCH];
        int count = queue.gather(batch);
        for (int i = 0; i < count; i++) {
            ByteBuffer part = batch[i];
            int bytes = part.remaining();
            int place = larger.place(bytes);
            MemorySegment.copy(MemorySegment.ofBuffer(part), 0, larger.memory(), place, bytes);
            larger.added(place, bytes);
        }
        queue.clear();
    }

    /** A request went to a device. */
    void submitted() {
        atDevice++;
    }

    void blockCompleted(TargetCommand command, BlockStatus status) {
        atDevice--;
        if (ending) {
            retire(command);
            if (closed && isQuiet()) {
                arena.close();
            }
            return;
        }
        home.io().blockCompleted(this, command, status);
    }

    // ------------------------------------------------------------------ answers

    /** Answers a command; its data go with it where it succeeded and has data for the host. */
    void complete(TargetCommand command, int status, long result) {
        if (ending) {
            // Nothing follows the reason for the end.
            retire(command);
            return;
        }
        if (status == NvmeStatus.SUCCESS && command.toHost && command.dataBytes > 0) {
            sendData(command, result);
            return;
        }
        if (status != NvmeStatus.SUCCESS) {
            home.counters().failedCommands++;
        }
        int room = CapsulePdu.RESPONSE_HEADER_BYTES + PduHeader.DIGEST_BYTES;
        int place = queue.place(room);
        int length = writeResponse(queue.memory(), queue.view(), place, command, status, result);
        queue.added(place, length);
        retire(command);
    }

    private int writeResponse(
            MemorySegment memory,
            ByteBuffer view,
            int at,
            TargetCommand command,
            int status,
            long result) {
        int length = CapsulePdu.writeResponseHeader(memory, at, limits);
        int head = flowControl ? queueHead : 0;
        CompletionEntry.encode(
                memory,
                at + (long) CapsulePdu.COMPLETION,
                result,
                head,
                Math.max(0, queueId),
                command.commandId(),
                status,
                0);
        if (limits.headerDigest()) {
            int bytes = CapsulePdu.RESPONSE_HEADER_BYTES;
            LittleEndian.u32(memory, at + (long) bytes, digest.of(view, at, bytes));
        }
        return length;
    }

    /** Puts the PDU's header before the data where they lie, and the answer behind them. */
    private void sendData(TargetCommand command, long result) {
        PduLimits agreed = limits;
        TransferBuffer buffer = command.requireBuffer();
        MemorySegment memory = buffer.memory;
        int begin = buffer.dataAt - agreed.dataOffset(DataPdu.HEADER_BYTES);
        int dataBytes = command.dataBytes;
        // Without flow control the host needs nothing of a completion but that it succeeded.
        boolean alone = !flowControl && result == 0;
        int flags = alone ? PduHeader.LAST | PduHeader.SUCCESS : PduHeader.LAST;
        DataPdu.writeControllerData(
                memory, begin, agreed, flags, command.commandId(), 0, dataBytes);
        if (agreed.headerDigest()) {
            int value = digest.of(buffer.view, begin, DataPdu.HEADER_BYTES);
            LittleEndian.u32(memory, begin + (long) DataPdu.HEADER_BYTES, value);
        }
        int end = buffer.dataAt + dataBytes;
        if (agreed.dataDigest()) {
            LittleEndian.u32(memory, end, digest.of(buffer.view, buffer.dataAt, dataBytes));
            end += PduHeader.DIGEST_BYTES;
        }
        if (!alone) {
            end += writeResponse(memory, buffer.view, end, command, NvmeStatus.SUCCESS, result);
        }
        command.state = TargetCommand.State.SENDING;
        queue.add(command, begin, end);
    }

    private void digestHeader(int at, int bytes) {
        if (limits.headerDigest()) {
            LittleEndian.u32(queue.memory(), at + (long) bytes, digest.of(queue.view(), at, bytes));
        }
    }

    /** The command is over: its buffer goes back, and its place is free. */
    void retire(TargetCommand command) {
        TransferBuffer buffer = command.buffer;
        if (buffer != null) {
            pool.release(buffer, share);
            command.buffer = null;
        }
        if (receiving == command) {
            receiving = null;
        }
        command.state = TargetCommand.State.FREE;
        command.lane = null;
        command.next = free;
        free = command;
    }
}
