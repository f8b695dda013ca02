package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.PollSet;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Takes connections; no call waits. Owned by one thread at a time. */
public interface StreamListener extends AutoCloseable {
    /** The next connection, or null when none is there. */
    @Nullable ByteStream accept() throws IOException;

    /** Where it listens, with the port that the system chose if none was asked for. */
    InetSocketAddress localAddress();

    /** Says what would wake a sleeper: a connection. False when nothing could. */
    boolean prepareSleep(PollSet wake);

    /** Undoes {@link #prepareSleep} after the sleep. */
    default void wakeUp() {}

    @Override
    void close();
}
