package dev.ringroad.uring;

import java.lang.foreign.MemorySegment;

/**
 * A buffer of a {@link UringBuffers} pool. While a request in flight names it, it is lent to the
 * kernel: released then, it goes back to its pool with the request's last completion and no
 * earlier. Owned by the thread of the pool's loop.
 */
public final class UringBuffer {
    private final UringBuffers pool;
    private final MemorySegment segment;
    private final int index;
    private int loans;
    private boolean acquired;

    UringBuffer(UringBuffers pool, MemorySegment segment, int index) {
        this.pool = pool;
        this.segment = segment;
        this.index = index;
    }

    /** All its bytes, aligned to a page. */
    public MemorySegment segment() {
        return segment;
    }

    /** Which registered buffer it lies in, for the {@code Fixed} operations. */
    public int registeredIndex() {
        return pool.registeredIndex();
    }

    /** Whether a request in flight names it. */
    public boolean isLent() {
        return loans > 0;
    }

    /**
     * Gives it back to the pool, now or with the last completion.
     *
     * @throws IllegalStateException if it was given back before; in checked mode also if it is lent
     */
    public void release() {
        if (!acquired) {
            throw new IllegalStateException("Buffer " + index + " was released before");
        }
        if (UringBuffers.CHECKED && loans > 0) {
            throw new IllegalStateException(
                    "Buffer " + index + " is lent to the kernel by " + loans + " requests");
        }
        acquired = false;
        if (loans == 0) {
            pool.take(this);
        }
    }

    void acquired() {
        acquired = true;
    }

    void lend() {
        if (!acquired) {
            throw new IllegalStateException("Buffer " + index + " is not the caller's to lend");
        }
        loans++;
    }

    void returned() {
        if (--loans == 0 && !acquired) {
            pool.take(this);
        }
    }
}
