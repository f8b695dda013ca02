package dev.ringroad.bench.fileload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * What is in flight: a slot for each read or write, with its memory. A slot's index is the token of
 * its entry. Made once; used by one thread.
 */
final class Slots {
    private static final long PAGE_BYTES = 4096;

    private final MemorySegment[] blocks;
    private final ByteBuffer[] views;
    private final Region[] regions;
    private final long[] positions;
    private final long[] begun;
    private final boolean[] writing;
    private final int[] free;
    private int freeCount;

    Slots(int count, int blockBytes, Region any, Arena arena) {
        blocks = new MemorySegment[count];
        views = new ByteBuffer[count];
        regions = new Region[count];
        positions = new long[count];
        begun = new long[count];
        writing = new boolean[count];
        free = new int[count];
        long stride = (blockBytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        MemorySegment memory = arena.allocate(stride * count, PAGE_BYTES);
        for (int i = 0; i < count; i++) {
            blocks[i] = memory.asSlice(i * stride, blockBytes);
            views[i] = blocks[i].asByteBuffer();
            regions[i] = any;
            free[i] = count - 1 - i;
        }
        freeCount = count;
    }

    int freeCount() {
        return freeCount;
    }

    int inFlight() {
        return free.length - freeCount;
    }

    /** The slot that the next {@link #take} takes. */
    int next() {
        return free[freeCount - 1];
    }

    void take(Region region, long position, boolean write, long nanos) {
        int slot = free[--freeCount];
        regions[slot] = region;
        positions[slot] = position;
        writing[slot] = write;
        begun[slot] = nanos;
    }

    void giveBack(int slot) {
        free[freeCount++] = slot;
    }

    MemorySegment block(int slot) {
        return blocks[slot];
    }

    ByteBuffer view(int slot) {
        return views[slot];
    }

    Region region(int slot) {
        return regions[slot];
    }

    long position(int slot) {
        return positions[slot];
    }

    boolean isWriting(int slot) {
        return writing[slot];
    }

    long begunNanos(int slot) {
        return begun[slot];
    }
}
