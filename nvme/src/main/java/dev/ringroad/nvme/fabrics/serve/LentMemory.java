package dev.ringroad.nvme.fabrics.serve;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * Memory for what connections receive and answer, by powers of two, lent to one after the other. So
 * there is never more than the most connections have had at once.
 *
 * <p>These are plain direct buffers: the JDK makes an object for each buffer of an arena that it
 * reads or writes a socket with, and none for these.
 */
final class LentMemory {
    private static final int SHIFT_MAX = 30;

    private final ArrayDeque<ByteBuffer>[] idle = newLists();
    private int lent;

    LentMemory() {}

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static ArrayDeque<ByteBuffer>[] newLists() {
        ArrayDeque[] lists = new ArrayDeque[SHIFT_MAX + 1];
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new ArrayDeque<ByteBuffer>();
        }
        return lists;
    }

    /** Lends at least so many bytes, with whatever is in them. */
    ByteBuffer lend(int bytes) {
        int shift = Integer.SIZE - Integer.numberOfLeadingZeros(bytes - 1);
        lent++;
        ByteBuffer known = idle[shift].poll();
        return known == null ? ByteBuffer.allocateDirect(1 << shift) : known.clear();
    }

    /** Takes back what was lent; nobody looks at it any more. */
    void giveBack(ByteBuffer memory) {
        lent--;
        idle[Integer.numberOfTrailingZeros(memory.capacity())].push(memory);
    }

    /** Whether nothing is lent. */
    boolean isWhole() {
        return lent == 0;
    }
}
