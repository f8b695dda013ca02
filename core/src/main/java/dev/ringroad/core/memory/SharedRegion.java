package dev.ringroad.core.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory with one lifetime: after {@link #close()} every access throws, none crashes. */
public final class SharedRegion implements AutoCloseable {

    private final Arena arena;
    private final MemorySegment segment;

    private SharedRegion(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /** Makes a region of zeroed bytes, page-aligned. */
    @SuppressWarnings("MustBeClosedChecker") // closed by close()
    public static SharedRegion allocate(String name, long bytes, Placement placement) {
        Arena arena = Arena.ofShared();
        return new SharedRegion(arena, arena.allocate(bytes, PageSize.ORDINARY.bytes()));
    }

    /** All bytes of the region. */
    public MemorySegment segment() {
        return segment;
    }

    /** How many bytes the region has. */
    public long byteSize() {
        return segment.byteSize();
    }

    @Override
    public void close() {
        arena.close();
    }
}
