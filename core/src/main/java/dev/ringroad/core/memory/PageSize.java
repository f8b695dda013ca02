package dev.ringroad.core.memory;

/** The sizes of pages that memory can be made of. */
public enum PageSize {
    /** What the kernel gives when nothing is asked for. */
    ORDINARY(4096),

    /** A hugepage of 2 MiB: one translation entry where ordinary pages need 512. */
    HUGE_2M(2L << 20),

    /** A hugepage of 1 GiB. */
    HUGE_1G(1L << 30);

    private final long bytes;

    PageSize(long bytes) {
        this.bytes = bytes;
    }

    /** How many bytes one page has. */
    public long bytes() {
        return bytes;
    }
}
