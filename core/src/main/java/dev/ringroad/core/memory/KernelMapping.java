package dev.ringroad.core.memory;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Mappings;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Memory that the kernel made and shares with us, such as the rings of a socket.
 *
 * <p>The segment belongs to an arena of its own, so an access after {@link #close} throws {@link
 * IllegalStateException}. Any thread may use it. The pages are there for as long as the mapping is,
 * also when the descriptor is closed before it.
 */
public final class KernelMapping implements AutoCloseable {

    private final Arena arena;
    private final MemorySegment segment;

    private KernelMapping(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /**
     * Maps what a descriptor offers, to read and to write.
     *
     * @param owner whose memory it is; it stays the caller's
     * @param offset what of it, as its interface defines that; a multiple of the page
     */
    @SuppressWarnings("MustBeClosedChecker") // the mapping owns the arena and closes it
    public static KernelMapping map(Descriptor owner, long offset, long bytes)
            throws SystemCallException {
        long pageBytes = Mappings.ORDINARY_PAGE_BYTES;
        long mapped = (bytes + pageBytes - 1) / pageBytes * pageBytes;
        long address = Mappings.map(owner, offset, mapped, true, "");
        Arena arena = Arena.ofShared();
        try {
            MemorySegment all = SharedRegion.segmentOf(address, mapped, arena);
            return new KernelMapping(arena, all.asSlice(0, bytes));
        } catch (Throwable t) {
            Mappings.unmap(address, mapped);
            throw t;
        }
    }

    /** What is mapped; alive until {@link #close}. */
    public MemorySegment segment() {
        return segment;
    }

    /** Unmaps; a second call does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
