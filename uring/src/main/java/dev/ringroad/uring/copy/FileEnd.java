package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FilesAt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** What comes when the bytes of a file are written: its times, its permissions, its name. */
final class FileEnd {
    /** Copies are nobody else's programs: set-user-ID and the like stay behind. */
    static final int PERMISSIONS = 0777;

    private FileEnd() {}

    /** Sets what is to be preserved: 0 or the negated errno. */
    static int preserve(FileJob job) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = NativeName.path(arena, job.writtenName);
            int directory = job.folder.destination();
            int set = FilesAt.setPermissions(directory, path, job.permissions);
            return set < 0 ? set : job.times.setOn(directory, path);
        }
    }

    /** Gives a complete copy its name: 0 or the negated errno. */
    static int rename(FileJob job, boolean replace) {
        try (Arena arena = Arena.ofConfined()) {
            return rename(
                    job.folder.destination(),
                    NativeName.path(arena, job.writtenName),
                    NativeName.path(arena, job.finalName),
                    replace);
        }
    }

    static int rename(int directory, MemorySegment from, MemorySegment to, boolean replace) {
        int flags = replace ? 0 : FilesAt.KEEP_EXISTING;
        int done = FilesAt.rename(directory, from, to, flags);
        // Some file systems do not know the flag; that nothing is there was looked at before.
        boolean unknown = done == -Errno.EINVAL || done == -Errno.ENOSYS;
        return unknown && !replace ? FilesAt.rename(directory, from, to, 0) : done;
    }

    /** Removes an unfinished copy. */
    static void unlink(FileJob job) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = NativeName.path(arena, job.writtenName);
            int ignored = FilesAt.unlink(job.folder.destination(), path);
        }
    }
}
