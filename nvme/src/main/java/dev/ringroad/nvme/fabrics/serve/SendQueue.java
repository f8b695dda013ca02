package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * What a connection has to send, in order: runs of short PDUs, which lie in a ring of its own, and
 * PDUs with data, which lie in the buffers of their commands. Whoever drives the connection writes
 * the front of it with one gathering write.
 *
 * <pre>
 *   entries:   [ run of R2T, CapsuleResp … ] [ C2HData of command 3 ] [ C2HData of command 9 ] [ run ] …
 *   ring:      | sent | run | … | run | free |      a run that would not fit at the end begins anew at 0
 * </pre>
 */
final class SendQueue {
    /** The most entries of one write. */
    static final int BATCH = 64;

    private final MemorySegment memory;
    private final ByteBuffer[] views = new ByteBuffer[BATCH];
    private final int ringBytes;
    private final int[] from;
    private final int[] to;
    private final @Nullable TargetCommand[] owners;
    private final int mask;
    private int first;
    private int count;
    private int ringHead;
    private int ringTail;
    private int ringUsed;

    /**
     * @param view memory for runs of short PDUs; stays its owner's
     * @param commands how many entries may have data at most
     */
    SendQueue(ByteBuffer view, int commands) {
        this.memory = MemorySegment.ofBuffer(view);
        this.ringBytes = view.capacity();
        for (int i = 0; i < BATCH; i++) {
            views[i] = view.duplicate();
        }
        // A run stands between two entries with data at most, and one is cut by the ring's end.
        int entries = Integer.highestOneBit(2 * commands + 4) << 1;
        from = new int[entries];
        to = new int[entries];
        owners = new TargetCommand[entries];
        mask = entries - 1;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Bytes of short PDUs that wait. */
    int ringUsed() {
        return ringUsed;
    }

    /** Where short PDUs are written. */
    MemorySegment memory() {
        return memory;
    }

    /** Over the same memory, for digests. */
    ByteBuffer view() {
        return views[0];
    }

    /**
     * Where the next short PDU goes; it is part of the queue once {@link #added} is called.
     *
     * @throws IllegalStateException when there is no room, which the connection prevents by reading
     *     no commands while much is unsent
     */
    int place(int bytes) {
        if (ringTail >= ringHead) {
            if (ringBytes - ringTail >= bytes) {
                return ringTail;
            }
            if (ringHead > bytes) {
                return 0;
            }
        } else if (ringHead - ringTail > bytes) {
            return ringTail;
        }
        throw new IllegalStateException("No room for answers, of which " + ringUsed + " wait");
    }

    /** Adds a short PDU, written at what {@link #place} said. */
    void added(int at, int bytes) {
        int last = (first + count - 1) & mask;
        if (count > 0 && owners[last] == null && to[last] == at) {
            to[last] = at + bytes;
        } else {
            append(at, at + bytes, null);
        }
        ringTail = at + bytes;
        ringUsed += bytes;
    }

    /** Adds a range of a command's buffer; the command is told when it is sent. */
    void add(TargetCommand command, int begin, int end) {
        append(begin, end, command);
    }

    private void append(int begin, int end, @Nullable TargetCommand owner) {
        int slot = (first + count++) & mask;
        from[slot] = begin;
        to[slot] = end;
        owners[slot] = owner;
    }

    /**
     * Fills in what to write next.
     *
     * @param into {@link #BATCH} long
     * @return how many are filled in
     */
    int gather(ByteBuffer[] into) {
        int filled = Math.min(count, BATCH);
        for (int i = 0; i < filled; i++) {
            int slot = (first + i) & mask;
            TargetCommand owner = owners[slot];
            ByteBuffer view = owner == null ? views[i] : owner.bufferView();
            view.limit(to[slot]).position(from[slot]);
            into[i] = view;
        }
        return filled;
    }

    /** Takes away what was written, and tells commands whose data are all sent. */
    void sent(long bytes) {
        long left = bytes;
        while (left > 0) {
            int slot = first;
            int length = to[slot] - from[slot];
            TargetCommand owner = owners[slot];
            int part = (int) Math.min(left, length);
            if (owner == null) {
                ringUsed -= part;
                ringHead = from[slot] + part;
            }
            left -= part;
            from[slot] += part;
            if (part == length) {
                owners[slot] = null;
                first = (first + 1) & mask;
                count--;
                if (owner != null) {
                    owner.sent();
                }
            }
        }
        if (ringUsed == 0) {
            ringHead = 0;
            ringTail = 0;
        }
    }

    /** Forgets everything, and tells the commands. */
    void clear() {
        while (count > 0) {
            TargetCommand owner = owners[first];
            owners[first] = null;
            first = (first + 1) & mask;
            count--;
            if (owner != null) {
                owner.sent();
            }
        }
        ringHead = 0;
        ringTail = 0;
        ringUsed = 0;
    }
}
