package dev.ringroad.uring.file;

import java.util.concurrent.TimeUnit;

/**
 * The pool of registered buffers that all files of a {@link UringFiles} share.
 *
 * @param buffers how many; each piece of a transfer holds one while it is in flight
 * @param bufferBytes of each, a multiple of 4096; larger transfers go in pieces
 * @param waitNanosMax how long a transfer waits for its first buffer before it fails
 */
public record FilesConfig(int buffers, int bufferBytes, long waitNanosMax) {
    /** Pieces of one transfer that are in flight together at most. */
    static final int PIECES_MAX = 8;

    private static final int PAGE_BYTES = 4096;
    private static final int BUFFERS_MAX = 1 << 16;
    private static final int BUFFER_BYTES_MAX = 1 << 26;

    /** Checks the figures. */
    public FilesConfig {
        if (buffers < 1 || buffers > BUFFERS_MAX) {
            throw new IllegalArgumentException(
                    "A pool has 1 to " + BUFFERS_MAX + " buffers, not " + buffers);
        }
        if (bufferBytes < PAGE_BYTES
                || bufferBytes > BUFFER_BYTES_MAX
                || bufferBytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException(
                    "A buffer has a multiple of "
                            + PAGE_BYTES
                            + " bytes up to "
                            + BUFFER_BYTES_MAX
                            + ", not "
                            + bufferBytes);
        }
        if (waitNanosMax < 0) {
            throw new IllegalArgumentException(
                    "The wait for a buffer is not negative: " + waitNanosMax + " ns");
        }
    }

    /** 64 buffers of 64 KiB, waited for up to 30 seconds. */
    public static FilesConfig usual() {
        return new FilesConfig(64, 64 << 10, TimeUnit.SECONDS.toNanos(30));
    }
}
