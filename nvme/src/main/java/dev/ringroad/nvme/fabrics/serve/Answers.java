package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.InitializePdu;
import dev.ringroad.nvme.fabrics.pdu.LittleEndian;
import dev.ringroad.nvme.fabrics.pdu.PduDigest;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;
import dev.ringroad.nvme.fabrics.pdu.PduLimits;
import dev.ringroad.nvme.fabrics.pdu.PduType;
import dev.ringroad.nvme.fabrics.pdu.ReadyPdu;
import dev.ringroad.nvme.fabrics.pdu.TerminatePdu;

import java.lang.foreign.Arena;
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
    private final Arena arena;
    private SendQueue queue;
    private PduLimits limits;
    private int queueId;
    private int queueEntries = 1;
    private int queueHead;
    private boolean flowControl;

    /**
     * @param arena of the connection
     * @param commands how many commands may be under way
     */
    Answers(Arena arena, int commands, PduLimits limits) {
        this.arena = arena;
        this.queue = newQueue(commands);
        this.limits = limits;
    }

    private SendQueue newQueue(int commands) {
        long bytes = FLAT_BYTES + (long) COMMAND_BYTES * commands;
        return new SendQueue(arena.allocate(bytes), commands);
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
        SendQueue larger = newQueue(entries + 1);
        moveUnsent(larger);
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
        MemorySegment memory = queue.memory();
        int place = queue.place(ReadyPdu.BYTES + PduHeader.DIGEST_BYTES);
        int length = ReadyPdu.write(memory, place, limits, commandId, tag, offset, bytes);
        digestHeader(memory, queue.view(), place, ReadyPdu.BYTES);
        queue.added(place, length);
    }

    /** Answers a command that has no data for the host. */
    void response(int commandId, int status, long result) {
        int place = queue.place(CapsulePdu.RESPONSE_HEADER_BYTES + PduHeader.DIGEST_BYTES);
        int length = write(queue.memory(), queue.view(), place, commandId, status, result);
        queue.added(place, length);
    }

    private int write(
            MemorySegment memory, ByteBuffer view, int at, int commandId, int status, long result) {
        int length = CapsulePdu.writeResponseHeader(memory, at, limits);
        int head = flowControl ? queueHead : 0;
        long completion = at + (long) CapsulePdu.COMPLETION;
        CompletionEntry.encode(memory, completion, result, head, queueId, commandId, status, 0);
        digestHeader(memory, view, at, CapsulePdu.RESPONSE_HEADER_BYTES);
        return length;
    }

    /**
     * Answers a command with the data in its buffer: puts the PDU's header before them where they
     * lie, and the completion behind them.
     */
    void data(TargetCommand command, long result) {
        PduLimits agreed = limits;
        TransferBuffer buffer = command.requireBuffer();
        MemorySegment memory = buffer.memory;
        int begin = buffer.dataAt - agreed.dataOffset(DataPdu.HEADER_BYTES);
        int dataBytes = command.dataBytes;
        int commandId = command.commandId();
        // Without flow control the host needs nothing of a completion but that it succeeded.
        boolean alone = !flowControl && result == 0;
        int flags = alone ? PduHeader.LAST | PduHeader.SUCCESS : PduHeader.LAST;
        int ignored =
                DataPdu.writeControllerData(memory, begin, agreed, flags, commandId, 0, dataBytes);
        digestHeader(memory, buffer.view, begin, DataPdu.HEADER_BYTES);
        int end = buffer.dataAt + dataBytes;
        if (agreed.dataDigest()) {
            LittleEndian.u32(memory, end, digest.of(buffer.view, buffer.dataAt, dataBytes));
            end += PduHeader.DIGEST_BYTES;
        }
        if (!alone) {
            end += write(memory, buffer.view, end, commandId, NvmeStatus.SUCCESS, result);
        }
        queue.add(command, begin, end);
    }

    private void digestHeader(MemorySegment memory, ByteBuffer view, int at, int bytes) {
        if (limits.headerDigest()) {
            LittleEndian.u32(memory, at + (long) bytes, digest.of(view, at, bytes));
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
