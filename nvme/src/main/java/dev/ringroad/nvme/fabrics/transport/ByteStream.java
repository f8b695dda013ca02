package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.PollSet;

import java.lang.foreign.MemorySegment;

/**
 * One connection, of which no call waits. Owned by one thread at a time, but {@link #close} is that
 * thread's too.
 *
 * <p>Results are counts, or negative when the stream has failed for good; {@link #trouble} then
 * says why. Nothing here throws for what a peer or a network does.
 */
public interface ByteStream extends AutoCloseable {
    /** What {@link #read} answers when the peer has sent its last byte. */
    int ENDED = -1;

    /** What a call answers when the stream has failed. */
    int FAILED = -2;

    /**
     * Asks whether it is connected.
     *
     * @return 1 when it is, 0 while that is under way, {@link #FAILED} when it did not succeed
     */
    int connect();

    /**
     * Reads what has arrived.
     *
     * @param into native memory
     * @return the bytes read, 0 when nothing is there, {@link #ENDED} or {@link #FAILED}
     */
    int read(MemorySegment into, long offset, int bytes);

    /**
     * Writes as much as is taken at once.
     *
     * @param from native memory
     * @return the bytes taken, 0 when the peer is behind, or {@link #FAILED}
     */
    int write(MemorySegment from, long offset, int bytes);

    /** Whether {@link #read} puts bytes into any memory itself, without a copy on the way. */
    boolean readsStraight();

    /**
     * Says what would wake a sleeper: bytes to read, and, if asked for, room to write; before it is
     * connected, that it is.
     *
     * @param forRoom whether bytes wait to be written
     * @return false when nothing could, so that its owner must not sleep
     */
    boolean prepareSleep(PollSet wake, boolean forRoom);

    /** Undoes {@link #prepareSleep} after the sleep. */
    default void wakeUp() {}

    /** Why it failed or ended: a few words without a full stop; empty while it is well. */
    String trouble();

    /** The connection is gone at once, whatever was under way; a second call does nothing. */
    @Override
    void close();
}
