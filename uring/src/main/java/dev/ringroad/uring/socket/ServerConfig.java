package dev.ringroad.uring.socket;

import java.net.SocketAddress;

/**
 * How a server listens, and its bounds.
 *
 * @param address to listen at: Internet, port 0 for a free one, or Unix domain
 * @param backlog connections that may wait to be accepted
 * @param connectionsMax connections at a time; what comes beyond waits in the backlog or is closed
 * @param receiveBuffers buffers to receive into, for all connections together, a power of two;
 *     twice as many as connections, so that peers that do not read cannot have them all
 * @param receiveBytes bytes of each
 * @param sendBuffers buffers that {@link UringServer#acquire} has, 0 for none
 * @param sendBytes bytes of each
 * @param idleMillis a connection without traffic for so long is closed; 0 for never
 * @param sharedPort whether several servers listen at the port, and the kernel spreads connections
 */
public record ServerConfig(
        SocketAddress address,
        int backlog,
        int connectionsMax,
        int receiveBuffers,
        int receiveBytes,
        int sendBuffers,
        int sendBytes,
        long idleMillis,
        boolean sharedPort) {

    /** The most connections that a server can have. */
    public static final int CONNECTIONS_MAX = 1 << 14;

    // Not a power of two: buffers of 4096 bytes would begin at the same few lines of the cache.
    private static final int RECEIVE_BYTES = 4096 + 64;
    private static final int RECEIVE_BUFFERS_MAX = 1 << 15;
    private static final int BACKLOG = 4096;

    /** Entries that a connection may have in flight: receive, send, cancel, shutdown, close. */
    private static final int REQUESTS_A_CONNECTION = 5;

    private static final int REQUESTS_OF_SERVER = 8;

    public ServerConfig {
        if (connectionsMax < 1 || connectionsMax > CONNECTIONS_MAX) {
            throw new IllegalArgumentException(
                    "A server has 1 to " + CONNECTIONS_MAX + " connections, not " + connectionsMax);
        }
        if (idleMillis < 0 || sendBuffers < 0) {
            throw new IllegalArgumentException(
                    "Neither the idle time, "
                            + idleMillis
                            + " ms, nor the number of buffers, "
                            + sendBuffers
                            + ", is negative");
        }
    }

    /** For so many connections, without idle time, and without buffers to send from. */
    public static ServerConfig of(SocketAddress address, int connectionsMax) {
        int twice = Integer.highestOneBit(Math.max(connectionsMax, 32) * 4 - 1);
        return new ServerConfig(
                address,
                BACKLOG,
                connectionsMax,
                Math.min(twice, RECEIVE_BUFFERS_MAX),
                RECEIVE_BYTES,
                0,
                0,
                0,
                false);
    }

    /** The same with another idle time. */
    public ServerConfig withIdleMillis(long millis) {
        return new ServerConfig(
                address,
                backlog,
                connectionsMax,
                receiveBuffers,
                receiveBytes,
                sendBuffers,
                sendBytes,
                millis,
                sharedPort);
    }

    /** The same with other buffers to receive into. */
    public ServerConfig withReceiveBuffers(int count, int bytes) {
        return new ServerConfig(
                address,
                backlog,
                connectionsMax,
                count,
                bytes,
                sendBuffers,
                sendBytes,
                idleMillis,
                sharedPort);
    }

    /** The same with buffers to send from. */
    public ServerConfig withSendBuffers(int count, int bytes) {
        return new ServerConfig(
                address,
                backlog,
                connectionsMax,
                receiveBuffers,
                receiveBytes,
                count,
                bytes,
                idleMillis,
                sharedPort);
    }

    /** The same, at a port that several servers listen at. */
    public ServerConfig withSharedPort() {
        return new ServerConfig(
                address,
                backlog,
                connectionsMax,
                receiveBuffers,
                receiveBytes,
                sendBuffers,
                sendBytes,
                idleMillis,
                true);
    }

    /** The same at another address. */
    public ServerConfig withAddress(SocketAddress other) {
        return new ServerConfig(
                other,
                backlog,
                connectionsMax,
                receiveBuffers,
                receiveBytes,
                sendBuffers,
                sendBytes,
                idleMillis,
                sharedPort);
    }

    /** Requests that the server may have in flight, which its loop has to have room for. */
    public int requestsMax() {
        return connectionsMax * REQUESTS_A_CONNECTION + REQUESTS_OF_SERVER;
    }
}
