package dev.ringroad.uring.file;

import dev.ringroad.core.linux.FileStatus;

import java.lang.foreign.MemorySegment;

/** A buffer of a {@link BouncePool}, and the one request that can be in flight with it. */
final class Bounce {
    private final MemorySegment memory;
    private final FileRequest request;
    private final FileStatus status;

    Bounce(MemorySegment memory, int registeredIndex) {
        this.memory = memory;
        request = new FileRequest(memory, registeredIndex);
        status = new FileStatus(memory);
    }

    /** All its bytes, aligned to a page. */
    MemorySegment memory() {
        return memory;
    }

    FileRequest request() {
        return request;
    }

    /** What {@link FileCalls#status} has asked for. */
    FileStatus status() {
        return status;
    }
}
