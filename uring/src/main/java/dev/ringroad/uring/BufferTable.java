package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The registered buffers of a ring: memory whose pages the kernel has pinned, so that it need not
 * do so for each entry. The pages count against the limit of locked memory. Owned by the ring's
 * thread.
 */
public final class BufferTable {
    private static final int IOVEC_BYTES = 16;

    /** {@code struct io_uring_clone_buffers}: ring, flags, from, to, count. */
    private static final int CLONE_BYTES = 32;

    private final int ring;
    private final int size;

    private BufferTable(int ring, int size) {
        this.ring = ring;
        this.size = size;
    }

    static BufferTable create(int ring, int size) throws SystemCallException {
        Registration.sparse(ring, Registration.BUFFERS, size, "buffers");
        return new BufferTable(ring, size);
    }

    /**
     * Takes over the buffers of another ring, from the same places into the same places, without
     * pinning their pages again (6.12). The table of this ring must not have been made yet.
     *
     * @return the table, of as many places
     */
    static BufferTable cloneOf(int ring, int other, int size) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(CLONE_BYTES, Long.BYTES);
            request.set(JAVA_INT, 0, other);
            int done = IoUring.register(ring, Registration.CLONE_BUFFERS, request, 1);
            Registration.check(done, "clone of buffers", "use Linux 6.12 or later");
        }
        return new BufferTable(ring, size);
    }

    /** Pins memory under an index; what was there before is let go when its last entry is done. */
    public void set(int index, MemorySegment memory) throws SystemCallException {
        set(index, Memory.address(memory), memory.byteSize());
    }

    /** Empties a place. */
    public void clear(int index) throws SystemCallException {
        set(index, 0, 0);
    }

    private void set(int index, long address, long bytes) throws SystemCallException {
        Objects.checkIndex(index, size);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment vector = arena.allocate(IOVEC_BYTES, Long.BYTES);
            vector.set(JAVA_LONG, 0, address);
            vector.set(JAVA_LONG, 8, bytes);
            Registration.update(ring, Registration.UPDATE_BUFFERS, index, vector, 1, "buffer");
        }
    }

    /** How many places there are. */
    public int size() {
        return size;
    }
}
