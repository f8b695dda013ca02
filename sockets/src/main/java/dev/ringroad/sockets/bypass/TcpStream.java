package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.socket.Cancellation;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.tcp.TcpConnection;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;

/**
 * A TCP connection of the stack as blocking and non-blocking callers see it: each call takes the
 * stack's lock, and error codes become the exceptions that the JDK would throw. Thread-safe; two
 * threads must not read, or write, at the same time if the order of their bytes matters.
 */
public final class TcpStream implements TcpOptions.Target {
    /** Returned by reads and writes after {@link #close}. */
    public static final int CLOSED = Integer.MIN_VALUE;

    private final Pump pump;
    private final TcpConnection connection;

    /** Guarded by the stack's lock. */
    private boolean closed;

    TcpStream(Pump pump, TcpConnection connection) {
        this.pump = pump;
        this.connection = connection;
    }

    /** A connection that is neither bound nor connected. */
    public static TcpStream open(Bypass bypass) throws IOException {
        Pump pump = bypass.pump();
        if (pump == null) {
            throw new IllegalStateException("there is no stack");
        }
        pump.lock();
        try {
            TcpConnection fresh = pump.stack().tcp().open();
            if (fresh == null) {
                throw new IOException("Too many open connections");
            }
            return new TcpStream(pump, fresh);
        } finally {
            pump.unlock();
        }
    }

    /** What selectors register. */
    public Endpoint endpoint() {
        return connection;
    }

    /** Whose lock guards {@link #endpoint()}. */
    public Pump pump() {
        return pump;
    }

    // Opening

    /** Binds to one of the stack's addresses, or to any. */
    public void bind(InetSocketAddress local) throws IOException {
        pump.lock();
        int result;
        try {
            result =
                    connection.bind(
                            IpAddress.of(local.getAddress()),
                            local.getPort(),
                            connection.reuseAddress());
        } finally {
            pump.unlock();
        }
        if (result < 0) {
            throw SocketErrors.bindFailure(result);
        }
    }

    /** Sends the first segment. */
    public void startConnect(InetSocketAddress remote) throws IOException {
        IpAddress address = IpAddress.of(remote.getAddress());
        pump.lock();
        int result;
        try {
            result = connection.connect(address, remote.getPort(), System.nanoTime());
            pump.flush();
        } finally {
            pump.unlock();
        }
        if (result < 0) {
            throw SocketErrors.connectFailure(result);
        }
    }

    /** Whether the connection stands; the stack is polled once when it does not yet. */
    public boolean pollConnected() throws IOException {
        pump.lock();
        int bits;
        int error;
        try {
            bits = connection.ready();
            if ((bits & (Endpoint.CONNECT | Endpoint.ERROR)) == 0) {
                pump.pollNow();
                bits = connection.ready();
            }
            error = connection.error();
        } finally {
            pump.unlock();
        }
        return connected(bits, error);
    }

    /** Waits for the connection; false at the deadline or when cancelled. */
    public boolean awaitConnected(long deadlineNanos, Cancellation cancellation)
            throws IOException {
        pump.lock();
        int bits;
        int error;
        try {
            bits = pump.await(connection, Endpoint.CONNECT, deadlineNanos, cancellation);
            error = connection.error();
        } finally {
            pump.unlock();
        }
        return connected(bits, error);
    }

    private static boolean connected(int bits, int error) throws IOException {
        if ((bits & (Endpoint.CONNECT | Endpoint.ERROR)) == 0) {
            return false;
        }
        if (error != 0) {
            throw SocketErrors.connectFailure(error);
        }
        return true;
    }

    /** The bound address; port 0 while unbound. */
    public InetSocketAddress localAddress() {
        pump.lock();
        try {
            return new InetSocketAddress(
                    connection.localAddress().toInetAddress(), connection.localPort());
        } finally {
            pump.unlock();
        }
    }

    /** The peer. */
    public InetSocketAddress remoteAddress() {
        pump.lock();
        try {
            return new InetSocketAddress(
                    connection.remoteAddress().toInetAddress(), connection.remotePort());
        } finally {
            pump.unlock();
        }
    }

    // Reading

    private static int checkRead(int bytes) throws IOException {
        if (bytes < -1 && bytes != CLOSED) {
            throw SocketErrors.readFailure(bytes);
        }
        return bytes;
    }

    /**
     * Reads what is there.
     *
     * @param poll whether to look at the devices when nothing is there, as callers who do not wait
     *     afterwards should
     * @return bytes; 0 when there are none; -1 at the end of the stream; {@link #CLOSED}
     */
    public int read(ByteBuffer target, boolean poll) throws IOException {
        Pump p = pump;
        int bytes;
        p.lock();
        try {
            bytes = tryRead(target);
            if (bytes == 0 && poll && target.hasRemaining()) {
                p.pollNow();
                bytes = tryRead(target);
            }
        } finally {
            p.unlock();
        }
        return checkRead(bytes);
    }

    private int tryRead(ByteBuffer target) {
        if (closed) {
            return CLOSED;
        }
        int bytes = connection.read(target, System.nanoTime());
        if (bytes > 0) {
            // A read may have opened the window, which the peer has to hear of.
            pump.flush();
        }
        return bytes;
    }

    private int tryRead(byte[] target, int offset, int length) {
        if (closed) {
            return CLOSED;
        }
        int bytes = connection.read(target, offset, length, System.nanoTime());
        if (bytes > 0) {
            pump.flush();
        }
        return bytes;
    }

    /** The same into several buffers, in order. */
    public long read(ByteBuffer[] targets, int offset, int length, boolean poll)
            throws IOException {
        long sum = 0;
        int bytes = 0;
        pump.lock();
        try {
            for (int i = offset; i < offset + length; i++) {
                if (!targets[i].hasRemaining()) {
                    continue;
                }
                bytes = tryRead(targets[i]);
                if (bytes == 0 && sum == 0 && poll) {
                    pump.pollNow();
                    bytes = tryRead(targets[i]);
                }
                if (bytes <= 0) {
                    break;
                }
                sum += bytes;
                if (targets[i].hasRemaining()) {
                    break;
                }
            }
        } finally {
            pump.unlock();
        }
        // An end or an error that comes after some bytes is told by the next read.
        return sum > 0 ? sum : checkRead(bytes);
    }

    /** The same into an array, without polling. */
    public int read(byte[] target, int offset, int length) throws IOException {
        int bytes;
        pump.lock();
        try {
            bytes = tryRead(target, offset, length);
        } finally {
            pump.unlock();
        }
        return checkRead(bytes);
    }

    /** Waits for something to read and reads it; 0 at the deadline or when cancelled. */
    public int awaitAndRead(ByteBuffer target, long deadlineNanos, Cancellation cancellation)
            throws IOException {
        int bytes;
        Pump p = pump;
        p.lock();
        try {
            while ((bytes = tryRead(target)) == 0) {
                if (p.await(connection, Endpoint.READ, deadlineNanos, cancellation) == 0) {
                    break;
                }
            }
        } finally {
            p.unlock();
        }
        return checkRead(bytes);
    }

    /** The same into an array. */
    public int awaitAndRead(
            byte[] target, int offset, int length, long deadlineNanos, Cancellation cancellation)
            throws IOException {
        int bytes;
        Pump p = pump;
        p.lock();
        try {
            while ((bytes = tryRead(target, offset, length)) == 0) {
                if (p.await(connection, Endpoint.READ, deadlineNanos, cancellation) == 0) {
                    break;
                }
            }
        } finally {
            p.unlock();
        }
        return checkRead(bytes);
    }

    /** Bytes that can be read without waiting. */
    public int available() throws IOException {
        pump.lock();
        try {
            if (closed) {
                return 0;
            }
            int bytes = connection.available();
            if (bytes == 0) {
                pump.pollNow();
                bytes = connection.available();
            }
            return bytes;
        } finally {
            pump.unlock();
        }
    }

    // Writing

    private static int checkWrite(int bytes) throws IOException {
        if (bytes < 0 && bytes != CLOSED) {
            throw SocketErrors.writeFailure(bytes);
        }
        return bytes;
    }

    private int tryWrite(ByteBuffer source) {
        if (closed) {
            return CLOSED;
        }
        int bytes = connection.write(source, System.nanoTime());
        if (bytes > 0) {
            pump.flush();
        }
        return bytes;
    }

    private int tryWrite(byte[] source, int offset, int length) {
        if (closed) {
            return CLOSED;
        }
        int bytes = connection.write(source, offset, length, System.nanoTime());
        if (bytes > 0) {
            pump.flush();
        }
        return bytes;
    }

    /** Writes what there is room for; 0 when there is none. */
    public int write(ByteBuffer source, boolean poll) throws IOException {
        Pump p = pump;
        int bytes;
        p.lock();
        try {
            bytes = tryWrite(source);
            if (bytes == 0 && poll && source.hasRemaining()) {
                p.pollNow();
                bytes = tryWrite(source);
            }
        } finally {
            p.unlock();
        }
        return checkWrite(bytes);
    }

    /** The same from several buffers, in order. */
    public long write(ByteBuffer[] sources, int offset, int length, boolean poll)
            throws IOException {
        long sum = 0;
        int bytes = 0;
        pump.lock();
        try {
            for (int i = offset; i < offset + length; i++) {
                if (!sources[i].hasRemaining()) {
                    continue;
                }
                bytes = tryWrite(sources[i]);
                if (bytes == 0 && sum == 0 && poll) {
                    pump.pollNow();
                    bytes = tryWrite(sources[i]);
                }
                if (bytes <= 0) {
                    break;
                }
                sum += bytes;
                if (sources[i].hasRemaining()) {
                    break;
                }
            }
        } finally {
            pump.unlock();
        }
        return sum > 0 ? sum : checkWrite(bytes);
    }

    /** The same from an array, without polling. */
    public int write(byte[] source, int offset, int length) throws IOException {
        int bytes;
        pump.lock();
        try {
            bytes = tryWrite(source, offset, length);
        } finally {
            pump.unlock();
        }
        return checkWrite(bytes);
    }

    /** Waits for room and writes into it; 0 at the deadline or when cancelled. */
    public int awaitAndWrite(ByteBuffer source, long deadlineNanos, Cancellation cancellation)
            throws IOException {
        int bytes;
        Pump p = pump;
        p.lock();
        try {
            while ((bytes = tryWrite(source)) == 0) {
                if (p.await(connection, Endpoint.WRITE, deadlineNanos, cancellation) == 0) {
                    break;
                }
            }
        } finally {
            p.unlock();
        }
        return checkWrite(bytes);
    }

    /** The same from an array. */
    public int awaitAndWrite(
            byte[] source, int offset, int length, long deadlineNanos, Cancellation cancellation)
            throws IOException {
        int bytes;
        Pump p = pump;
        p.lock();
        try {
            while ((bytes = tryWrite(source, offset, length)) == 0) {
                if (p.await(connection, Endpoint.WRITE, deadlineNanos, cancellation) == 0) {
                    break;
                }
            }
        } finally {
            p.unlock();
        }
        return checkWrite(bytes);
    }

    // Ending

    /** Nothing more will be read; a reader who waits sees the end of the stream. */
    public void shutdownInput() {
        pump.lock();
        try {
            if (!closed) {
                connection.shutdownRead(System.nanoTime());
                pump.flush();
                pump.wake(connection);
            }
        } finally {
            pump.unlock();
        }
    }

    /**
     * Nothing more will be written; the peer sees the end of the stream once it has read
     * everything.
     */
    public void shutdownOutput() {
        pump.lock();
        try {
            if (!closed) {
                connection.shutdownWrite(System.nanoTime());
                pump.flush();
                pump.wake(connection);
            }
        } finally {
            pump.unlock();
        }
    }

    /** Makes threads that wait look at their cancellation. */
    public void wakeWaiters() {
        pump.lock();
        try {
            pump.wake(connection);
        } finally {
            pump.unlock();
        }
    }

    /**
     * Closes as SO_LINGER says: gracefully in the background, with a reset at 0, or waiting for the
     * peer's acknowledgement.
     *
     * @param mayWait whether the caller is in blocking mode; only then SO_LINGER makes it wait
     */
    public void close(boolean mayWait) {
        pump.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            int lingerSeconds = connection.lingerSeconds();
            if (lingerSeconds == 0) {
                connection.abort(System.nanoTime());
            } else {
                connection.close(System.nanoTime());
            }
            pump.flush();
            pump.wake(connection);
            if (lingerSeconds > 0 && mayWait) {
                linger(System.nanoTime() + lingerSeconds * 1_000_000_000L);
            }
        } finally {
            pump.unlock();
        }
    }

    private void linger(long deadlineNanos) {
        Cancellation acknowledged = () -> connection.unacknowledgedBytes() == 0;
        pump.await(connection, Endpoint.HANGUP, deadlineNanos, acknowledged);
        if (connection.unacknowledgedBytes() > 0) {
            connection.abort(System.nanoTime());
            pump.flush();
        }
    }

    // Options

    @Override
    public void set(SocketOption<?> name, Object value) throws IOException {
        pump.lock();
        try {
            if (!closed) {
                TcpOptionMapping.set(connection, name, value);
            }
        } finally {
            pump.unlock();
        }
    }

    /**
     * The option's value now; what the stack does not keep itself is answered from what was
     * remembered.
     */
    public Object option(SocketOption<?> name, TcpOptions remembered) {
        pump.lock();
        try {
            Object value = closed ? null : TcpOptionMapping.get(connection, name);
            return value != null ? value : remembered.valueOf(name);
        } finally {
            pump.unlock();
        }
    }
}
