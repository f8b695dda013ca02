package dev.ringroad.stack.tcp;

import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.ip.IpDatagram;
import dev.ringroad.stack.ip.Route;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/**
 * Waits for connections at a port. Those in the handshake are counted and bounded; those that have
 * finished it wait in a queue as long as the backlog. When the queue is full, new SYNs are dropped
 * and so are the last segments of handshakes: the peers try again, and find room if the application
 * is only slow.
 */
public final class TcpListener extends TcpEndpoint {
    private static final int HALF_OPEN_MIN = 16;
    private static final int BACKLOG_MAX = 4096;

    private final ArrayDeque<TcpConnection> accepted = new ArrayDeque<>();
    private int backlog;
    private int halfOpen;
    private boolean listening;
    private boolean closed;
    private int receiveBufferBytes;
    @Nullable TcpListener nextInBucket;

    TcpListener(TcpLayer layer) {
        super(layer);
    }

    @Override
    boolean mayBind() {
        return !closed;
    }

    /**
     * Begins to listen, or changes the backlog.
     *
     * @param newBacklog connections that may wait to be accepted; below 1 takes 50
     * @return 0 or a {@link TcpError} code
     */
    public int listen(int newBacklog) {
        if (localPort() == 0 || closed) {
            return TcpError.INVALID;
        }
        backlog = newBacklog < 1 ? 50 : Math.min(newBacklog, BACKLOG_MAX);
        if (!listening) {
            listening = true;
            layer.addListener(this);
        }
        return 0;
    }

    /**
     * The next connection that has finished its handshake, now the caller's; null when there is
     * none.
     */
    public @Nullable TcpConnection accept() {
        return accepted.poll();
    }

    /** Stops listening; connections that nobody has accepted are reset. */
    public void close(long nowNanos) {
        if (closed) {
            return;
        }
        closed = true;
        if (listening) {
            layer.removeListener(this);
            layer.demultiplexer.forEach(
                    connection -> {
                        if (connection.listener == this) {
                            connection.abort(nowNanos);
                        }
                    });
        }
        for (TcpConnection connection = accepted.poll();
                connection != null;
                connection = accepted.poll()) {
            connection.abort(nowNanos);
        }
        unbind();
        readyChanged();
    }

    boolean matches(long localHigh, long localLow, int port) {
        return port == localPort()
                && (localAddress().isAny()
                        || (localAddress().high() == localHigh
                                && localAddress().low() == localLow));
    }

    boolean isWildcard() {
        return localAddress().isAny();
    }

    /** Takes a SYN without ACK and RST (RFC 9293 section 3.10.7.2). */
    void synchronize(
            Segment syn, IpDatagram datagram, int portsWord, boolean reused, long nowNanos) {
        if (accepted.size() >= backlog) {
            layer.counters.drop(DropReason.TCP_ACCEPT_QUEUE_FULL);
            return;
        }
        if (halfOpen >= Math.max(HALF_OPEN_MIN, 2 * backlog) || !layer.mayBeginHandshake()) {
            layer.counters.drop(DropReason.TCP_SYN_QUEUE_FULL);
            return;
        }
        IpAddress local = datagram.destination();
        IpAddress remote = datagram.source();
        Route route = layer.output.route(remote, local);
        if (route == null) {
            layer.counters.drop(DropReason.IP_NO_ROUTE);
            return;
        }
        int remotePort = portsWord >>> 16;
        int sequence = layer.initialSequence.next(local, localPort(), remote, remotePort, nowNanos);
        if (reused) {
            sequence = layer.timeWait.beyondReused(sequence);
        }
        TcpConnection connection = new TcpConnection(layer);
        if (receiveBufferBytes > 0) {
            connection.receiveBufferBytes(receiveBufferBytes);
        }
        halfOpen++;
        layer.handshakeBegun();
        connection.begin(local, localPort(), remote, remotePort, route);
        connection.listener = this;
        connection.reuseAddress(true);
        connection.handshake.answer(syn, sequence, nowNanos);
    }

    /** Whether another connection can be taken over now. */
    boolean isFull() {
        return accepted.size() >= backlog;
    }

    /** A handshake is finished. */
    void established(TcpConnection connection) {
        halfOpen--;
        layer.handshakeEnded();
        layer.counters.accepted();
        accepted.add(connection);
        readyChanged();
    }

    /** A handshake has failed. */
    void abandoned(TcpConnection connection) {
        halfOpen--;
        layer.handshakeEnded();
    }

    /** Bytes that accepted connections offer to their peers; 0 for the stack's default. */
    public int receiveBufferBytes() {
        return receiveBufferBytes == 0 ? layer.limits.receiveBufferBytes() : receiveBufferBytes;
    }

    /** Sets the receive buffer of connections to come. */
    public void receiveBufferBytes(int bytes) {
        receiveBufferBytes = bytes;
    }

    @Override
    public int ready() {
        return (accepted.isEmpty() ? 0 : ACCEPT) | (closed ? HANGUP : 0);
    }

    @Override
    public int error() {
        return 0;
    }

    /** LISTEN, or CLOSED. */
    public TcpState state() {
        return listening && !closed ? TcpState.LISTEN : TcpState.CLOSED;
    }

    /** Connections that wait to be accepted. */
    public int pending() {
        return accepted.size();
    }

    /** Most connections that wait to be accepted. */
    public int backlog() {
        return backlog;
    }

    @Override
    public IpAddress remoteAddress() {
        return IpAddress.ANY_V4;
    }

    @Override
    public int remotePort() {
        return 0;
    }

    @Override
    public String toString() {
        return "LISTEN " + localAddress() + ":" + localPort();
    }
}
