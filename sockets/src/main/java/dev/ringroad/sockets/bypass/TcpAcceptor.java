package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.socket.Cancellation;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.tcp.TcpConnection;
import dev.ringroad.stack.tcp.TcpListener;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A listener of the stack as blocking and non-blocking callers see it. Thread-safe. */
public final class TcpAcceptor {
    private final Pump pump;
    private final TcpListener listener;

    /** Guarded by the stack's lock. */
    private boolean closed;

    private TcpAcceptor(Pump pump, TcpListener listener) {
        this.pump = pump;
        this.listener = listener;
    }

    /**
     * Binds to an address of the stack, or to all of them.
     *
     * @param port 0 lets the stack choose
     */
    public static TcpAcceptor bind(Bypass bypass, InetAddress address, int port, boolean reuse)
            throws IOException {
        Pump pump = bypass.pump();
        if (pump == null) {
            throw new IllegalStateException("there is no stack");
        }
        IpAddress local = address.isAnyLocalAddress() ? IpAddress.ANY_V4 : IpAddress.of(address);
        pump.lock();
        int result;
        TcpListener listener;
        try {
            listener = pump.stack().tcp().listener();
            result = listener.bind(local, port, reuse);
            if (result < 0) {
                listener.close(System.nanoTime());
            }
        } finally {
            pump.unlock();
        }
        if (result < 0) {
            throw SocketErrors.bindFailure(result);
        }
        return new TcpAcceptor(pump, listener);
    }

    /** Lets peers connect; {@code backlog} of them may wait to be accepted. */
    public void listen(int backlog) throws IOException {
        int result;
        pump.lock();
        try {
            result = listener.listen(backlog);
        } finally {
            pump.unlock();
        }
        if (result < 0) {
            close();
            throw SocketErrors.bindFailure(result);
        }
    }

    /** What selectors register. */
    public Endpoint endpoint() {
        return listener;
    }

    /** The bound address. */
    public InetSocketAddress localAddress() {
        pump.lock();
        try {
            return new InetSocketAddress(
                    listener.localAddress().toInetAddress(), listener.localPort());
        } finally {
            pump.unlock();
        }
    }

    /**
     * The oldest connection that waits; null when there is none.
     *
     * @param poll whether to look at the devices first when there is none
     */
    public @Nullable TcpStream accept(boolean poll) {
        pump.lock();
        try {
            TcpConnection accepted = closed ? null : listener.accept();
            if (accepted == null && poll && !closed) {
                pump.pollNow();
                accepted = listener.accept();
            }
            return accepted == null ? null : new TcpStream(pump, accepted);
        } finally {
            pump.unlock();
        }
    }

    /** Waits for a connection; null at the deadline or when cancelled. */
    public @Nullable TcpStream awaitAndAccept(long deadlineNanos, Cancellation cancellation) {
        pump.lock();
        try {
            while (!closed) {
                TcpConnection accepted = listener.accept();
                if (accepted != null) {
                    return new TcpStream(pump, accepted);
                }
                if (pump.await(listener, Endpoint.ACCEPT, deadlineNanos, cancellation) == 0) {
                    return null;
                }
            }
            return null;
        } finally {
            pump.unlock();
        }
    }

    /** Makes threads that wait look at their cancellation. */
    public void wakeWaiters() {
        pump.lock();
        try {
            pump.wake(listener);
        } finally {
            pump.unlock();
        }
    }

    /** Stops listening; connections that nobody accepted are reset. */
    public void close() {
        pump.lock();
        try {
            if (!closed) {
                closed = true;
                listener.close(System.nanoTime());
                pump.flush();
                pump.wake(listener);
            }
        } finally {
            pump.unlock();
        }
    }
}
