package dev.ringroad.uring.file;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.UringLoop;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** An open descriptor, and what is known of its file; for any threads. */
final class FileHandle {
    private static final long ENDING_NANOS = 50_000;

    private final UringLoop loop;
    private final Path path;
    private final Descriptor descriptor;
    private final FilePath taken;
    private final boolean append;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closing;
    private volatile boolean given;

    /**
     * @param append whether the kernel puts everything that is written at the end
     */
    FileHandle(UringLoop loop, Path path, Descriptor descriptor, FilePath taken, boolean append) {
        this.loop = loop;
        this.path = path;
        this.descriptor = descriptor;
        this.taken = taken;
        this.append = append;
    }

    UringLoop loop() {
        return loop;
    }

    Path path() {
        return path;
    }

    Descriptor descriptor() {
        return descriptor;
    }

    FilePath taken() {
        return taken;
    }

    boolean isAppending() {
        return append;
    }

    boolean isClosing() {
        return closing;
    }

    /** From now on, nothing more is begun. */
    void closing() {
        closing = true;
    }

    /**
     * On the loop's thread: the entry that closes is prepared. What is prepared from now on could
     * reach another file, to which the number has gone.
     */
    void numberGivenBack() {
        given = true;
    }

    /** Whether the number may be another file's by now. */
    boolean isNumberGivenBack() {
        return given;
    }

    /** On the loop's thread: an entry names the descriptor. */
    void begun() {
        inFlight.lazySet(inFlight.get() + 1);
    }

    /** On the loop's thread: the entry has had its completion. */
    void ended() {
        inFlight.lazySet(inFlight.get() - 1);
    }

    /** While the loop ends: waits until it has ended what it had begun with this file. */
    void awaitNothingInFlight() {
        while (inFlight.get() > 0) {
            LockSupport.parkNanos(ENDING_NANOS);
        }
    }

    void requireOpen() throws ClosedChannelException {
        if (closing) {
            throw new ClosedChannelException();
        }
    }

    /** Passes a result on, or throws what it says. */
    int check(int result, String call) throws IOException {
        if (result < 0) {
            throw failure(result, call);
        }
        return result;
    }

    /** What the negated errno of a request means to who made it. */
    IOException failure(int result, String call) {
        if (result == -Errno.ECANCELED || result == -Errno.EINTR) {
            if (closing) {
                return new AsynchronousCloseException();
            }
            if (loop.isClosing()) {
                return new IOException(
                        call(call)
                                + " failed: the loop that carries it is closed. Remedy: close files"
                                + " before the loop.");
            }
            return new InterruptedIOException(
                    call(call) + " was given up: the thread was interrupted");
        }
        return new SystemCallException(call(call), -result, "");
    }

    private String call(String call) {
        return call + "(" + path + ")";
    }
}
