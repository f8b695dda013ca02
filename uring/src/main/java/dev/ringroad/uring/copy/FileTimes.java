package dev.ringroad.uring.copy;

import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.FilesAt;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** When a file was read last and written last, to be set on its copy. */
record FileTimes(long accessed, int accessedNanos, long modified, int modifiedNanos) {

    static FileTimes of(FileStatus status) {
        return new FileTimes(
                status.accessedSeconds(),
                status.accessedNanos(),
                status.modifiedSeconds(),
                status.modifiedNanos());
    }

    /** 0 or the negated errno. */
    int setOn(int directory, MemorySegment path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = FilesAt.times(arena);
            FilesAt.fillTimes(times, accessed, accessedNanos, modified, modifiedNanos);
            return FilesAt.setTimes(directory, path, times);
        }
    }
}
