package dev.ringroad.sockets.socket;

import dev.ringroad.sockets.bypass.TcpAcceptor;
import dev.ringroad.sockets.kernel.KernelSocket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Accepts from the kernel on behalf of a server socket that listens in the stack as well, one
 * connection ahead.
 *
 * <p>A virtual thread waits in the JDK's own accept, which costs nothing while nobody connects and
 * needs no second kind of waiting; whoever waits in the stack is woken when it has got one.
 */
final class KernelAcceptor {
    private final KernelSocket server;
    private final TcpAcceptor stackSide;
    private final AtomicReference<@Nullable KernelSocket> ahead = new AtomicReference<>();
    private final AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
    private final Semaphore wanted = new Semaphore(0);
    private volatile boolean closed;

    KernelAcceptor(KernelSocket server, TcpAcceptor stackSide) {
        this.server = server;
        this.stackSide = stackSide;
    }

    void start() {
        Thread.ofVirtual().name("ringroad-kernel-accept").start(this::run);
    }

    private void run() {
        while (!closed) {
            try {
                ahead.set(server.accept());
            } catch (IOException e) {
                if (closed) {
                    return;
                }
                failure.set(e);
            }
            stackSide.wakeWaiters();
            wanted.acquireUninterruptibly();
        }
        discard();
    }

    /** Whether {@link #take} has something to give or to say. */
    boolean isReady() {
        return ahead.get() != null || failure.get() != null;
    }

    /** The connection that is there; null when there is none. */
    @Nullable KernelSocket take() throws IOException {
        KernelSocket taken = ahead.getAndSet(null);
        IOException failed = taken == null ? failure.getAndSet(null) : null;
        if (taken != null || failed != null) {
            wanted.release();
        }
        if (failed != null) {
            throw failed;
        }
        return taken;
    }

    /**
     * Ends it; the server's socket is closed by the caller. A connection that nobody took is
     * closed.
     */
    void close() {
        closed = true;
        wanted.release();
        discard();
    }

    private void discard() {
        KernelSocket left = ahead.getAndSet(null);
        if (left != null) {
            try {
                left.close();
            } catch (IOException e) {
                // Nobody has seen this connection, so nobody has to hear how it ended.
                return;
            }
        }
    }
}
