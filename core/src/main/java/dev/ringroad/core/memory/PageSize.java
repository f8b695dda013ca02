package dev.ringroad.core.memory;

/** The sizes of memory pages that a region may be made of. */
public enum PageSize {
    ORDINARY(4096),
    HUGE_2M(2L << 20),
    HUGE_1G(1L << 30);

    private final long bytes;

    PageSize(long bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one page. */
    public long bytes() {
        return bytes;
    }

    /** {@code size} rounded up to whole pages. */
    public long roundUp(long size) {
        return Math.addExact(size, bytes - 1) & -bytes;
    }

    /** The next smaller size to fall back to; ordinary pages have none but themselves. */
    PageSize smaller() {
        return this == HUGE_1G ? HUGE_2M : ORDINARY;
    }
}
