package dev.ringroad.uring.file;

/** What a program is going to do with a part of a file ({@code posix_fadvise}). */
public enum Advice {
    /** Nothing special. */
    NORMAL,
    /** Reads anywhere: reading ahead is of no use. */
    RANDOM,
    /** Reads from the front to the back. */
    SEQUENTIAL,
    /** Reads soon: it may be fetched already. */
    WILL_NEED,
    /** Not soon: its pages may be used for something else. */
    DO_NOT_NEED,
    /** Once. */
    ONCE;

    /** {@code POSIX_FADV_}; the constants stand in the kernel's order. */
    int code() {
        return ordinal();
    }
}
