package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Writes what a connection answers, with its digests, and keeps it until it is sent. */
final class Answers {
    /** The room that answers of one command take at most, twice. */
    private static final int COMMAND_BYTES = 320;

    /**
     * Room for what may be unsent while commands are taken, for the rest, and at the ring's end.
     */
    private static final int FLAT_BYTES = 8192;

    private final PduDigest digest = new PduDigest();
    private final LentMemory lender;
    private ByteBuffer memory;
    private SendQueue queue;
    private PduLimits limits;
    private int queueId;
    private int queueEntries = 1;
    private int queueHead;
    private boolean flowControl;

    /**
     * @param lender gets the memory back in {@link #close}
     * @param commands how many commands may be under way
     */
    Answers(LentMemory lender, int commands, PduLimits limits) {
        this.lender = lender;
        this.memory = lend(commands);
        this.queue = new SendQueue(memory, commands);
        this.limits = limits;
    }

    private ByteBuffer lend(int commands) {
        return lender.lend(FLAT_BYTES + COMMAND_BYTES * commands);
    }

    /** Gives the memory back; what was not sent is forgotten. */
    void close() {
        lender.giveBack(memory);
    }

    /** What waits to be sent. */
    SendQueue queue() {
        return queue;
    }

    /** Answers with an ICResp, and keeps to what it says from now on. */
    void initialize(PduLimits agreed) {
        int place = queue.place(InitializePdu.BYTES);
        InitializePdu.writeResponse(
                queue.memory(),
                place,
                agreed.receivedAlignmentBytes(),
                agreed.headerDigest(),
                agreed.dataDigest(),
                agreed.hostDataBytesMax());
        queue.added(place, InitializePdu.BYTES);
        limits = agreed;
    }

    /** Connect has succeeded. */
    void become(int id, int entries, boolean withFlowControl) {
        queueId = id;
        queueEntries = entries;
        queueHead = 1 % entries;
        flowControl = withFlowControl;
        ByteBuffer more = lend(entries + 1);
        SendQueue larger = new SendQueue(more, entries + 1);
        moveUnsent(larger);
        lender.giveBack(memory);
        memory = more;
        queue = larger;
    }

    /**
     * Only short PDUs are unsent: a host waits for ICResp before it sends Connect, but need not.
     */
    private void moveUnsent(SendQueue larger) {
        ByteBuffer[] batch = new ByteBuffer[SendQueue.BATCH];
        while (!queue.isEmpty()) {
            int count = queue.gather(batch);
            long moved = 0;
            for (int i = 0; i < count; i++) {
                ByteBuffer part = batch[i];
                int bytes = part.remaining();
                int place = larger.place(bytes);
                MemorySegment from = MemorySegment.ofBuffer(part);
                MemorySegment.copy(from, 0, larger.memory(), place, bytes);
                larger.added(place, bytes);
                moved += bytes;
            }
            queue.sent(moved);
        }
    }

    /** A command was taken out of the submission queue. */
    void advanceHead() {
        queueHead = queueHead + 1 == queueEntries ? 0 : queueHead + 1;
    }

    /** Asks for data of a command. */
    void ready(int commandId, int tag, int offset, int bytes) {
        MemorySegment ring = queue.memory();
        int place = queue.place(ReadyPdu.BYTES + PduHeader.DIGEST_BYTES);
        int length = ReadyPdu.write(ring, place, limits, commandId, tag, offset, bytes);
        digestHeader(ring, queue.view(), place, ReadyPdu.BYTES);
        queue.added(place, length);
    }

    /** Answers a command that has no data for the host. */
    void response(int commandId, int status, long result) {
        int place = queue.place(CapsulePdu.RESPONSE_HEADER_BYTES + PduHeader.DIGEST_BYTES);
        int length = write(queue.memory(), queue.view(), place, commandId, status, result);
        queue.added(place, length);
    }

    private int write(
            MemorySegment into, ByteBuffer view, int at, int commandId, int status, long result) {
        int length = CapsulePdu.writeResponseHeader(into, at, limits);
        int head = flowControl ? queueHead : 0;
        long completion = at + (long) CapsulePdu.COMPLETION;
        CompletionEntry.encode(into, completion, result, head, queueId, commandId, status, 0);
        digestHeader(into, view, at, CapsulePdu.RESPONSE_HEADER_BYTES);
        return length;
    }

    /**
     * Answers a command with the data in its buffer: puts the PDU's header before them where they
     * lie, and the completion behind them.
     */
    void data(TargetCommand command, long result) {
        PduLimits agreed = limits;
        TransferBuffer buffer = command.requireBuffer();
        MemorySegment target = buffer.memory;
        int begin = buffer.dataAt - agreed.dataOffset(DataPdu.HEADER_BYTES);
        int dataBytes = command.dataBytes;
        int commandId = command.commandId();
        // Without flow control the host needs nothing of a completion but that it succeeded.
        boolean alone = !flowControl && result == 0;
        int flags = alone ? PduHeader.LAST | PduHeader.SUCCESS : PduHeader.LAST;
        int ignored =
                DataPdu.writeControllerData(target, begin, agreed, flags, commandId, 0, dataBytes);
        digestHeader(target, buffer.view, begin, DataPdu.HEADER_BYTES);
        clearPadding(target, begin + DataPdu.HEADER_BYTES, buffer.dataAt);
        int end = buffer.dataAt + dataBytes;
        if (agreed.dataDigest()) {
            LittleEndian.u32(target, end, digest.of(buffer.view, buffer.dataAt, dataBytes));
            end += PduHeader.DIGEST_BYTES;
        }
        if (!alone) {
            end += write(target, buffer.view, end, commandId, NvmeStatus.SUCCESS, result);
        }
        queue.add(command, begin, end);
    }

    /** What lies there has been somebody else's. */
    private void clearPadding(MemorySegment s, int headerEnd, int dataAt) {
        for (int at = headerEnd + limits.headerDigestBytes(); at < dataAt; at += Integer.BYTES) {
            LittleEndian.u32(s, at, 0);
        }
    }

    private void digestHeader(MemorySegment s, ByteBuffer view, int at, int bytes) {
        if (limits.headerDigest()) {
            LittleEndian.u32(s, at + (long) bytes, digest.of(view, at, bytes));
        }
    }

    /** Says why the connection ends; nothing may follow. */
    void terminate(long fault, MemorySegment wrong, int wrongAt, int wrongBytes) {
        int place = queue.place(TerminatePdu.BYTES_MAX);
        int length =
                TerminatePdu.write(
                        queue.memory(),
                        place,
                        PduType.CONTROLLER_TERMINATE,
                        fault,
                        wrong,
                        wrongAt,
                        wrongBytes);
        queue.added(place, length);
    }
}
