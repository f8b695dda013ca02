package dev.ringroad.workloads;

import java.io.IOException;
import java.nio.ByteBuffer;

/** One message there and its echo back. */
abstract class Exchange implements AutoCloseable {
    /** Sends all of the message and fills the echo to its limit; both have the same length. */
    abstract void roundTrip(ByteBuffer message, ByteBuffer echo) throws IOException;

    @Override
    public abstract void close() throws IOException;
}
