package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import org.jspecify.annotations.Nullable;

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

    private static final int NO_QUEUE = -1;
    private static final int DO_NOT_RETRY = NvmeStatus.DO_NOT_RETRY;

    private final TargetHome home;
    private final TargetConfig config;
    private final TransferPool pool;
    private final TransferPool.Share share = new TransferPool.Share();
    private final PduReceiver receiver;
    private final Answers answers;
    private final WaitingCommands waiting = new WaitingCommands();
    private final int portIndex;
    private final InetSocketAddress localAddress;
    private final Runnable waker;
    private final long bornNanos;

    private PduLimits limits = Handshake.before();
    private final CommandTable commands = new CommandTable(this, FIRST_COMMANDS);
    private final FusedCommands fused = new FusedCommands(this);
    private @Nullable TargetCommand receiving;
    private int receivingTag;
    private int receivingBytes;
    private int awaitingHost;
    private int atDevice;

    private boolean initialized;
    private @Nullable TargetController controller;
    private int queueId = NO_QUEUE;

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
        this.receiver = new PduReceiver(this, home.memory().lend(FIRST_INPUT_BYTES));
        this.answers = new Answers(home.memory(), FIRST_COMMANDS, limits);
    }

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
        return !answers.queue().isEmpty();
    }

    /** See {@link SendQueue#gather}. */
    int gather(ByteBuffer[] into) {
        return answers.queue().gather(into);
    }

    /** So many of the bytes that {@link #gather} gave were sent. */
    void sent(long bytes, long now) {
        if (bytes > 0) {
            nowNanos = now;
            progressNanos = now;
            home.counters().bytesSent += bytes;
            answers.queue().sent(bytes);
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

    /** The stream is gone. What a device still has ends later: see {@link #isQuiet}. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        finish("the host has closed the connection");
        answers.queue().clear();
        for (TargetCommand command : commands.all()) {
            // An event request is nobody's but ours; what has a lane is at its device.
            boolean ours = command.state != TargetCommand.State.EXECUTING || command.lane == null;
            if (command.state != TargetCommand.State.FREE && ours) {
                retire(command);
            }
        }
        if (isQuiet()) {
            giveBack();
        }
    }

    /** Whether a closed connection has nothing at a device any more and can be forgotten. */
    boolean isQuiet() {
        return atDevice == 0;
    }

    private void giveBack() {
        answers.close();
        home.memory().giveBack(receiver.memory());
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
        limits = Handshake.agree(config, memory, at);
        answers.initialize(limits);
        initialized = true;
        return 0;
    }

    private long capsule(MemorySegment memory, int at, int dataBytes) {
        if (answers.queue().ringUsed() > UNSENT_BYTES_MAX) {
            return PduReceiver.LATER;
        }
        if (commands.isFull()) {
            return PduFault.COMMANDS_TOO_MANY.at(0);
        }
        long entryAt = at + (long) CapsulePdu.COMMAND;
        TransferBuffer buffer = null;
        int half = SubmissionEntry.fused(memory, entryAt);
        if (dataBytes > 0 && half != SubmissionEntry.FUSED_SECOND) {
            buffer = pool.acquire(FusedCommands.bufferBytes(half, dataBytes), share);
        }
        boolean lacks = dataBytes > 0 && buffer == null && !fused.hasRoom(half);
        if (lacks && awaitingHost == 0) {
            home.counters().bufferWaits++;
            return PduReceiver.LATER;
        }
        TargetCommand command = commands.take();
        MemorySegment.copy(memory, entryAt, command.entry, 0, SubmissionEntry.BYTES);
        command.begin();
        command.buffer = buffer;
        home.counters().commands++;
        answers.advanceHead();
        accept(command, dataBytes);
        return 0;
    }

    /** Looks at where the data are, and lets them come or the command be carried out. */
    private void accept(TargetCommand command, int capsuleBytes) {
        int status = CommandData.plan(command, capsuleBytes);
        if (isIo(command)) {
            status = status == NvmeStatus.SUCCESS ? home.io().check(this, command) : status;
            status = fused.arrived(command, status);
        } else if (command.fused() != 0) {
            status = NvmeStatus.INVALID_FIELD | DO_NOT_RETRY;
        }
        if (status == NvmeStatus.SUCCESS && capsuleBytes > 0 && command.buffer == null) {
            status = fused.interrupted(command);
        }
        if (status != NvmeStatus.SUCCESS) {
            complete(command, status, 0);
        } else if (capsuleBytes > 0) {
            command.state = TargetCommand.State.CAPSULE_DATA;
            receiving = command;
            receivingBytes = capsuleBytes;
            receiver.dataInto(command.requireBuffer(), command.bufferOffset);
        } else if (command.dataBytes > 0) {
            awaitBuffer(command);
        } else {
            execute(command);
        }
    }

    private boolean isIo(TargetCommand command) {
        return queueId > 0 && command.opcode() != AdminOpcode.FABRICS;
    }

    private long hostData(MemorySegment memory, int at, int dataBytes) {
        int tag = DataPdu.tag(memory, at);
        TargetCommand command = commands.at(tag >>> TargetCommand.READY_SHIFT);
        if (command == null) {
            return PduFault.TAG_UNKNOWN.at(DataPdu.TAG);
        }
        long fault = command.refuses(memory, at, dataBytes);
        if (fault != 0) {
            return fault;
        }
        receiving = command;
        receivingTag = tag;
        receivingBytes = dataBytes;
        int offset = (int) DataPdu.offset(memory, at);
        receiver.dataInto(command.requireBuffer(), command.bufferOffset + offset);
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
            command.fate = NvmeStatus.TRANSIENT_TRANSPORT_ERROR;
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
        if (command.fused() != 0) {
            fused.dataCame(command);
        } else if (command.fate != NvmeStatus.SUCCESS) {
            complete(command, command.fate, 0);
        } else {
            execute(command);
        }
    }

    @Override
    public void fault(long fault, MemorySegment memory, int at, int bytes) {
        PduFault what = PduFault.of(fault);
        home.counters().faults++;
        finish("the host has violated the protocol: " + what.sentence());
        answers.terminate(fault, memory, at, bytes);
    }

    private void awaitBuffer(TargetCommand command) {
        if (command.partner != null) {
            // The buffer is the partner's, and comes with it.
            command.state = TargetCommand.State.WAITING;
            beginPartner(command.partner);
            return;
        }
        TransferBuffer buffer =
                waiting.isEmpty() ? pool.acquire(command.bufferBytes(), share) : null;
        if (buffer == null) {
            home.counters().bufferWaits++;
            command.state = TargetCommand.State.WAITING;
            waiting.add(command);
        } else {
            begin(command, buffer);
        }
    }

    private void begin(TargetCommand command, TransferBuffer buffer) {
        command.buffer = buffer;
        if (command.toHost) {
            execute(command);
        } else {
            command.state = TargetCommand.State.HOST_DATA;
            awaitingHost++;
            askForMore(command);
            beginPartner(command);
        }
    }

    /**
     * Has the data of a second half come, if it waits for the first one's buffer, and that is
     * there.
     */
    private void beginPartner(TargetCommand first) {
        TargetCommand second = first.partner;
        TransferBuffer buffer = first.buffer;
        if (second != null && buffer != null && second.state == TargetCommand.State.WAITING) {
            begin(second, buffer);
        }
    }

    /** Tries again what waited for buffers, or for answers to be read. */
    private boolean resume() {
        boolean worked = false;
        TargetCommand command = waiting.first();
        while (command != null && !ending) {
            TransferBuffer buffer = pool.acquire(command.bufferBytes(), share);
            if (buffer == null) {
                break;
            }
            // Before it is carried out, and perhaps at once answered and free.
            waiting.removeFirst();
            begin(command, buffer);
            worked = true;
            command = waiting.first();
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
            answers.ready(command.commandId(), tag, offset, bytes);
        }
    }

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
        return commands.all();
    }

    /** Its compare-and-writes. */
    FusedCommands fused() {
        return fused;
    }

    /** Both halves are there. */
    void compareAndWrite(TargetCommand compare, TargetCommand write) {
        compare.state = TargetCommand.State.EXECUTING;
        home.io().compareAndWrite(this, compare, write);
    }

    /** Connect has succeeded: from now on it is this queue. */
    void become(TargetController joined, int id, int entries, boolean withFlowControl) {
        controller = joined;
        queueId = id;
        joined.traffic(nowNanos);
        answers.become(id, entries, withFlowControl);
        commands.grow(entries + 1);
        home.memory().giveBack(receiver.moveTo(home.memory().lend(INPUT_BYTES)));
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
                giveBack();
            }
            return;
        }
        home.io().blockCompleted(this, command, status);
    }

    /** Answers a command; its data go with it where it succeeded and has data for the host. */
    void complete(TargetCommand command, int status, long result) {
        if (ending) {
            // Nothing follows the reason for the end.
            retire(command);
            return;
        }
        if (status == NvmeStatus.SUCCESS && command.toHost && command.dataBytes > 0) {
            command.state = TargetCommand.State.SENDING;
            answers.data(command, result);
            return;
        }
        int told = status;
        TargetController mine = controller;
        if (status != NvmeStatus.SUCCESS) {
            home.counters().failedCommands++;
            told = mine == null ? status : mine.failed(queueId, command, status);
        }
        answers.response(command.commandId(), told, result);
        retire(command);
    }

    /** The command is over: its buffer goes back, and its place is free. */
    void retire(TargetCommand command) {
        TransferBuffer buffer = command.buffer;
        if (buffer != null && command.bufferOffset == 0) {
            pool.release(buffer, share);
        }
        command.buffer = null;
        if (receiving == command) {
            receiving = null;
        }
        command.lane = null;
        command.partner = null;
        commands.giveBack(command);
    }
}
