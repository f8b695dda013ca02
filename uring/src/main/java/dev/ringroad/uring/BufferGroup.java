package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;

/**
 * Buffers of one size from which the kernel takes when it has something to put in, so that no
 * buffer waits for a silent connection (a provided buffer ring).
 *
 * <pre>
 *   struct io_uring_buf (linux/io_uring.h), 16 bytes, in a ring
 *   0         8       12          14             16
 *   | address | bytes | buffer id | tail, in the first entry only |
 * </pre>
 *
 * <p>A completion says which buffer it filled ({@link Completion#bufferId}); from then on the
 * buffer is the ring's owner's, who gives it back with {@link #giveBack} and {@link #publish}. We
 * move the tail with release behind the entries, as the kernel loads it with acquire. Owned by the
 * ring's thread.
 */
public final class BufferGroup implements AutoCloseable {
    private static final VarHandle TAIL = JAVA_SHORT.varHandle().withInvokeExactBehavior();

    /** {@code IORING_MAX_ENTRIES}. */
    private static final int BUFFERS_MAX = 1 << 15;

    private static final int ENTRY_BYTES = 16;
    private static final int BYTES_AT = 8;
    private static final int ID_AT = 12;
    private static final long TAIL_AT = 14;
    private static final int REQUEST_BYTES = 40;
    private static final short INCREMENTAL = 2;

    private final int ring;
    private final int group;
    private final int count;
    private final int bufferBytes;
    private final SharedRegion region;
    private final MemorySegment memory;
    private final long buffersAt;
    private short tail;
    private boolean closed;

    private BufferGroup(int ring, int group, int count, int bufferBytes, SharedRegion region) {
        this.ring = ring;
        this.group = group;
        this.count = count;
        this.bufferBytes = bufferBytes;
        this.region = region;
        memory = region.segment();
        buffersAt = PageSize.ORDINARY.roundUp((long) count * ENTRY_BYTES);
    }

    static BufferGroup create(int ring, int group, int count, int bufferBytes, boolean incremental)
            throws SystemCallException {
        if (count < 1 || count > BUFFERS_MAX || Integer.bitCount(count) != 1) {
            throw new IllegalArgumentException(
                    "A group has a power of two of buffers, up to "
                            + BUFFERS_MAX
                            + ", not "
                            + count);
        }
        if (bufferBytes < 1) {
            throw new IllegalArgumentException("A buffer has bytes, not " + bufferBytes);
        }
        long entries = PageSize.ORDINARY.roundUp((long) count * ENTRY_BYTES);
        SharedRegion region =
                SharedRegion.allocate(
                        "ringroad-buffers",
                        entries + (long) count * bufferBytes,
                        Placement.ordinary());
        BufferGroup made = new BufferGroup(ring, group, count, bufferBytes, region);
        try {
            made.register(incremental);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
        for (int id = 0; id < count; id++) {
            made.giveBack(id);
        }
        made.publish();
        return made;
    }

    private void register(boolean incremental) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
            request.set(JAVA_LONG, 0, memory.address());
            request.set(JAVA_INT, 8, count);
            request.set(JAVA_SHORT, 12, (short) group);
            request.set(JAVA_SHORT, 14, incremental ? INCREMENTAL : 0);
            int done = IoUring.register(ring, Registration.BUFFER_RING, request, 1);
            Registration.check(done, "buffer group " + group);
        }
    }

    /** Gives a buffer back; the kernel sees it once {@link #publish} is called. */
    public void giveBack(int id) {
        Objects.checkIndex(id, count);
        long at = (long) (tail & count - 1) * ENTRY_BYTES;
        MemorySegment into = memory;
        into.set(JAVA_LONG, at, into.address() + offset(id));
        into.set(JAVA_INT, at + BYTES_AT, bufferBytes);
        into.set(JAVA_SHORT, at + ID_AT, (short) id);
        tail++;
    }

    /** Shows the kernel what was given back. */
    public void publish() {
        TAIL.setRelease(memory, TAIL_AT, tail);
    }

    /** The memory in which all buffers lie; alive until {@link #close}. */
    public MemorySegment memory() {
        return memory;
    }

    /** Where a buffer begins in {@link #memory}. */
    public long offset(int id) {
        return buffersAt + (long) id * bufferBytes;
    }

    /** Bytes of each buffer. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** The number that entries name it by. */
    public int group() {
        return group;
    }

    /** Takes the buffers from the kernel; a second call does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
            request.set(JAVA_SHORT, 12, (short) group);
            // Fails when the ring is closed already, and then the kernel has let go anyway.
            int ignored = IoUring.register(ring, Registration.UNREGISTER_BUFFER_RING, request, 1);
        }
        region.close();
    }
}
