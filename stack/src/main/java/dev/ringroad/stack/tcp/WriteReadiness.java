package dev.ringroad.stack.tcp;

/**
 * When the application may write again: there has to be room in the connection's send buffer, and
 * there have to be packets in the pool, which other connections share.
 */
final class WriteReadiness {
    private final TcpConnection connection;
    private boolean blocked;
    private boolean starved;

    WriteReadiness(TcpConnection connection) {
        this.connection = connection;
    }

    /** A write has taken fewer bytes than it was given: somebody waits for the others' turn. */
    void block() {
        blocked = true;
    }

    /** No packet was free for a write. */
    void starve() {
        starved = true;
        blocked = true;
        connection.layer.await(connection);
    }

    /**
     * Whether there is room for a third of the buffer: a writer woken for each acknowledgement
     * would run for a few bytes at a time.
     */
    boolean isWritable() {
        TcpSender sender = connection.sender;
        return !starved && 3L * sender.freeBytes() >= sender.bufferBytes();
    }

    /** Whether a writer who was blocked can go on; asked after every change, true once. */
    boolean takeUnblocked() {
        if (blocked && isWritable()) {
            blocked = false;
            return true;
        }
        return false;
    }

    /** There may be packets and room again. */
    void resume(long nowNanos) {
        connection.sender.output(nowNanos);
        if (starved) {
            if (connection.sender.mayReserve()) {
                starved = false;
                connection.arrived(false);
            } else {
                connection.layer.await(connection);
            }
        }
    }
}
