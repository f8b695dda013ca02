package dev.ringroad.uring.serve;

import dev.ringroad.uring.socket.ConnectionHandler;
import dev.ringroad.uring.socket.ServerConnection;

import java.lang.foreign.MemorySegment;

/** Sends back what comes, out of the very buffers that it was received into. */
public final class EchoHandler implements ConnectionHandler {

    /** Keeps nothing; one does for all connections of all servers. */
    public EchoHandler() {}

    @Override
    public void onOpen(ServerConnection connection) {
        // Whoever connects speaks first.
    }

    @Override
    public void onReceive(ServerConnection connection, MemorySegment memory, long at, int bytes) {
        connection.sendBack(at, bytes);
    }
}
