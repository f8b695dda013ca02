package dev.ringroad.bench.fileload;

import org.jspecify.annotations.Nullable;

/**
 * Reads and writes of any kind that threads do, as reports and commands see them. Any thread may
 * ask.
 */
public interface Load {
    /** What is done. */
    AccessMode mode();

    /** Bytes of a read or write. */
    int ioBytes();

    /** Whether what is read is checked. */
    boolean isVerified();

    /** Lets the threads begin. */
    void begin();

    /** Begins nothing more; what is in flight is waited for. It is over when {@link #isDone}. */
    void stop();

    /** Whether all threads have ended. */
    boolean isDone();

    /** Whether it was stopped before all was done. */
    boolean isInterrupted();

    /** Whether all reads and writes are done, and what was written is read back. */
    boolean isReadingBack();

    /** Blocks that were written and have to be read back; to be asked when all is done. */
    long writtenBlocks();

    /** What went wrong first; null while all is well. */
    @Nullable Throwable failure();

    /** What was done so far. */
    LoadSample sample();

    /** Bytes of the Java heap that all threads have allocated while they read and wrote. */
    long allocatedBytes();
}
