package dev.ringroad.nvme.fabrics.initiator;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * A place for one command in a connection, and how far its data have travelled. There are as many
 * as the connection is deep, made once.
 *
 * <p>Its command's identifier is its index and, above, how often it was used: so an answer to a
 * command of the past is known for one.
 */
final class Exchange {
    /** Said by {@link #capsuleEnd} as long as no byte of the command was put out. */
    static final long NOT_PUT_OUT = Long.MAX_VALUE;

    final int index;

    /** The identifier that its present command has, or its last one had. */
    int commandId;

    boolean active;

    /** Whoever gave the command. */
    @Nullable ExchangeOwner owner;

    /** What the owner knows it by. */
    @Nullable Task task;

    MemorySegment data = MemorySegment.NULL;
    long dataOffset;
    int dataBytes;

    /** Whether data come from the controller; else, if there are any, they go to it. */
    boolean reads;

    /** Bytes of the data that go along with the command: all of them or none. */
    int capsuleDataBytes;

    /** Bytes that came, or went. */
    int moved;

    /** No more data will come. */
    boolean complete;

    /** Data came whose digest was wrong. */
    boolean corrupt;

    /** Where the stream of bytes put out has the end of the command's capsule. */
    long capsuleEnd = NOT_PUT_OUT;

    long deadlineNanos;

    /** What an R2T has asked for and was not put out yet, from {@link #moved} on. */
    int readyBytes;

    int readyTag;

    /** The next one in the line that this one stands in, if it does. */
    @Nullable Exchange next;

    Exchange(int index) {
        this.index = index;
    }

    /**
     * Says what data the command moves.
     *
     * @param reads whether from the controller
     */
    void data(MemorySegment memory, long offset, int bytes, boolean reads) {
        this.data = memory;
        this.dataOffset = offset;
        this.dataBytes = bytes;
        this.reads = reads;
    }

    /** Makes it ready for a command with an identifier. */
    void begin(int identifier, ExchangeOwner user) {
        commandId = identifier;
        owner = user;
        active = true;
        data = MemorySegment.NULL;
        dataOffset = 0;
        dataBytes = 0;
        reads = false;
        moved = 0;
        complete = false;
        corrupt = false;
        capsuleEnd = NOT_PUT_OUT;
        readyBytes = 0;
        task = null;
    }

    /** Forgets whom and what memory it served. */
    void end() {
        active = false;
        owner = null;
        data = MemorySegment.NULL;
    }
}
