package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SglDescriptor;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * The host's end of one connection (NVM Express TCP Transport Specification 1.0): bytes in, bytes
 * out, the time as an argument. It touches no socket and no clock.
 *
 * <pre>
 *   ICReq out ──► ICResp in ──► commands, data and completions, until it has failed
 * </pre>
 *
 * <p>Everything that comes is held against the commands that are under way. What fits none of them
 * ends the connection, as nobody can say any more what it means: {@link #failure} tells why, and no
 * byte is taken after that. The commands then under way are ended by {@link #abandon}, so that each
 * is ended once whatever happens.
 *
 * <p>Memory is written for a command that is under way only, and within its range.
 *
 * <p>Rejected: taking data at any offset in any order, which would need a map of what has come; the
 * specification has a controller send them in order, and Linux's host relies on it too. One thread
 * at a time.
 */
final class HostConnection implements PduInput.Receiver {
    /** For less than this, a copy is cheaper than a read of its own. */
    static final int STRAIGHT_BYTES_LEAST = 16 * 1024;

    /** Bytes of an H2CData at most, whatever the controller would take. */
    private static final int DATA_BYTES_MAX = NamespaceReader.REQUEST_BYTES_MAX;

    /** Not a fault of the controller's, as these have the lower half of the bits. */
    private static final long ENDED = 1L << 32;

    private final Exchanges exchanges;
    private final PduOutput output = new PduOutput();
    private final PduInput input;
    private final boolean headerDigestWanted;
    private final boolean dataDigestWanted;
    private final int capsuleDataBytesMax;
    private final long timeoutNanos;

    /** Commands that no byte was put out of, and those whose data the controller waits for. */
    private final ExchangeLine unsent = new ExchangeLine();

    private final ExchangeLine ready = new ExchangeLine();

    private PduLimits limits;
    private boolean initialized;
    private String failure = "";
    private @Nullable Exchange receiving;
    private boolean receivingSuccess;
    private long nextCheckNanos = Long.MAX_VALUE;

    /**
     * Begins with the ICReq.
     *
     * @param depth commands at once
     * @param capsuleDataBytesMax the most data that go along with a command
     * @param timeoutNanos how long an answer may take
     */
    HostConnection(
            int depth,
            int capsuleDataBytesMax,
            boolean headerDigest,
            boolean dataDigest,
            long timeoutNanos) {
        exchanges = new Exchanges(depth);
        this.capsuleDataBytesMax = capsuleDataBytesMax;
        this.headerDigestWanted = headerDigest;
        this.dataDigestWanted = dataDigest;
        this.timeoutNanos = timeoutNanos;
        limits =
                new PduLimits(
                        false, false, 4, 4, capsuleDataBytesMax, InitializePdu.DATA_BYTES_LEAST, 1);
        input = new PduInput(this, limits);
        output.initialize(headerDigest, dataDigest);
    }

    /** Whether the controller has agreed to the connection. */
    boolean isInitialized() {
        return initialized;
    }

    /** Why it is over: a sentence without a full stop; empty while it is not. */
    String failure() {
        return failure;
    }

    boolean hasFailed() {
        return !failure.isEmpty();
    }

    /** What was agreed to. */
    PduLimits limits() {
        return limits;
    }

    Exchanges exchanges() {
        return exchanges;
    }

    PduOutput output() {
        return output;
    }

    PduInput input() {
        return input;
    }

    /**
     * Takes a command, whose entry is in place but for the identifier and the data pointer, and
     * whose data are told; it goes out with the next {@link #fill}.
     */
    void submit(Exchange exchange, long nowNanos) {
        long deadline = nowNanos + timeoutNanos;
        exchange.deadlineNanos = deadline;
        if (nextCheckNanos == Long.MAX_VALUE || deadline - nextCheckNanos < 0) {
            nextCheckNanos = deadline;
        }
        MemorySegment entries = exchanges.entries();
        long at = exchanges.entryAt(exchange);
        int opcode = SubmissionEntry.opcode(entries, at);
        int most =
                opcode == AdminOpcode.FABRICS
                        ? CapsulePdu.ADMIN_DATA_BYTES_MAX
                        : capsuleDataBytesMax;
        int bytes = exchange.dataBytes;
        boolean along = !exchange.reads && bytes > 0 && bytes <= most;
        exchange.capsuleDataBytes = along ? bytes : 0;
        SubmissionEntry.commandId(entries, at, exchange.commandId);
        SubmissionEntry.flags(
                entries, at, SubmissionEntry.flags(entries, at) | SubmissionEntry.SGL);
        // Section 3.3.2 of the transport's specification: at an offset within the capsule's data,
        // or wherever the transport moves them.
        SglDescriptor.encode(
                entries,
                at + SubmissionEntry.DATA_AT,
                along ? SglDescriptor.DATA_BLOCK : SglDescriptor.TRANSPORT_DATA_BLOCK,
                along ? SglDescriptor.OFFSET : SglDescriptor.TRANSPORT,
                0,
                bytes);
        unsent.add(exchange);
    }

    /** Puts out what there is room for; data that were asked for go before new commands. */
    void fill() {
        if (!initialized || hasFailed()) {
            return;
        }
        if (!output.endForgotten()) {
            return;
        }
        for (Exchange first; (first = ready.first()) != null; ) {
            if (!output.data(first, limits)) {
                return;
            }
            ready.remove(first);
        }
        MemorySegment entries = exchanges.entries();
        for (Exchange first; (first = unsent.first()) != null; ) {
            if (!output.capsule(entries, exchanges.entryAt(first), first, limits)) {
                return;
            }
            unsent.remove(first);
        }
    }

    /** Whether there are bytes to write, or will be when some were written. */
    boolean wantsRoom() {
        return output.size() > 0;
    }

    /** Takes bytes that were put into {@link PduInput#bytes}. */
    void arrived(int count) {
        long fault = input.arrived(count);
        if (fault != 0 && fault != ENDED) {
            refuse(fault);
        }
    }

    /** Memory that the next bytes of the stream belong to; null when they are better buffered. */
    @Nullable Exchange straight() {
        Exchange receiver = receiving;
        boolean worth = input.straightBytes() >= STRAIGHT_BYTES_LEAST;
        return worth && receiver != null && receiver.data.isNative() ? receiver : null;
    }

    /** So many bytes were put into the memory of {@link #straight}, where its data had ended. */
    void arrivedStraight(int count) {
        Exchange receiver = receiving;
        if (receiver != null) {
            receiver.moved += count;
            input.arrivedStraight(count);
        }
    }

    private void refuse(long fault) {
        int there = Math.min(input.size(), TerminatePdu.QUOTED_BYTES_MAX);
        output.terminate(fault, input.bytes(), input.head(), there);
        String words = PduFault.of(fault).sentence();
        fail("the controller broke the protocol: " + words);
    }

    /** Ends it for a reason from outside. */
    void fail(String reason) {
        if (failure.isEmpty()) {
            failure = reason;
        }
    }

    /**
     * Looks for commands whose answer is overdue. One of them ends the connection: its identifier
     * and its memory are free again only when nothing can come for them.
     *
     * @return how many are overdue
     */
    int expire(long nowNanos) {
        if (nextCheckNanos == Long.MAX_VALUE || nowNanos - nextCheckNanos < 0) {
            return 0;
        }
        int overdue = 0;
        long nearest = Long.MAX_VALUE;
        for (int i = 0; i < exchanges.count(); i++) {
            Exchange exchange = exchanges.at(i);
            if (!exchange.active || exchange.deadlineNanos == Long.MAX_VALUE) {
                continue;
            }
            if (isOverdue(exchange, nowNanos)) {
                overdue++;
            } else if (nearest == Long.MAX_VALUE || exchange.deadlineNanos - nearest < 0) {
                nearest = exchange.deadlineNanos;
            }
        }
        nextCheckNanos = nearest;
        if (overdue > 0) {
            fail("no answer to " + overdue + " commands came in time");
        }
        return overdue;
    }

    static boolean isOverdue(Exchange exchange, long nowNanos) {
        return exchange.deadlineNanos != Long.MAX_VALUE && nowNanos - exchange.deadlineNanos >= 0;
    }

    /** When {@link #expire} is to be called at the latest; {@link Long#MAX_VALUE} for never. */
    long nextCheckNanos() {
        return exchanges.activeCount() == 0 ? Long.MAX_VALUE : nextCheckNanos;
    }

    /** A command that is answered when something happens, and may take for ever. */
    void neverOverdue(Exchange exchange) {
        exchange.deadlineNanos = Long.MAX_VALUE;
    }

    /**
     * Whether the controller can have begun a command: its capsule went out whole, to the last
     * byte.
     */
    boolean wasSent(Exchange exchange) {
        return exchange.capsuleEnd <= output.writtenTotal();
    }

    /**
     * Ends every command that is under way, after a failure: overdue ones as timed out, the others
     * as reset.
     */
    void abandon(long nowNanos) {
        unsent.clear();
        ready.clear();
        receiving = null;
        for (int i = 0; i < exchanges.count(); i++) {
            Exchange exchange = exchanges.at(i);
            if (exchange.active) {
                boolean overdue = isOverdue(exchange, nowNanos);
                finish(exchange, overdue ? NvmeStatus.TIMED_OUT : NvmeStatus.RESET, 0);
            }
        }
    }

    @Override
    public long header(int type, MemorySegment bytes, long at) {
        if (initialized == (type == PduType.INITIALIZE_RESPONSE)
                && type != PduType.CONTROLLER_TERMINATE) {
            return PduFault.SEQUENCE.at(0);
        }
        return switch (type) {
            case PduType.CAPSULE_RESPONSE -> response(bytes, at + CapsulePdu.COMPLETION);
            case PduType.CONTROLLER_DATA -> controllerData(bytes, at);
            case PduType.READY_TO_TRANSFER -> readyToTransfer(bytes, at);
            case PduType.INITIALIZE_RESPONSE -> agreed(bytes, at);
            default -> {
                fail(
                        "the controller ended the connection: "
                                + PduFault.Fatal.words(TerminatePdu.status(bytes, at)));
                yield ENDED;
            }
        };
    }

    private long agreed(MemorySegment bytes, long at) {
        boolean headers = InitializePdu.headerDigest(bytes, at);
        boolean data = InitializePdu.dataDigest(bytes, at);
        if ((headers && !headerDigestWanted) || (data && !dataDigestWanted)) {
            return PduFault.FIELD_WRONG.at(InitializePdu.DIGESTS);
        }
        long most = Math.min(InitializePdu.dataBytesMax(bytes, at), DATA_BYTES_MAX);
        limits =
                new PduLimits(
                        headers,
                        data,
                        4,
                        InitializePdu.alignmentBytes(bytes, at),
                        capsuleDataBytesMax,
                        (int) most & ~3,
                        1);
        input.limits(limits);
        initialized = true;
        return 0;
    }

    /** The command under way that a PDU is for; null when there is none, or it was never sent. */
    private @Nullable Exchange find(int commandId) {
        Exchange found = exchanges.find(commandId);
        return found != null && wasSent(found) ? found : null;
    }

    private long response(MemorySegment bytes, long at) {
        Exchange exchange = find(CompletionEntry.commandId(bytes, at));
        if (exchange == null) {
            return PduFault.COMMAND_UNKNOWN.at(
                    CapsulePdu.COMPLETION + CompletionEntry.COMMAND_ID_AT);
        }
        int status = CompletionEntry.status(bytes, at);
        if (isAsked(exchange)) {
            ready.remove(exchange);
        }
        if (status == NvmeStatus.SUCCESS) {
            status = verdict(exchange);
        }
        finish(exchange, status, CompletionEntry.longResult(bytes, at));
        return 0;
    }

    /** Whether data that the controller has asked for are not out whole, or lack their digest. */
    private boolean isAsked(Exchange exchange) {
        return exchange.readyBytes > 0 || output.isWithin(exchange);
    }

    /** What a success is worth: not all data moved is none. */
    private static int verdict(Exchange exchange) {
        if (exchange.corrupt) {
            return NvmeStatus.TRANSIENT_TRANSPORT_ERROR;
        }
        return exchange.moved == exchange.dataBytes
                ? NvmeStatus.SUCCESS
                : NvmeStatus.DATA_TRANSFER_ERROR;
    }

    private void finish(Exchange exchange, int status, long result) {
        output.forget(exchange);
        ExchangeOwner owner = exchange.owner;
        if (owner != null) {
            owner.done(exchange, status, result);
        }
        exchanges.release(exchange);
    }

    private long controllerData(MemorySegment bytes, long at) {
        Exchange exchange = find(DataPdu.commandId(bytes, at));
        if (exchange == null || !exchange.reads) {
            return PduFault.COMMAND_UNKNOWN.at(DataPdu.COMMAND_ID);
        }
        long left = (long) exchange.dataBytes - exchange.moved;
        if (exchange.complete
                || DataPdu.offset(bytes, at) != exchange.moved
                || DataPdu.dataBytes(bytes, at) > left) {
            return PduFault.DATA_OUT_OF_RANGE.at(DataPdu.OFFSET);
        }
        receiving = exchange;
        exchange.complete = PduHeader.has(bytes, at, PduHeader.LAST);
        receivingSuccess = PduHeader.has(bytes, at, PduHeader.SUCCESS);
        return 0;
    }

    @Override
    public void data(MemorySegment bytes, long at, int count) {
        Exchange exchange = receiving;
        if (exchange != null) {
            long to = exchange.dataOffset + exchange.moved;
            MemorySegment.copy(bytes, at, exchange.data, to, count);
            exchange.moved += count;
        }
    }

    @Override
    public void dataEnd(boolean intact) {
        Exchange exchange = receiving;
        receiving = null;
        if (exchange == null) {
            return;
        }
        exchange.corrupt |= !intact;
        if (receivingSuccess) {
            finish(exchange, verdict(exchange), 0);
        }
    }

    private long readyToTransfer(MemorySegment bytes, long at) {
        Exchange exchange = find(ReadyPdu.commandId(bytes, at));
        if (exchange == null || exchange.reads || exchange.capsuleDataBytes > 0) {
            return PduFault.COMMAND_UNKNOWN.at(ReadyPdu.COMMAND_ID);
        }
        if (isAsked(exchange)) {
            return PduFault.READY_TOO_MANY.at(ReadyPdu.TAG);
        }
        long left = (long) exchange.dataBytes - exchange.moved;
        long wanted = ReadyPdu.dataBytes(bytes, at);
        if (ReadyPdu.offset(bytes, at) != exchange.moved || wanted > left) {
            return PduFault.DATA_OUT_OF_RANGE.at(ReadyPdu.OFFSET);
        }
        exchange.readyTag = ReadyPdu.tag(bytes, at);
        exchange.readyBytes = (int) wanted;
        ready.add(exchange);
        return 0;
    }
}
