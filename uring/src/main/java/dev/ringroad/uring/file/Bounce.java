package dev.ringroad.uring.file;

import java.lang.foreign.MemorySegment;

/** A buffer of a {@link BouncePool}, and the one request that can be in flight with it. */
final class Bounce {
    private final MemorySegment memory;
    private final FileRequest request;

    Bounce(MemorySegment memory, int registeredIndex) {
        this.memory = memory;
        request = new FileRequest(memory, registeredIndex);
    }

    /** All its bytes, aligned to a page. */
    MemorySegment memory() {
        return memory;
    }

    FileRequest request() {
        return request;
    }
}
