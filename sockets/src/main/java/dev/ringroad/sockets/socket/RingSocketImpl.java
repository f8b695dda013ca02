package dev.ringroad.sockets.socket;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.IoLock;
import dev.ringroad.sockets.bypass.NumberedOptions;
import dev.ringroad.sockets.bypass.SocketErrors;
import dev.ringroad.sockets.bypass.TcpAcceptor;
import dev.ringroad.sockets.bypass.TcpOptions;
import dev.ringroad.sockets.bypass.TcpStream;
import dev.ringroad.sockets.kernel.KernelSocket;
import dev.ringroad.stack.socket.Cancellation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;

/**
 * What is behind a {@link java.net.Socket} or {@link java.net.ServerSocket}: a connection or
 * listener of the stack, a socket of the kernel, or, for a server bound to all addresses, both. It
 * is decided when the address is known.
 *
 * <p>An interrupt does not end the wait of a platform thread and closes the socket under a virtual
 * one, as with the JDK's own. Proxies other than HTTP's CONNECT by the program itself are not
 * spoken: a factory's sockets are direct.
 */
public final class RingSocketImpl extends SocketImpl {
    private static final long NO_DEADLINE = Long.MAX_VALUE;
    private static final int EPHEMERAL_ATTEMPTS = 32;
    private static final int DEFAULT_BACKLOG = 50;

    private final Bypass bypass;
    private final boolean server;
    private final TcpOptions options;
    private final IoLock readLock = new IoLock();
    private final IoLock writeLock = new IoLock();
    private final Object stateLock = new Object();

    private volatile @Nullable KernelSocket kernel;
    private volatile @Nullable TcpStream stream;
    private volatile @Nullable TcpAcceptor acceptor;
    private @Nullable KernelAcceptor kernelAcceptor;
    private volatile boolean created;
    private volatile boolean closed;
    private volatile boolean connected;
    private volatile boolean inputClosed;
    private volatile boolean outputClosed;
    private volatile boolean endSeen;
    private volatile int timeoutMillis;
    private volatile boolean urgentInline;

    private final Cancellation ended = () -> closed || interruptedVirtual();

    private RingSocketImpl(Bypass bypass, boolean server) {
        this.bypass = bypass;
        this.server = server;
        this.options = server ? TcpOptions.forServerSocket(bypass) : TcpOptions.forClient(bypass);
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

    private static boolean interruptedVirtual() {
        Thread current = Thread.currentThread();
        return current.isVirtual() && current.isInterrupted();
    }

    private void ensureOpen() throws SocketException {
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
    private IOException interruptedOrClosed() {
        return !closed && interruptedVirtual()
                ? new InterruptedIOException("Closed by interrupt")
                : new SocketException("Socket closed");
    }

    private static long deadlineAfter(int millis) {
        return millis <= 0 ? NO_DEADLINE : System.nanoTime() + millis * 1_000_000L;
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
        readLock.lock();
        try {
            connectTo(host, internet.getPort(), millis);
            connected = true;
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            readLock.unlock();
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
            if (closed || interruptedVirtual()) {
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
        readLock.lock();
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
            readLock.unlock();
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
            if (closed || interruptedVirtual()) {
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
        return k != null && !server ? k.inputStream() : new StackInput();
    }

    @Override
    protected OutputStream getOutputStream() throws IOException {
        KernelSocket k = kernel;
        return k != null && !server ? k.outputStream() : new StackOutput();
    }

    private TcpStream connectedStream() throws SocketException {
        ensureOpen();
        TcpStream s = stream;
        if (s == null || !connected) {
            throw new SocketException("Socket is not connected");
        }
        return s;
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        readLock.lock();
        try {
            if (endSeen) {
                return -1;
            }
            TcpStream s = connectedStream();
            if (inputClosed) {
                return -1;
            }
            int bytes = s.read(target, offset, length);
            if (bytes == 0) {
                bytes = waitAndRead(s, target, offset, length);
            }
            if (bytes == TcpStream.CLOSED) {
                throw new SocketException("Socket closed");
            }
            if (bytes < 0) {
                endSeen = true;
            }
            return bytes;
        } finally {
            readLock.unlock();
        }
    }

    private int waitAndRead(TcpStream s, byte[] target, int offset, int length) throws IOException {
        long deadline = deadlineAfter(timeoutMillis);
        int bytes = s.awaitAndRead(target, offset, length, deadline, ended);
        if (bytes == 0) {
            if (inputClosed) {
                return -1;
            }
            if (closed || interruptedVirtual()) {
                throw interruptedOrClosed();
            }
            throw new SocketTimeoutException("Read timed out");
        }
        return bytes;
    }

    private void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (length == 0) {
            return;
        }
        writeLock.lock();
        try {
            TcpStream s = connectedStream();
            if (outputClosed) {
                throw new SocketException("Broken pipe");
            }
            int at = 0;
            while (at < length) {
                int bytes = s.write(source, offset + at, length - at);
                if (bytes == 0) {
                    bytes = s.awaitAndWrite(source, offset + at, length - at, NO_DEADLINE, ended);
                }
                if (bytes == 0 || bytes == TcpStream.CLOSED) {
                    throw interruptedOrClosed();
                }
                at += bytes;
            }
        } finally {
            writeLock.unlock();
        }
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

    private final class StackInput extends InputStream {
        private final byte[] single = new byte[1];

        @Override
        public synchronized int read() throws IOException {
            int bytes = RingSocketImpl.this.read(single, 0, 1);
            return bytes > 0 ? single[0] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return RingSocketImpl.this.read(target, offset, length);
        }

        @Override
        public int available() throws IOException {
            return RingSocketImpl.this.available();
        }

        @Override
        public void close() throws IOException {
            RingSocketImpl.this.close();
        }
    }

    private final class StackOutput extends OutputStream {
        private final byte[] single = new byte[1];

        @Override
        public synchronized void write(int b) throws IOException {
            single[0] = (byte) b;
            RingSocketImpl.this.write(single, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            RingSocketImpl.this.write(source, offset, length);
        }

        @Override
        public void close() throws IOException {
            RingSocketImpl.this.close();
        }
    }
}
