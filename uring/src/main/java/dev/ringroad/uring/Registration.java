package dev.ringroad.uring;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.IoUring;
import dev.ringroad.core.linux.SystemCallException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Tables of files and buffers that the kernel holds ready, so that an entry names an index.
 *
 * <pre>
 *   struct io_uring_rsrc_register, 32 bytes               struct io_uring_rsrc_update2, 32 bytes
 *   0       4       8          16     24                  0        4          8      16     24
 *   | count | flags | reserved | data | tags |            | offset | reserved | data | tags | count | reserved |
 * </pre>
 */
final class Registration {
    static final int UNREGISTER_BUFFERS = 1;
    static final int UNREGISTER_FILES = 3;
    static final int FILES = 13;
    static final int UPDATE_FILES = 14;
    static final int BUFFERS = 15;
    static final int UPDATE_BUFFERS = 16;
    static final int BUFFER_RING = 22;
    static final int UNREGISTER_BUFFER_RING = 23;
    static final int FILE_RANGE = 25;
    static final int CLONE_BUFFERS = 30;

    private static final int SPARSE = 1;
    private static final int BYTES = 32;

    private Registration() {}

    /** Makes an empty table. */
    static void sparse(int ring, int operation, int count, String what) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(BYTES, Long.BYTES);
            request.set(JAVA_INT, 0, count);
            request.set(JAVA_INT, 4, SPARSE);
            int done = IoUring.register(ring, operation, request, BYTES);
            check(done, what + ", " + count + " places");
        }
    }

    /** Fills places of a table; {@code data} is what its elements look like to the kernel. */
    static void update(
            int ring, int operation, int first, MemorySegment data, int count, String what)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(BYTES, Long.BYTES);
            request.set(JAVA_INT, 0, first);
            request.set(JAVA_LONG, 8, data.address());
            request.set(JAVA_INT, 24, count);
            int done = IoUring.register(ring, operation, request, BYTES);
            check(done, what + " " + first);
        }
    }

    static int check(int result, String what) throws SystemCallException {
        return check(result, what, "");
    }

    /**
     * @param ifInvalid what mends an {@code EINVAL}, the errno that says least
     */
    static int check(int result, String what, String ifInvalid) throws SystemCallException {
        if (result < 0) {
            String remedy = isRefusal(-result) ? ifInvalid : "";
            throw new SystemCallException(
                    "io_uring_register(" + what + ")",
                    -result,
                    remedy.isEmpty() ? remedy(-result) : remedy);
        }
        return result;
    }

    // EBADFD: the ring is enabled already.
    private static boolean isRefusal(int errno) {
        return errno == Errno.EINVAL || errno == Errno.EBADFD;
    }

    private static String remedy(int errno) {
        return switch (errno) {
            case Errno.ENOMEM -> "raise the limit of locked memory (ulimit -l), or register less";
            case Errno.EMFILE ->
                    "raise the limit of open files (ulimit -n), or ask for fewer places";
            case Errno.EFAULT ->
                    "the memory has to be mapped, and be the process's own or of a memfd";
            default -> "";
        };
    }
}
