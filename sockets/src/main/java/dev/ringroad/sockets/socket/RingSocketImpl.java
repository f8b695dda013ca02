package dev.ringroad.sockets.socket;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.IoLock;
import dev.ringroad.sockets.bypass.TcpAcceptor;
import dev.ringroad.sockets.bypass.TcpStream;
import dev.ringroad.sockets.kernel.KernelSocket;
import dev.ringroad.stack.socket.Cancellation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Objects;

/**
 * What is behind a {@link java.net.Socket} or {@link java.net.ServerSocket}: a connection or
 * listener of the stack, a socket of the kernel, or, for a server bound to all addresses, both. It
 * is decided when the address is known.
 *
 * <p>An interrupt does not end the wait of a platform thread and closes the socket under a virtual
 * one, as with the JDK's own. Proxies other than HTTP's CONNECT by the program itself are not
 * spoken: a factory's sockets are direct.
 */
public final class RingSocketImpl extends SidedSocketImpl {
    private static final int EPHEMERAL_ATTEMPTS = 32;
    private static final int DEFAULT_BACKLOG = 50;

    /** Taken by connect and accept. */
    private final IoLock openLock = new IoLock();

    private final Object stateLock = new Object();
    private final StackStreams streams = new StackStreams(this);
    private @Nullable KernelAcceptor kernelAcceptor;

    private RingSocketImpl(Bypass bypass, boolean server) {
        super(bypass, server);
    }

    /** For {@link java.net.Socket#setSocketImplFactory}. */
    public static SocketImpl client() {
        return new RingSocketImpl(Bypass.installed(), false);
    }

    /** For {@link java.net.ServerSocket#setSocketFactory}. */
    public static SocketImpl server() {
        return new RingSocketImpl(Bypass.installed(), true);
    }

    /** For programs that hold several stacks. */
    public static SocketImpl of(Bypass bypass, boolean server) {
        return new RingSocketImpl(bypass, server);
    }

    // Opening

    @Override
    protected void create(boolean isStream) throws IOException {
        if (!isStream) {
            throw new IOException("Datagram socket creation not supported");
        }
        created = true;
    }

    private KernelSocket chooseKernel() throws IOException {
        KernelSocket chosen = kernel;
        if (chosen != null) {
            return chosen;
        }
        chosen = openKernel();
        kernel = chosen;
        return chosen;
    }

    private KernelSocket openKernel() throws IOException {
        KernelSocket fresh = server ? KernelSocket.openServer() : KernelSocket.openClient();
        options.applyTo(fresh::setOption);
        fresh.setOption(SO_TIMEOUT, timeoutMillis);
        if (urgentInline) {
            fresh.setOption(SO_OOBINLINE, true);
        }
        return fresh;
    }

    private TcpStream chooseStream() throws IOException {
        TcpStream chosen = TcpStream.open(bypass);
        options.applyTo(chosen);
        stream = chosen;
        return chosen;
    }

    @Override
    protected void bind(InetAddress host, int requestedPort) throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            if (localport != 0) {
                throw new SocketException("Already bound");
            }
            if (bypass.owns(host)) {
                bindInStack(host, requestedPort);
            } else if (server && bypass.isActive() && host.isAnyLocalAddress()) {
                bindInBoth(host, requestedPort);
            } else {
                // A client bound to all addresses may still become the stack's; the kernel keeps
                // the port until then.
                KernelSocket k = chooseKernel();
                k.bind(host, requestedPort);
                localport = k.localPort();
            }
            address = host;
        }
    }

    private void bindInStack(InetAddress host, int requestedPort) throws IOException {
        if (server) {
            TcpAcceptor bound = TcpAcceptor.bind(bypass, host, requestedPort, reuseAddress());
            acceptor = bound;
            localport = bound.localAddress().getPort();
        } else {
            TcpStream s = chooseStream();
            s.bind(new InetSocketAddress(host, requestedPort));
            localport = s.localAddress().getPort();
        }
    }

    private boolean reuseAddress() {
        return (Boolean) options.valueOf(StandardSocketOptions.SO_REUSEADDR);
    }

    /**
     * The kernel chooses the port, and when ours is taken in the stack it has to choose another.
     */
    private void bindInBoth(InetAddress host, int requestedPort) throws IOException {
        for (int attempt = 1; ; attempt++) {
            KernelSocket k = openKernel();
            try {
                k.bind(host, requestedPort);
                acceptor = TcpAcceptor.bind(bypass, host, k.localPort(), reuseAddress());
                kernel = k;
                localport = k.localPort();
                return;
            } catch (BindException e) {
                k.close();
                if (requestedPort != 0 || attempt == EPHEMERAL_ATTEMPTS) {
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                k.close();
                throw e;
            }
        }
    }

    @Override
    protected void listen(int backlog) throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            if (localport == 0) {
                throw new SocketException("Not bound");
            }
            int length = backlog < 1 ? DEFAULT_BACKLOG : backlog;
            KernelSocket k = kernel;
            if (k != null) {
                k.listen(length);
            }
            TcpAcceptor a = acceptor;
            if (a != null) {
                a.listen(length);
            }
        }
    }

    @Override
    protected void connect(String host, int remotePort) throws IOException {
        connect(new InetSocketAddress(host, remotePort), 0);
    }

    @Override
    protected void connect(InetAddress remote, int remotePort) throws IOException {
        connect(new InetSocketAddress(remote, remotePort), 0);
    }

    @Override
    protected void connect(SocketAddress remote, int millis) throws IOException {
        if (!(remote instanceof InetSocketAddress internet)) {
            throw new IOException("Unsupported address type");
        }
        if (internet.isUnresolved()) {
            throw new UnknownHostException(internet.getHostName());
        }
        InetAddress host = internet.getAddress();
        if (host.isAnyLocalAddress()) {
            host = InetAddress.getLocalHost();
        }
        openLock.lock();
        try {
            connectTo(host, internet.getPort(), millis);
            connected = true;
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            openLock.unlock();
        }
    }

    private void connectTo(InetAddress host, int remotePort, int millis) throws IOException {
        boolean ours = bypass.routes(host);
        synchronized (stateLock) {
            ensureOpen();
            if (connected) {
                throw new SocketException("Already connected");
            }
            address = host;
            port = remotePort;
            if (stream == null && ours) {
                leaveKernel();
            } else if (stream == null) {
                chooseKernel();
            }
        }
        TcpStream s = stream;
        if (s == null) {
            KernelSocket k = Objects.requireNonNull(kernel);
            k.connect(new InetSocketAddress(host, remotePort), millis);
            localport = k.localPort();
            return;
        }
        s.startConnect(new InetSocketAddress(host, remotePort));
        if (!s.awaitConnected(deadlineAfter(millis), ended)) {
            if (isOver()) {
                throw interruptedOrClosed();
            }
            throw new SocketTimeoutException("Connect timed out");
        }
        localport = s.localAddress().getPort();
    }

    /**
     * Opens a connection of the stack, taking over the port that a socket of the kernel may have
     * kept for it.
     */
    private void leaveKernel() throws IOException {
        KernelSocket k = kernel;
        if (k == null) {
            chooseStream();
            return;
        }
        if (localport != 0 && !boundToAll(k)) {
            return;
        }
        int kept = localport;
        kernel = null;
        k.close();
        TcpStream s = chooseStream();
        if (kept != 0) {
            s.bind(new InetSocketAddress(Inet4Address.ofLiteral("0.0.0.0"), kept));
        }
    }

    private static boolean boundToAll(KernelSocket k) throws SocketException {
        return k.option(SO_BINDADDR) instanceof InetAddress bound && bound.isAnyLocalAddress();
    }

    // Accepting

    @Override
    protected void accept(SocketImpl fresh) throws IOException {
        if (!(fresh instanceof RingSocketImpl target)) {
            throw new IOException("Cannot accept a connection for a " + fresh.getClass());
        }
        openLock.lock();
        try {
            ensureOpen();
            TcpAcceptor a = acceptor;
            if (a == null) {
                KernelSocket k = kernel;
                if (k == null) {
                    throw new SocketException("Not bound");
                }
                target.adopt(k.accept());
            } else {
                acceptFromStack(a, target);
            }
        } finally {
            openLock.unlock();
        }
    }

    private void acceptFromStack(TcpAcceptor a, RingSocketImpl target) throws IOException {
        KernelAcceptor other = startKernelAcceptor(a);
        Cancellation cancellation =
                other == null ? ended : () -> ended.cancelled() || other.isReady();
        long deadline = deadlineAfter(timeoutMillis);
        while (true) {
            KernelSocket fromKernel = other == null ? null : other.take();
            if (fromKernel != null) {
                target.adopt(fromKernel);
                return;
            }
            TcpStream accepted = a.awaitAndAccept(deadline, cancellation);
            if (accepted != null) {
                options.applyTo(accepted);
                target.adopt(accepted);
                return;
            }
            if (isOver()) {
                throw interruptedOrClosed();
            }
            if (deadline != NO_DEADLINE
                    && deadline - System.nanoTime() <= 0
                    && (other == null || !other.isReady())) {
                throw new SocketTimeoutException("Accept timed out");
            }
        }
    }

    private @Nullable KernelAcceptor startKernelAcceptor(TcpAcceptor a) throws SocketException {
        synchronized (stateLock) {
            ensureOpen();
            KernelSocket k = kernel;
            if (kernelAcceptor == null && k != null) {
                k.setOption(SO_TIMEOUT, 0);
                kernelAcceptor = new KernelAcceptor(k, a);
                kernelAcceptor.start();
            }
            return kernelAcceptor;
        }
    }

    private void adopt(KernelSocket accepted) throws SocketException {
        kernel = accepted;
        address = accepted.remoteAddress();
        port = accepted.remotePort();
        localport = accepted.localPort();
        becomeAccepted();
        if (timeoutMillis > 0) {
            accepted.setOption(SO_TIMEOUT, timeoutMillis);
        }
    }

    private void adopt(TcpStream accepted) throws IOException {
        options.applyTo(accepted);
        InetSocketAddress remote = accepted.remoteAddress();
        stream = accepted;
        address = remote.getAddress();
        port = remote.getPort();
        localport = accepted.localAddress().getPort();
        becomeAccepted();
    }

    private void becomeAccepted() {
        created = true;
        connected = true;
    }

    // Transfer

    @Override
    protected InputStream getInputStream() throws IOException {
        KernelSocket k = kernel;
        return k != null && !server ? k.inputStream() : streams.input();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        KernelSocket k = kernel;
        return k != null && !server ? k.outputStream() : streams.output();
    }

    @Override
    protected int available() throws IOException {
        KernelSocket k = kernel;
        if (k != null) {
            return k.available();
        }
        TcpStream s = connectedStream();
        return inputClosed ? 0 : s.available();
    }

    @Override
    protected void shutdownInput() throws IOException {
        KernelSocket k = kernel;
        if (k != null) {
            k.shutdownInput();
            return;
        }
        TcpStream s = connectedStream();
        if (!inputClosed) {
            inputClosed = true;
            s.shutdownInput();
        }
    }

    @Override
    protected void shutdownOutput() throws IOException {
        KernelSocket k = kernel;
        if (k != null) {
            k.shutdownOutput();
            return;
        }
        TcpStream s = connectedStream();
        if (!outputClosed) {
            outputClosed = true;
            s.shutdownOutput();
        }
    }

    @Override
    protected boolean supportsUrgentData() {
        return stream == null;
    }

    @Override
    protected void sendUrgentData(int data) throws IOException {
        KernelSocket k = kernel;
        if (k == null) {
            connectedStream();
            throw new SocketException("Urgent data not supported");
        }
        k.sendUrgentData(data);
    }

    @Override
    protected void close() throws IOException {
        KernelSocket k;
        TcpStream s;
        TcpAcceptor a;
        KernelAcceptor ahead;
        synchronized (stateLock) {
            if (closed) {
                return;
            }
            closed = true;
            k = kernel;
            s = stream;
            a = acceptor;
            ahead = kernelAcceptor;
        }
        if (ahead != null) {
            ahead.close();
        }
        try {
            if (k != null) {
                k.close();
            }
        } finally {
            if (a != null) {
                a.close();
            }
            if (s != null) {
                s.close(true);
            }
        }
    }
}
