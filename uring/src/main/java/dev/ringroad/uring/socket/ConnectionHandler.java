package dev.ringroad.uring.socket;

import java.lang.foreign.MemorySegment;

/**
 * What a server does with its connections. All calls come on the loop's thread, and must not block;
 * what they throw ends the loop.
 */
public interface ConnectionHandler {

    /** A peer has connected; what it sends comes to {@link #onReceive}. */
    void onOpen(ServerConnection connection);

    /**
     * Bytes have come. The memory is of use during the call only, unless {@link
     * ServerConnection#sendBack} takes it.
     */
    void onReceive(ServerConnection connection, MemorySegment memory, long at, int bytes);

    /**
     * A buffer that was sent is with the kernel, and free again; {@link ServerConnection#queued}
     * tells how many wait. A time to send more.
     */
    default void onSent(ServerConnection connection) {
        // Who sends what he has at once, waits for nothing.
    }

    /** The peer sends no more, but may still receive. Closes once everything is sent. */
    default void onEnd(ServerConnection connection) {
        connection.closeWhenSent();
    }

    /** The connection is gone, and its object will be used for another one. */
    default void onClose(ServerConnection connection, CloseReason reason) {
        // Who keeps nothing for a connection, has nothing to give up.
    }
}
