package dev.ringroad.uring.socket;

import dev.ringroad.uring.UringBuffer;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * A buffer on its way to a peer: one that was received into, or one that {@link
 * UringServer#acquire} gave. While a connection has it, it stands in that connection's queue. Owned
 * by the loop's thread.
 */
public final class SendBuffer {
    private static final int NO_GROUP = -1;

    private final MemorySegment memory;
    private final long start;
    private final int capacity;
    private final int groupId;
    private final @Nullable UringBuffer pooled;

    @Nullable SendBuffer next;
    long at;
    int bytes;
    int flags;

    /** A buffer of the server's group. */
    SendBuffer(MemorySegment memory, long start, int capacity, int groupId) {
        this.memory = memory;
        this.start = start;
        this.capacity = capacity;
        this.groupId = groupId;
        pooled = null;
    }

    /** One of the loop's pool. */
    SendBuffer(UringBuffer pooled) {
        this.pooled = pooled;
        memory = pooled.segment();
        start = 0;
        capacity = (int) memory.byteSize();
        groupId = NO_GROUP;
    }

    /** The memory in which it lies, from {@link #start} on. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where it begins in {@link #memory}. */
    public long start() {
        return start;
    }

    /** How many bytes it has room for. */
    public int capacity() {
        return capacity;
    }

    boolean isReceived() {
        return groupId != NO_GROUP;
    }

    int groupId() {
        return groupId;
    }

    @Nullable UringBuffer pooled() {
        return pooled;
    }
}
