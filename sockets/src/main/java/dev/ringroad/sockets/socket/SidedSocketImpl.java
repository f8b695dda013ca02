package dev.ringroad.sockets.socket;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.NumberedOptions;
import dev.ringroad.sockets.bypass.SocketErrors;
import dev.ringroad.sockets.bypass.TcpAcceptor;
import dev.ringroad.sockets.bypass.TcpOptions;
import dev.ringroad.sockets.bypass.TcpStream;
import dev.ringroad.sockets.kernel.KernelSocket;
import dev.ringroad.stack.socket.Cancellation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.util.Objects;
import java.util.Set;

/**
 * A stream socket's possible sides and its options. A client has at most one side, a server bound
 * to all addresses has two; {@link RingSocketImpl} decides.
 */
abstract class SidedSocketImpl extends SocketImpl {
    static final long NO_DEADLINE = Long.MAX_VALUE;

    final Bypass bypass;
    final boolean server;
    final TcpOptions options;

    volatile @Nullable KernelSocket kernel;
    volatile @Nullable TcpStream stream;
    volatile @Nullable TcpAcceptor acceptor;
    volatile boolean created;
    volatile boolean closed;
    volatile boolean connected;
    volatile boolean inputClosed;
    volatile boolean outputClosed;
    volatile int timeoutMillis;
    volatile boolean urgentInline;

    /** Ends waits when the socket is closed, or the thread is a virtual one and interrupted. */
    final Cancellation ended = () -> closed || interruptedVirtual();

    SidedSocketImpl(Bypass bypass, boolean server) {
        this.bypass = bypass;
        this.server = server;
        this.options = server ? TcpOptions.forServerSocket(bypass) : TcpOptions.forClient(bypass);
    }

    static boolean interruptedVirtual() {
        Thread current = Thread.currentThread();
        return current.isVirtual() && current.isInterrupted();
    }

    /** Whether a wait that gave nothing must not go on. */
    final boolean isOver() {
        return closed || interruptedVirtual();
    }

    void ensureOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
        if (!created) {
            throw new SocketException("Socket not created");
        }
    }

    /**
     * What ends a wait that gave nothing: closing, or a virtual thread's interrupt. For the latter
     * java.net closes the socket when it sees this exception.
     */
    IOException interruptedOrClosed() {
        return !closed && interruptedVirtual()
                ? new InterruptedIOException("Closed by interrupt")
                : new SocketException("Socket closed");
    }

    static long deadlineAfter(int millis) {
        return millis <= 0 ? NO_DEADLINE : System.nanoTime() + millis * 1_000_000L;
    }

    TcpStream connectedStream() throws SocketException {
        ensureOpen();
        TcpStream s = stream;
        if (s == null || !connected) {
            throw new SocketException("Socket is not connected");
        }
        return s;
    }

    // Options

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        KernelSocket k = kernel;
        return k != null ? k.supportedOptions() : options.supported();
    }

    @Override
    protected <T> void setOption(SocketOption<T> name, @Nullable T value) throws IOException {
        KernelSocket k = kernel;
        TcpStream s = stream;
        if (k != null) {
            k.setOption(name, Objects.requireNonNull(value));
            if (acceptor == null) {
                return;
            }
        }
        options.check(name, value);
        ensureOpen();
        options.remember(name, Objects.requireNonNull(value));
        if (s != null) {
            s.set(name, value);
        }
    }

    @Override
    @SuppressWarnings("unchecked") // an option's value always has the option's type
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        return (T) optionValue(name);
    }

    private Object optionValue(SocketOption<?> name) throws IOException {
        KernelSocket k = kernel;
        if (k != null) {
            return k.option(name);
        }
        options.known(name);
        ensureOpen();
        TcpStream s = stream;
        return s != null ? s.option(name, options) : options.valueOf(name);
    }

    @Override
    public void setOption(int number, Object value) throws SocketException {
        ensureOpen();
        if (number == SO_TIMEOUT) {
            setTimeout(value);
            return;
        }
        if (number == SO_OOBINLINE) {
            urgentInline = Boolean.TRUE.equals(value);
        }
        KernelSocket k = kernel;
        if (k != null) {
            k.setOption(number, value);
            if (acceptor == null) {
                return;
            }
        }
        if (number == SO_OOBINLINE) {
            return;
        }
        try {
            setOptionUnchecked(NumberedOptions.named(number), NumberedOptions.value(number, value));
        } catch (IOException | IllegalArgumentException e) {
            throw SocketErrors.forSocket(
                    e instanceof IOException io ? io : new IOException(e.getMessage(), e));
        }
    }

    @SuppressWarnings("unchecked") // setOption checks the value against the option's type
    private void setOptionUnchecked(SocketOption<?> name, Object value) throws IOException {
        if (options.supported().contains(name)) {
            setOption((SocketOption<Object>) name, value);
        }
    }

    private void setTimeout(Object value) throws SocketException {
        if (!(value instanceof Integer millis)) {
            throw new SocketException("Bad value for SO_TIMEOUT");
        }
        if (millis < 0) {
            throw new IllegalArgumentException("timeout < 0");
        }
        timeoutMillis = millis;
        KernelSocket k = kernel;
        if (k != null && acceptor == null) {
            k.setOption(SO_TIMEOUT, millis);
        }
    }

    @Override
    public Object getOption(int number) throws SocketException {
        ensureOpen();
        if (number == SO_TIMEOUT) {
            return timeoutMillis;
        }
        KernelSocket k = kernel;
        if (k != null) {
            return k.option(number);
        }
        if (number == SO_OOBINLINE) {
            return urgentInline;
        }
        if (number == SO_BINDADDR) {
            return boundAddress();
        }
        try {
            SocketOption<?> name = NumberedOptions.named(number);
            return NumberedOptions.answer(
                    number,
                    options.supported().contains(name) ? optionValue(name) : options.valueOf(name));
        } catch (IOException e) {
            throw SocketErrors.forSocket(e);
        }
    }

    private InetAddress boundAddress() {
        TcpStream s = stream;
        if (s != null) {
            return s.localAddress().getAddress();
        }
        TcpAcceptor a = acceptor;
        return a != null ? a.localAddress().getAddress() : new InetSocketAddress(0).getAddress();
    }
}
