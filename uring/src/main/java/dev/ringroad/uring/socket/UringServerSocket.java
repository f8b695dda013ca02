package dev.ringroad.uring.socket;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.uring.Submission;
import dev.ringroad.uring.Uring;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A socket that listens, for threads that wait for connections; several may at a time. Closing it
 * ends their waits with an exception, as in {@code java.net}.
 */
public final class UringServerSocket implements AutoCloseable {
    private static final int SOCK_CLOEXEC = 02000000;

    private final UringSockets sockets;
    private final SocketHandle handle;
    private final SocketAddress address;

    /** Connections whose future was given up before they came. */
    private final Queue<UringSocket> unclaimed = new ConcurrentLinkedQueue<>();

    private volatile long timeoutNanos = SocketHandle.NEVER;

    UringServerSocket(UringSockets sockets, SocketHandle handle, SocketAddress address) {
        this.sockets = sockets;
        this.handle = handle;
        this.address = address;
    }

    /** Where it listens, with the port that the kernel chose. */
    public SocketAddress localAddress() {
        return address;
    }

    /** Whether it has not been closed. */
    public boolean isOpen() {
        return handle.isOpen();
    }

    /** The longest wait of {@link #accept}; zero for none. */
    public void acceptTimeout(Duration timeout) {
        timeoutNanos = UringSocket.nanos(timeout);
    }

    /**
     * Waits for a connection.
     *
     * @throws java.net.SocketTimeoutException when the time is over
     * @throws java.net.SocketException if it is closed, also by an interrupt, or this process has
     *     too many open files; the connection waits on then
     */
    public UringSocket accept() throws IOException {
        UringSocket waiting = unclaimed.poll();
        return waiting != null
                ? waiting
                : accepted(handle.call(UringServerSocket::prepare, null, timeoutNanos));
    }

    /**
     * The same as a future. When it is cancelled, the connection that it would have had is the next
     * one's.
     */
    public CompletableFuture<UringSocket> acceptAsync() {
        UringSocket waiting = unclaimed.poll();
        if (waiting != null) {
            return CompletableFuture.completedFuture(waiting);
        }
        CompletableFuture<UringSocket> future = new CompletableFuture<>();
        var _ =
                handle.begin(UringServerSocket::prepare, null)
                        .whenComplete((result, failure) -> complete(future, result, failure));
        return future;
    }

    private void complete(
            CompletableFuture<UringSocket> future,
            @Nullable Integer result,
            @Nullable Throwable failure) {
        if (result == null) {
            future.completeExceptionally(failure == null ? SocketHandle.closed() : failure);
            return;
        }
        try {
            UringSocket socket = accepted(result);
            if (!future.complete(socket)) {
                unclaimed.add(socket);
                closeUnclaimed();
            }
        } catch (IOException e) {
            future.completeExceptionally(e);
        }
    }

    private static Submission prepare(Uring ring, int number) {
        return ring.sockets().prepareAccept(number, SOCK_CLOEXEC);
    }

    private UringSocket accepted(int result) throws IOException {
        if (result >= 0) {
            return new UringSocket(new SocketHandle(sockets, Descriptor.adopt(result)));
        }
        throw isOpen() ? SocketFailures.of("accept()", -result) : SocketHandle.closed();
    }

    private void closeUnclaimed() {
        if (!isOpen()) {
            for (UringSocket each = unclaimed.poll(); each != null; each = unclaimed.poll()) {
                each.close();
            }
        }
    }

    /** Ends all waits, and listens no more; a second call does nothing. */
    @Override
    public void close() {
        handle.close();
        closeUnclaimed();
    }
}
