package dev.ringroad.uring.file;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;

/**
 * What {@code statx} answers ({@code struct statx}, {@code linux/stat.h}).
 *
 * <pre>
 *   0      4            28     40     152                 156
 *   | mask | block size | mode | size | direct: memory    | direct: offsets    |
 * </pre>
 */
final class FileFacts {
    /** {@code sizeof(struct statx)}. */
    static final int BYTES = 256;

    /** {@code AT_EMPTY_PATH}: of the descriptor itself. */
    static final int EMPTY_PATH = 0x1000;

    /** {@code STATX_TYPE | STATX_SIZE | STATX_DIOALIGN}. */
    static final int MASK = 0x1 | 0x200 | 0x2000;

    private static final int DIRECT_ALIGNMENT = 0x2000;
    private static final long MASK_AT = 0;
    private static final long BLOCK_AT = 4;
    private static final long MODE_AT = 28;
    private static final long SIZE_AT = 40;
    private static final long DIRECT_MEMORY_AT = 152;
    private static final long DIRECT_OFFSET_AT = 156;
    private static final int TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int BLOCK_DEVICE = 0060000;

    /** What direct I/O is aligned to where the kernel does not say. */
    private static final int USUAL_ALIGNMENT = 4096;

    private FileFacts() {}

    static long size(MemorySegment status) {
        return status.get(JAVA_LONG, SIZE_AT);
    }

    /** Whether it has positions. */
    static boolean isSeekable(MemorySegment status) {
        int type = status.get(JAVA_SHORT, MODE_AT) & TYPE;
        return type == REGULAR || type == BLOCK_DEVICE;
    }

    /**
     * What positions and lengths of direct requests have to be multiples of; 0 when the kernel says
     * that this file takes none. Before Linux 6.1 it says nothing: then the usual.
     */
    static int directAlignment(MemorySegment status) {
        if ((status.get(JAVA_INT, MASK_AT) & DIRECT_ALIGNMENT) == 0) {
            return Math.max(USUAL_ALIGNMENT, status.get(JAVA_INT, BLOCK_AT));
        }
        int memory = status.get(JAVA_INT, DIRECT_MEMORY_AT);
        int offset = status.get(JAVA_INT, DIRECT_OFFSET_AT);
        return memory == 0 ? 0 : Math.max(memory, offset);
    }
}
