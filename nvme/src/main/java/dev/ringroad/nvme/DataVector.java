package dev.ringroad.nvme;

import dev.ringroad.core.memory.DmaMemory;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Several pieces of memory that are the data of one command, in their order: to the drive what
 * {@code readv} and {@code writev} are to a file. Made once, filled for each command; the command
 * copies what it needs, so that it can be filled anew as soon as the command is accepted.
 *
 * <p>A controller with SGLs takes any pieces. One that has PRPs only takes those that lie on its
 * pages: only the first piece may begin behind the beginning of a page, only the last may end
 * before the end of one; anything else is {@link Refusal#TOO_SCATTERED}.
 *
 * <p>One thread at a time. Nothing but the constructor allocates.
 */
public final class DataVector {
    private final List<DmaMemory> memories;
    private final long[] offsets;
    private final long[] lengths;

    /**
     * @param piecesMax at least 1
     */
    public DataVector(int piecesMax) {
        memories = new ArrayList<>(piecesMax);
        offsets = new long[piecesMax];
        lengths = new long[piecesMax];
    }

    /** Takes all pieces out. */
    public DataVector clear() {
        memories.clear();
        return this;
    }

    /**
     * Adds a piece behind the others. The memory is lent when a command with it is accepted.
     *
     * @param bytes at least 1
     * @throws IndexOutOfBoundsException when the memory has no such piece
     * @throws IllegalStateException when it holds as many as it can
     */
    public DataVector add(DmaMemory memory, long offset, long bytes) {
        int index = memories.size();
        if (index == offsets.length) {
            throw new IllegalStateException("A vector of " + index + " pieces is full");
        }
        if (bytes < 1) {
            throw new IndexOutOfBoundsException("A piece has at least one byte, not " + bytes);
        }
        offsets[index] = Objects.checkFromIndexSize(offset, bytes, memory.byteSize());
        lengths[index] = bytes;
        boolean ignored = memories.add(memory);
        return this;
    }

    /** How many pieces it holds. */
    public int pieces() {
        return memories.size();
    }

    /** Bytes of all pieces. */
    public long byteSize() {
        long sum = 0;
        for (int i = 0; i < memories.size(); i++) {
            sum += lengths[i];
        }
        return sum;
    }

    DmaMemory memory(int index) {
        return memories.get(index);
    }

    long offset(int index) {
        return offsets[index];
    }

    long length(int index) {
        return lengths[index];
    }
}
