package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;
import dev.ringroad.nvme.fabrics.pdu.DataPdu;
import dev.ringroad.nvme.fabrics.pdu.PduFault;
import dev.ringroad.nvme.fabrics.pdu.PduHeader;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A command under way: made once with its connection, used again and again.
 *
 * <pre>
 *   FREE → (CAPSULE_DATA | WAITING → HOST_DATA | WAITING) → EXECUTING → SENDING → FREE
 *                                                   └► FUSED ───┘
 * </pre>
 */
final class TargetCommand {
    /** How many R2Ts of a command are under way at most; a tag has as many bits. */
    static final int READY_SHIFT = 2;

    static final int READY_MAX = 1 << READY_SHIFT;

    enum State {
        FREE,
        /** Its data come in its capsule. */
        CAPSULE_DATA,
        /** It waits for a buffer. */
        WAITING,
        /** Its data come as R2Ts ask for them. */
        HOST_DATA,
        /** Its data are there, and it waits for the other half of what it is fused to. */
        FUSED,
        /** The device has it, or the controller keeps it to tell of an event. */
        EXECUTING,
        /** Its data are in the queue of what is sent. */
        SENDING
    }

    final int index;
    final TargetConnection connection;
    final BlockRequest request;

    /** The command as it came. */
    final MemorySegment entry = MemorySegment.ofArray(new byte[SubmissionEntry.BYTES]);

    State state = State.FREE;
    @Nullable TransferBuffer buffer;
    @Nullable TargetCommand next;

    /** The other half of a compare-and-write, once both are there. */
    @Nullable TargetCommand partner;

    /** Where in the buffer its data begin: behind those of the first half, for a second one. */
    int bufferOffset;

    /** What it ends with when its data have come, whatever they are. */
    int fate;

    /** Bytes that move, either way. */
    int dataBytes;

    /** Whether they move to the host. */
    boolean toHost;

    /** Bytes that came. */
    int receivedBytes;

    /** Bytes that R2Ts have asked for. */
    int askedBytes;

    private int readyCount;
    private final boolean[] readyOpen = new boolean[READY_MAX];
    private final int[] readyNext = new int[READY_MAX];
    private final int[] readyEnd = new int[READY_MAX];

    /** What is left to do in parts: the next block, how many, where their data are. */
    @Nullable NamespaceLane lane;

    long partBlock;
    long partBlocksLeft;
    int partOffset;
    int rangesLeft;

    TargetCommand(int index, TargetConnection connection) {
        this.index = index;
        this.connection = connection;
        this.request = new BlockRequest(this::blockCompleted);
    }

    int opcode() {
        return SubmissionEntry.opcode(entry, 0);
    }

    int commandId() {
        return SubmissionEntry.commandId(entry, 0);
    }

    /** 0, or which half of a fused operation it is. */
    int fused() {
        return SubmissionEntry.fused(entry, 0);
    }

    /** How large its buffer has to be. */
    int bufferBytes() {
        return FusedCommands.bufferBytes(fused(), dataBytes);
    }

    int namespaceId() {
        return SubmissionEntry.namespaceId(entry, 0);
    }

    /** Of a command that has blocks. */
    long firstBlock() {
        return SubmissionEntry.quadWord(entry, 0, 10);
    }

    int doubleWord(int wordIndex) {
        return SubmissionEntry.doubleWord(entry, 0, wordIndex);
    }

    /** The buffer of a command that has one. */
    TransferBuffer requireBuffer() {
        TransferBuffer mine = buffer;
        if (mine == null) {
            throw new IllegalStateException("Command " + commandId() + " has no buffer");
        }
        return mine;
    }

    ByteBuffer bufferView() {
        return requireBuffer().view;
    }

    /** Makes it ready for the entry that was copied into it. */
    void begin() {
        dataBytes = 0;
        toHost = false;
        receivedBytes = 0;
        partner = null;
        bufferOffset = 0;
        fate = NvmeStatus.SUCCESS;
        askedBytes = 0;
        readyCount = 0;
        for (int i = 0; i < READY_MAX; i++) {
            readyOpen[i] = false;
        }
        lane = null;
        partBlocksLeft = 0;
        rangesLeft = 0;
    }

    /** How many R2Ts are not answered in full. */
    int readyCount() {
        return readyCount;
    }

    /**
     * Notes an R2T.
     *
     * @return its tag
     */
    int openReady(int bytes) {
        int slot = 0;
        while (readyOpen[slot]) {
            slot++;
        }
        readyOpen[slot] = true;
        readyNext[slot] = askedBytes;
        askedBytes += bytes;
        readyEnd[slot] = askedBytes;
        readyCount++;
        return index << READY_SHIFT | slot;
    }

    /**
     * Holds an H2CData with a tag of this command's against what was asked for.
     *
     * @return 0, or the fault
     */
    long refuses(MemorySegment pdu, int at, int dataBytes) {
        int slot = DataPdu.tag(pdu, at) & (READY_MAX - 1);
        if (state != State.HOST_DATA || !readyOpen[slot]) {
            return PduFault.TAG_UNKNOWN.at(DataPdu.TAG);
        }
        if (DataPdu.commandId(pdu, at) != commandId()) {
            return PduFault.COMMAND_UNKNOWN.at(DataPdu.COMMAND_ID);
        }
        long offset = DataPdu.offset(pdu, at);
        long end = offset + dataBytes;
        if (offset != readyNext[slot] || end > readyEnd[slot]) {
            return PduFault.DATA_OUT_OF_RANGE.at(DataPdu.OFFSET);
        }
        return PduHeader.has(pdu, at, PduHeader.LAST) && end != readyEnd[slot]
                ? PduFault.FLAGS_WRONG.at(PduHeader.FLAGS)
                : 0;
    }

    /** Data for an R2T came; it is over when they are all there. */
    void advanceReady(int tag, int bytes) {
        int slot = tag & (READY_MAX - 1);
        readyNext[slot] += bytes;
        receivedBytes += bytes;
        if (readyNext[slot] == readyEnd[slot]) {
            readyOpen[slot] = false;
            readyCount--;
        }
    }

    /** All of it is sent. */
    void sent() {
        connection.retire(this);
    }

    private void blockCompleted(BlockRequest completed, BlockStatus status) {
        connection.blockCompleted(this, status);
    }
}
