package dev.ringroad.uring.file;

import dev.ringroad.core.linux.FileStatus;

/** What {@code statx} is asked of a file that is open, and what follows from the answer. */
final class FileFacts {
    /** {@code STATX_TYPE | STATX_SIZE} and the alignment. */
    static final int MASK = 0x1 | 0x200 | FileStatus.DIRECT_ALIGNMENT;

    /** What direct I/O is aligned to where the kernel does not say. */
    private static final int USUAL_ALIGNMENT = 4096;

    private FileFacts() {}

    /** Whether it has positions. */
    static boolean isSeekable(FileStatus status) {
        int kind = status.kind();
        return kind == FileStatus.REGULAR || kind == FileStatus.BLOCK_DEVICE;
    }

    /**
     * What positions and lengths of direct requests have to be multiples of; 0 when the kernel says
     * that this file takes none. Before Linux 6.1 it says nothing: then the usual.
     */
    static int directAlignment(FileStatus status) {
        if (!status.tellsDirectAlignment()) {
            return Math.max(USUAL_ALIGNMENT, status.blockBytes());
        }
        int memory = status.directMemoryAlignment();
        return memory == 0 ? 0 : Math.max(memory, status.directPositionAlignment());
    }
}
