package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.block.BlockStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * A command under way: made once with its connection, used again and again.
 *
 * <pre>
 *   FREE → (CAPSULE_DATA | WAITING → HOST_DATA | WAITING) → EXECUTING → SENDING → FREE
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

    /** Bytes that move, either way. */
    int dataBytes;

    /** Whether they move to the host. */
    boolean toHost;

    /** Bytes that came. */
    int receivedBytes;

    /** A data digest was wrong. */
    boolean isBroken;

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

    int namespaceId() {
        return SubmissionEntry.namespaceId(entry, 0);
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
        isBroken = false;
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

    boolean isReady(int tag) {
        return readyOpen[tag & (READY_MAX - 1)];
    }

    /** Where the next data for an R2T have to begin. */
    int readyNext(int tag) {
        return readyNext[tag & (READY_MAX - 1)];
    }

    int readyEnd(int tag) {
        return readyEnd[tag & (READY_MAX - 1)];
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
