package dev.ringroad.uring;

import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.memory.PageSize;
import dev.ringroad.core.memory.Placement;
import dev.ringroad.core.memory.SharedRegion;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;

/**
 * Buffers for requests: one region, aligned as direct I/O wants it, registered with the ring, so
 * that the kernel pins its pages once. Made once, used again for ever; owned by the loop's thread.
 */
public final class UringBuffers {
    /** Whether giving back what is lent is an error, {@code -Dringroad.checked=true}. */
    static final boolean CHECKED = Boolean.getBoolean("ringroad.checked");

    private final SharedRegion region;
    private final UringBuffer[] free;
    private final int registeredIndex;
    private final int bufferBytes;
    private int freeCount;

    private UringBuffers(SharedRegion region, int registeredIndex, int count, int bufferBytes) {
        this.region = region;
        this.registeredIndex = registeredIndex;
        this.bufferBytes = bufferBytes;
        free = new UringBuffer[count];
        long stride = PageSize.ORDINARY.roundUp(bufferBytes);
        for (int i = 0; i < count; i++) {
            MemorySegment segment = region.segment().asSlice(i * stride, bufferBytes);
            free[count - 1 - i] = new UringBuffer(this, segment, i);
        }
        freeCount = count;
    }

    static UringBuffers create(UringLoop loop, int count, int bufferBytes, Placement placement)
            throws SystemCallException {
        if (count < 1 || bufferBytes < 1) {
            throw new IllegalArgumentException(
                    "A pool has buffers with bytes, not " + count + " of " + bufferBytes);
        }
        long bytes = PageSize.ORDINARY.roundUp(bufferBytes) * count;
        SharedRegion region = SharedRegion.allocate("ringroad-uring", bytes, placement);
        try {
            int index = loop.registerMemory(region.segment());
            return new UringBuffers(region, index, count, bufferBytes);
        } catch (Throwable t) {
            region.close();
            throw t;
        }
    }

    int registeredIndex() {
        return registeredIndex;
    }

    /** A buffer, which is the caller's until {@link UringBuffer#release}; null when all are out. */
    public @Nullable UringBuffer acquire() {
        if (freeCount == 0) {
            return null;
        }
        UringBuffer buffer = free[--freeCount];
        buffer.acquired();
        return buffer;
    }

    void take(UringBuffer buffer) {
        free[freeCount++] = buffer;
    }

    /** How many can be acquired. */
    public int available() {
        return freeCount;
    }

    /** How many there are. */
    public int size() {
        return free.length;
    }

    /** Bytes of each. */
    public int bufferBytes() {
        return bufferBytes;
    }

    /** By the loop, once nothing is in flight. */
    void close() {
        region.close();
    }
}
