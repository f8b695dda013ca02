package dev.ringroad.uring.file;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.FileStatus;
import dev.ringroad.core.linux.Memfd;

import java.io.IOException;

/** Calls that move no bytes, for threads that wait. */
final class FileCalls {

    private FileCalls() {}

    /** The size of a file, asked for regardless of interrupts. */
    static long size(FileHandle file, BouncePool pool) throws IOException {
        Bounce bounce = pool.acquireRegardless();
        try {
            status(file, bounce);
            return bounce.status().bytes();
        } finally {
            pool.release(bounce);
        }
    }

    /** Has the kernel write what it knows of the file into the buffer. */
    static void status(FileHandle file, Bounce into) throws IOException {
        FileRequest request = into.request();
        request.start(file, FileKind.STATUS, 0, FileStatus.BYTES, FileStatus.EMPTY_PATH);
        int ignored = file.check(request.awaitRegardless(), "statx");
    }

    /** Carries out a request that an interrupt may cancel, and checks its result. */
    static void run(
            FileHandle file, FileKind kind, long position, long bytes, int flags, String call)
            throws IOException {
        file.requireOpen();
        FileRequest request = FileRequest.withoutMemory();
        request.start(file, kind, position, bytes, flags);
        int ignored = file.check(request.await(), call);
    }

    /** Sets the length. */
    static void truncate(FileHandle file, long bytes) throws IOException {
        file.requireOpen();
        FileRequest request = FileRequest.withoutMemory();
        request.start(file, FileKind.TRUNCATE, 0, bytes, 0);
        int ignored = file.check(request.await(), "ftruncate");
    }

    /**
     * Sets the length in spite of interrupts, closing and cancelling: what would remain otherwise
     * is not the caller's file.
     */
    static void truncateRegardless(FileHandle file, long bytes) throws IOException {
        FileRequest request = FileRequest.withoutMemory();
        request.start(file, FileKind.TRUNCATE, 0, bytes, 0);
        int result = request.awaitRegardless();
        boolean notDone = result == -Errno.ECANCELED || result == -Errno.EINTR;
        if (notDone && !file.isNumberGivenBack()) {
            Memfd.resize(file.descriptor(), bytes);
        } else {
            int ignored = file.check(result, "ftruncate");
        }
    }
}
