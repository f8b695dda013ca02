package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.IoLock;
import dev.ringroad.sockets.bypass.SocketErrors;
import dev.ringroad.sockets.bypass.TcpStream;
import dev.ringroad.stack.socket.Cancellation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;

/**
 * A TCP channel that belongs to nobody until it is connected or bound to an address; then either to
 * the stack (a {@link TcpStream}) or to the kernel (a channel of the JDK, to which every call is
 * passed on). This part decides, connects and closes; {@link RingSocketChannel} moves the bytes.
 */
abstract class LateSocketChannel extends SidedSocketChannel {
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final RingroadSelectorProvider provider;
    private final Bypass bypass;
    private final @Nullable ProtocolFamily family;

    final IoLock readLock = new IoLock();
    final IoLock writeLock = new IoLock();

    private @Nullable RingSocketAdaptor adaptor;

    /** Ends waits for bytes and for the connection. */
    final Cancellation readEnded = () -> !isOpen() || inputClosed;

    /** Ends waits for room. */
    final Cancellation writeEnded = () -> !isOpen() || outputClosed;

    /** An undecided channel. */
    LateSocketChannel(
            RingroadSelectorProvider provider, Bypass bypass, @Nullable ProtocolFamily family) {
        super(provider, bypass);
        this.provider = provider;
        this.bypass = bypass;
        this.family = family;
    }

    /** A connection that the kernel has accepted. */
    LateSocketChannel(RingroadSelectorProvider provider, Bypass bypass, SocketChannel accepted) {
        this(provider, bypass, (ProtocolFamily) null);
        this.kernel = accepted;
    }

    /** A connection that the stack has accepted. */
    LateSocketChannel(RingroadSelectorProvider provider, Bypass bypass, TcpStream accepted) {
        this(provider, bypass, (ProtocolFamily) null);
        this.stream = accepted;
        this.localAddress = accepted.localAddress();
        this.remoteAddress = accepted.remoteAddress();
        this.connected = true;
    }

    /** The channel as its users see it. */
    private RingSocketChannel self() {
        return (RingSocketChannel) this;
    }

    // Decisions

    /**
     * The kernel's channel, made now if need be; called with the state lock held and no stream
     * chosen.
     */
    private SocketChannel chooseKernel() throws IOException {
        SocketChannel chosen = kernel;
        if (chosen != null) {
            return chosen;
        }
        chosen = openKernel();
        kernel = chosen;
        return chosen;
    }

    private SocketChannel openKernel() throws IOException {
        SocketChannel fresh =
                family == null
                        ? provider.kernel().openSocketChannel()
                        : provider.kernel().openSocketChannel(family);
        try {
            options.applyTo(fresh);
            fresh.configureBlocking(isBlocking());
        } catch (IOException | RuntimeException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    private void chooseStream(TcpStream chosen) throws IOException {
        options.applyTo(chosen);
        stream = chosen;
    }

    /**
     * Ours must not stay open when the kernel's channel has been closed under it by an interrupt or
     * an error.
     */
    final void followKernel(SocketChannel k) throws IOException {
        if (!k.isOpen() && isOpen()) {
            close();
        }
    }

    final void followKernel() throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            followKernel(k);
        }
    }

    @Override
    public SocketChannel bind(@Nullable SocketAddress local) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                ensureOpen();
                if (isConnectionPending()) {
                    throw new ConnectionPendingException();
                }
                if (getLocalAddress() != null) {
                    throw new AlreadyBoundException();
                }
                bindTo(local == null ? new InetSocketAddress(0) : checkFamily(local));
            }
            keys.sidesChanged();
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
        return this;
    }

    private void bindTo(InetSocketAddress local) throws IOException {
        if (bypass.owns(local.getAddress())) {
            TcpStream fresh = TcpStream.open(bypass);
            chooseStream(fresh);
            fresh.bind(local);
            localAddress = fresh.localAddress();
        } else {
            // Bound to all addresses it may still become the stack's; the kernel keeps the port for
            // it until then.
            SocketChannel k = chooseKernel();
            k.bind(
                    local.getAddress().isAnyLocalAddress() && family == null
                            ? new InetSocketAddress(local.getPort())
                            : local);
        }
    }

    private InetSocketAddress checkFamily(SocketAddress address) {
        InetSocketAddress internet = SocketErrors.checkAddress(address);
        if (family == StandardProtocolFamily.INET
                && !(internet.getAddress() instanceof Inet4Address)) {
            throw new UnsupportedAddressTypeException();
        }
        return internet;
    }

    // Connecting

    @Override
    public boolean connect(SocketAddress remote) throws IOException {
        return connect(checkFamily(remote), NO_DEADLINE, false);
    }

    /**
     * For the adaptor: connects a blocking channel within this time, {@link Long#MAX_VALUE} for no
     * limit.
     */
    void blockingConnect(SocketAddress remote, long timeoutNanos) throws IOException {
        InetSocketAddress checked = checkFamily(remote);
        connect(
                checked,
                timeoutNanos == NO_DEADLINE ? NO_DEADLINE : System.nanoTime() + timeoutNanos,
                true);
    }

    private boolean connect(InetSocketAddress remote, long deadline, boolean mustBlock)
            throws IOException {
        readLock.lock();
        writeLock.lock();
        boolean done = false;
        try {
            ensureOpen();
            if (mustBlock && !isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            if (isConnected()) {
                throw new AlreadyConnectedException();
            }
            if (isConnectionPending()) {
                throw new ConnectionPendingException();
            }
            boolean ours = decide(remote);
            keys.sidesChanged();
            done = ours ? connectStream(remote, deadline) : connectKernel(remote, deadline);
            return done;
        } catch (IOException e) {
            // A failed connect closes the channel; the JDK does it for every kind of failure.
            close();
            throw e;
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    /** True when the stack carries the connection. */
    private boolean decide(InetSocketAddress remote) throws IOException {
        InetAddress address = remote.getAddress();
        synchronized (stateLock) {
            ensureOpen();
            if (stream != null) {
                return true;
            }
            SocketChannel k = kernel;
            if (!bypass.routes(address)) {
                chooseKernel();
                return false;
            }
            if (k == null) {
                chooseStream(TcpStream.open(bypass));
                return true;
            }
            InetSocketAddress bound = (InetSocketAddress) k.getLocalAddress();
            if (bound == null || !bound.getAddress().isAnyLocalAddress()) {
                return false;
            }
            // The kernel's socket only kept the port.
            int port = bound.getPort();
            kernel = null;
            keys.forgetKernel();
            k.close();
            TcpStream fresh = TcpStream.open(bypass);
            chooseStream(fresh);
            fresh.bind(new InetSocketAddress(Inet4Address.ofLiteral("0.0.0.0"), port));
            return true;
        }
    }

    private boolean connectKernel(InetSocketAddress remote, long deadline) throws IOException {
        SocketChannel k = Objects.requireNonNull(kernel);
        try {
            if (deadline == NO_DEADLINE) {
                return k.connect(remote);
            }
            long millis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
            k.socket().connect(remote, (int) Math.min(millis, Integer.MAX_VALUE));
            return true;
        } finally {
            followKernel(k);
        }
    }

    private boolean connectStream(InetSocketAddress remote, long deadline) throws IOException {
        TcpStream s = Objects.requireNonNull(stream);
        boolean blocking = isBlocking();
        synchronized (stateLock) {
            ensureOpen();
            pending = true;
            remoteAddress = remote;
        }
        // A key may have been waiting for the connection before there was anything to wait for.
        keys.refreshInterest();
        s.startConnect(remote);
        localAddress = s.localAddress();
        return blocking ? waitConnected(s, deadline) : pollConnected(s);
    }

    private boolean pollConnected(TcpStream s) throws IOException {
        if (!s.pollConnected()) {
            return false;
        }
        becomeConnected(s);
        return true;
    }

    private boolean waitConnected(TcpStream s, long deadline) throws IOException {
        boolean done = false;
        try {
            begin();
            done = s.awaitConnected(deadline, readEnded);
            if (done) {
                becomeConnected(s);
            } else if (isOpen()) {
                throw new SocketTimeoutException("Connect timed out");
            }
        } finally {
            end(done);
        }
        return done;
    }

    private void becomeConnected(TcpStream s) {
        synchronized (stateLock) {
            localAddress = s.localAddress();
            connected = true;
            pending = false;
        }
        keys.refreshInterest();
    }

    @Override
    public boolean finishConnect() throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            SocketChannel k = kernel;
            if (k != null) {
                try {
                    return k.finishConnect();
                } finally {
                    followKernel(k);
                }
            }
            if (connected) {
                return true;
            }
            ensureOpen();
            TcpStream s = stream;
            if (s == null || !pending) {
                throw new NoConnectionPendingException();
            }
            return isBlocking() ? waitConnected(s, NO_DEADLINE) : pollConnected(s);
        } catch (IOException e) {
            close();
            throw e;
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    @Override
    public Socket socket() {
        synchronized (stateLock) {
            RingSocketAdaptor made = adaptor;
            if (made == null) {
                made = newAdaptor();
                adaptor = made;
            }
            return made;
        }
    }

    private RingSocketAdaptor newAdaptor() {
        try {
            return new RingSocketAdaptor(self());
        } catch (SocketException e) {
            throw new IllegalStateException(e);
        }
    }

    // Closing

    @Override
    public SocketChannel shutdownInput() throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            ensureOpen();
            k.shutdownInput();
            inputClosed = true;
            return this;
        }
        TcpStream s = connectedStream();
        if (!inputClosed) {
            inputClosed = true;
            s.shutdownInput();
        }
        return this;
    }

    @Override
    public SocketChannel shutdownOutput() throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            ensureOpen();
            k.shutdownOutput();
            outputClosed = true;
            return this;
        }
        TcpStream s = connectedStream();
        if (!outputClosed) {
            outputClosed = true;
            s.shutdownOutput();
        }
        return this;
    }

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        readLock.lock();
        writeLock.lock();
        try {
            synchronized (stateLock) {
                SocketChannel k = kernel;
                if (k != null) {
                    if (block) {
                        keys.cancelStale();
                    }
                    k.configureBlocking(block);
                }
            }
        } finally {
            writeLock.unlock();
            readLock.unlock();
        }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        SocketChannel k;
        TcpStream s;
        synchronized (stateLock) {
            k = kernel;
            s = stream;
        }
        if (k != null) {
            k.close();
        }
        if (s != null) {
            s.close(isBlocking());
        }
    }
}
