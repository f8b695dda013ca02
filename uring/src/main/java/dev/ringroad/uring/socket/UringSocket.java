package dev.ringroad.uring.socket;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.ringroad.core.linux.StreamSockets;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection for threads that wait: one may read while another one writes, and any may close,
 * which ends the others' waits with an exception, as in {@code java.net}. An interrupt closes it.
 *
 * <p>The kernel never sees the caller's memory, which could be gone before it is done: bytes go
 * through a buffer of the socket's for each direction, which outlives the request.
 */
public final class UringSocket implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_WAITALL = 0x100;
    private static final int END = -1;
    private static final int READING = 0;
    private static final int WRITING = 1;

    private final SocketHandle handle;
    private final ReentrantLock reading = new ReentrantLock();
    private final ReentrantLock writing = new ReentrantLock();
    private final InputStream input = new SocketInput(this);
    private final OutputStream output = new SocketOutput(this);
    private @Nullable MemorySegment readBuffer;
    private @Nullable MemorySegment writeBuffer;
    private volatile long timeoutNanos = SocketHandle.NEVER;
    private volatile boolean inputShut;

    UringSocket(SocketHandle handle) {
        this.handle = handle;
    }

    static long nanos(Duration timeout) {
        if (timeout.isNegative()) {
            throw new IllegalArgumentException("A time-out is not negative: " + timeout);
        }
        return timeout.isZero() ? SocketHandle.NEVER : timeout.toNanos();
    }

    // Of an automatic arena: a request that is given up holds it until its completion.
    private static MemorySegment buffer(int bytes) {
        return Arena.ofAuto().allocate(Math.min(bytes, BUFFER_BYTES), Long.BYTES);
    }

    /** Whether it has not been closed. */
    public boolean isOpen() {
        return handle.isOpen();
    }

    /** The longest wait of a read; zero for none. */
    public void readTimeout(Duration timeout) {
        timeoutNanos = nanos(timeout);
    }

    /** Its own address. */
    public SocketAddress localAddress() throws IOException {
        return handle.ask(Listening::localAddress);
    }

    /** The other end's address. */
    public SocketAddress remoteAddress() throws IOException {
        return handle.ask(Listening::peerAddress);
    }

    /** Whether short writes are sent at once (TCP_NODELAY). */
    public void noDelay(boolean on) throws IOException {
        set(StreamSockets.TCP, StreamSockets.TCP_NODELAY, on ? 1 : 0);
    }

    /** Whether the kernel asks a silent peer if it is still there (SO_KEEPALIVE). */
    public void keepAlive(boolean on) throws IOException {
        set(StreamSockets.SOL_SOCKET, StreamSockets.SO_KEEPALIVE, on ? 1 : 0);
    }

    /** Bytes that the kernel holds for sending, and doubles (SO_SNDBUF). */
    public void sendBufferBytes(int bytes) throws IOException {
        set(StreamSockets.SOL_SOCKET, StreamSockets.SO_SNDBUF, bytes);
    }

    /** Bytes that the kernel holds for reading, and doubles (SO_RCVBUF). */
    public void receiveBufferBytes(int bytes) throws IOException {
        set(StreamSockets.SOL_SOCKET, StreamSockets.SO_RCVBUF, bytes);
    }

    /**
     * Whether closing it resets the connection, and forgets what was not sent (SO_LINGER of 0
     * seconds). There is no lingering for longer: it would hold up the loop.
     */
    public void resetOnClose(boolean on) throws IOException {
        Integer ignored =
                handle.ask(
                        socket -> {
                            try (Arena arena = Arena.ofConfined()) {
                                MemorySegment linger = arena.allocate(2L * Integer.BYTES, 4);
                                linger.set(JAVA_INT, 0, on ? 1 : 0);
                                StreamSockets.set(
                                        socket,
                                        StreamSockets.SOL_SOCKET,
                                        StreamSockets.SO_LINGER,
                                        linger);
                                return 0;
                            }
                        });
    }

    private void set(int level, int option, int value) throws IOException {
        Integer ignored =
                handle.ask(
                        socket -> {
                            StreamSockets.set(socket, level, option, value);
                            return 0;
                        });
    }

    /**
     * Any other option that is a number, such as the kernel has it.
     *
     * @param level {@link StreamSockets#SOL_SOCKET}, {@link StreamSockets#TCP} and so on
     */
    public int option(int level, int option) throws IOException {
        return handle.ask(socket -> StreamSockets.get(socket, level, option));
    }

    /**
     * Reads up to as many bytes as there is room for, one at least.
     *
     * @return how many, or -1 when the peer sends no more
     * @throws java.net.SocketTimeoutException when the time is over
     * @throws java.net.SocketException if the peer has reset the connection, or it is closed here
     */
    public int read(ByteBuffer into) throws IOException {
        if (!into.hasRemaining()) {
            return 0;
        }
        reading.lock();
        try {
            MemorySegment buffer = readBuffer;
            if (buffer == null) {
                buffer = buffer(BUFFER_BYTES);
                readBuffer = buffer;
            }
            int got = receive(buffer, Math.min(into.remaining(), BUFFER_BYTES));
            if (got > 0) {
                into.put(buffer.asSlice(0, got).asByteBuffer());
            }
            return got;
        } finally {
            reading.unlock();
        }
    }

    private int receive(MemorySegment buffer, int bytes) throws IOException {
        return received(
                handle.call(
                        (ring, number) ->
                                ring.sockets().prepareReceive(number, buffer, 0, bytes, 0),
                        buffer,
                        timeoutNanos));
    }

    private int received(int result) throws IOException {
        if (result > 0) {
            return result;
        }
        if (result == 0 || inputShut) {
            if (!isOpen()) {
                throw SocketHandle.closed();
            }
            return END;
        }
        throw isOpen() ? SocketFailures.of("read", -result) : SocketHandle.closed();
    }

    /**
     * Writes everything.
     *
     * @throws java.net.SocketException if the peer is gone, or it is closed here
     */
    public void write(ByteBuffer from) throws IOException {
        writing.lock();
        try {
            MemorySegment buffer = writeBuffer;
            if (buffer == null) {
                buffer = buffer(BUFFER_BYTES);
                writeBuffer = buffer;
            }
            while (from.hasRemaining()) {
                int bytes = Math.min(from.remaining(), BUFFER_BYTES);
                buffer.asByteBuffer().put(from.slice(from.position(), bytes));
                send(buffer, bytes);
                from.position(from.position() + bytes);
            }
        } finally {
            writing.unlock();
        }
    }

    private void send(MemorySegment buffer, int bytes) throws IOException {
        int sent = 0;
        while (sent < bytes) {
            int at = sent;
            int result =
                    handle.call(
                            (ring, number) ->
                                    ring.sockets()
                                            .prepareSend(
                                                    number,
                                                    buffer,
                                                    at,
                                                    bytes - at,
                                                    MSG_NOSIGNAL | MSG_WAITALL),
                            buffer,
                            SocketHandle.NEVER);
            if (result < 0) {
                throw isOpen() ? SocketFailures.of("write", -result) : SocketHandle.closed();
            }
            sent += result;
        }
    }

    /**
     * Reads as {@link #read} does, without waiting; the future has the answer, and the buffer the
     * bytes by then. One at a time; without a time-out. A future that is cancelled leaves the
     * request alone, and the bytes that it still receives are lost: close the socket instead.
     */
    public CompletableFuture<Integer> readAsync(ByteBuffer into) {
        if (!into.hasRemaining()) {
            return CompletableFuture.completedFuture(0);
        }
        int bytes = Math.min(into.remaining(), BUFFER_BYTES);
        MemorySegment buffer = buffer(bytes);
        return handle.begin(
                        (ring, number) ->
                                ring.sockets().prepareReceive(number, buffer, 0, bytes, 0),
                        buffer)
                .thenCompose(
                        result -> {
                            try {
                                int got = received(result);
                                if (got > 0) {
                                    into.put(buffer.asSlice(0, got).asByteBuffer());
                                }
                                return CompletableFuture.completedFuture(got);
                            } catch (IOException e) {
                                return CompletableFuture.failedFuture(e);
                            }
                        });
    }

    /**
     * Writes up to so many bytes as one buffer takes, without waiting; the future says how many.
     * One at a time.
     */
    public CompletableFuture<Integer> writeAsync(ByteBuffer from) {
        int bytes = Math.min(from.remaining(), BUFFER_BYTES);
        MemorySegment buffer = buffer(Math.max(1, bytes));
        buffer.asByteBuffer().put(from.slice(from.position(), bytes));
        return handle.begin(
                        (ring, number) ->
                                ring.sockets().prepareSend(number, buffer, 0, bytes, MSG_NOSIGNAL),
                        buffer)
                .thenCompose(
                        result -> {
                            if (result < 0) {
                                return CompletableFuture.failedFuture(
                                        SocketFailures.of("write", -result));
                            }
                            from.position(from.position() + result);
                            return CompletableFuture.completedFuture(result);
                        });
    }

    /** Reads no more: a read that waits, and each later one, finds the end. */
    public void shutdownInput() throws IOException {
        inputShut = true;
        shutdown(READING);
    }

    /** Sends no more: the peer finds the end behind what was written. */
    public void shutdownOutput() throws IOException {
        shutdown(WRITING);
    }

    private void shutdown(int how) throws IOException {
        int result =
                handle.call(
                        (ring, number) -> ring.sockets().prepareShutdown(number, how),
                        null,
                        SocketHandle.NEVER);
        if (result < 0) {
            throw SocketFailures.of("shutdown()", -result);
        }
    }

    /** What the peer sends, as a stream; closing it closes the socket. */
    public InputStream inputStream() {
        return input;
    }

    /** To the peer, as a stream without a buffer; closing it closes the socket. */
    public OutputStream outputStream() {
        return output;
    }

    /** Ends all waits on it; a second call does nothing. */
    @Override
    public void close() {
        handle.close();
    }
}
