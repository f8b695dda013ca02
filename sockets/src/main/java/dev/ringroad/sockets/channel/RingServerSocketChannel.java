package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.IoLock;
import dev.ringroad.sockets.bypass.SocketErrors;
import dev.ringroad.sockets.bypass.TcpAcceptor;
import dev.ringroad.sockets.bypass.TcpOptions;
import dev.ringroad.sockets.bypass.TcpStream;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.socket.Cancellation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import java.util.Set;

/**
 * A listening TCP channel: in the stack when it is bound to one of the stack's addresses, in the
 * kernel when it is bound to one of the kernel's, in both with the same port when it is bound to
 * all addresses.
 */
final class RingServerSocketChannel extends ServerSocketChannel implements MixedChannel {
    private static final long NO_DEADLINE = Long.MAX_VALUE;
    private static final int EPHEMERAL_ATTEMPTS = 32;
    private static final int DEFAULT_BACKLOG = 50;

    private final RingroadSelectorProvider provider;
    private final Bypass bypass;
    private final @Nullable ProtocolFamily family;
    private final ChannelKeys keys = new ChannelKeys();
    private final TcpOptions options;
    private final IoLock acceptLock = new IoLock();
    private final Object stateLock = new Object();
    private final Cancellation ended = () -> !isOpen();

    private volatile @Nullable ServerSocketChannel kernel;
    private volatile @Nullable TcpAcceptor acceptor;
    private volatile @Nullable MixedSelector bothWorlds;
    private @Nullable RingServerSocketAdaptor adaptor;

    RingServerSocketChannel(
            RingroadSelectorProvider provider, Bypass bypass, @Nullable ProtocolFamily family) {
        super(provider);
        this.provider = provider;
        this.bypass = bypass;
        this.family = family;
        this.options = TcpOptions.forServer(bypass);
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    // Binding

    @Override
    public ServerSocketChannel bind(@Nullable SocketAddress local, int backlog) throws IOException {
        InetSocketAddress address =
                local == null ? new InetSocketAddress(0) : SocketErrors.checkAddress(local);
        if (local != null
                && family == StandardProtocolFamily.INET
                && !(address.getAddress() instanceof Inet4Address)) {
            throw new UnsupportedAddressTypeException();
        }
        synchronized (stateLock) {
            ensureOpen();
            if (kernel != null || acceptor != null) {
                throw new AlreadyBoundException();
            }
            int length = backlog < 1 ? DEFAULT_BACKLOG : backlog;
            if (bypass.owns(address.getAddress())) {
                acceptor = listenInStack(address, address.getPort(), length);
            } else if (bypass.isActive() && address.getAddress().isAnyLocalAddress()) {
                bindBoth(local == null ? null : address, length);
            } else {
                kernel = openKernel(local == null ? null : address, length, isBlocking());
            }
        }
        keys.sidesChanged();
        return this;
    }

    private TcpAcceptor listenInStack(InetSocketAddress address, int port, int backlog)
            throws IOException {
        boolean reuse = (Boolean) options.valueOf(StandardSocketOptions.SO_REUSEADDR);
        TcpAcceptor bound = TcpAcceptor.bind(bypass, address.getAddress(), port, reuse);
        bound.listen(backlog);
        return bound;
    }

    private ServerSocketChannel openKernel(
            @Nullable InetSocketAddress address, int backlog, boolean blocking) throws IOException {
        ServerSocketChannel fresh =
                family == null
                        ? provider.kernel().openServerSocketChannel()
                        : provider.kernel().openServerSocketChannel(family);
        try {
            options.applyTo(fresh);
            fresh.configureBlocking(blocking);
            fresh.bind(address, backlog);
        } catch (IOException | RuntimeException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    /**
     * The kernel chooses the port, and when ours is taken in the stack it has to choose another.
     */
    private void bindBoth(@Nullable InetSocketAddress address, int backlog) throws IOException {
        InetSocketAddress wildcard = address == null ? new InetSocketAddress(0) : address;
        for (int attempt = 1; ; attempt++) {
            ServerSocketChannel k = openKernel(address, backlog, false);
            try {
                int port = ((InetSocketAddress) k.getLocalAddress()).getPort();
                acceptor = listenInStack(wildcard, port, backlog);
                kernel = k;
                return;
            } catch (BindException e) {
                k.close();
                if (wildcard.getPort() != 0 || attempt == EPHEMERAL_ATTEMPTS) {
                    throw e;
                }
            } catch (IOException | RuntimeException e) {
                k.close();
                throw e;
            }
        }
    }

    // Accepting

    @Override
    public @Nullable SocketChannel accept() throws IOException {
        return accept(NO_DEADLINE, isBlocking());
    }

    /** For the adaptor: waits at most this long. */
    SocketChannel blockingAccept(long timeoutNanos) throws IOException {
        if (!isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        SocketChannel accepted = accept(System.nanoTime() + timeoutNanos, true);
        if (accepted == null) {
            throw new SocketTimeoutException("Accept timed out");
        }
        return accepted;
    }

    private @Nullable SocketChannel accept(long deadline, boolean blocking) throws IOException {
        acceptLock.lock();
        try {
            ensureOpen();
            ServerSocketChannel k = kernel;
            TcpAcceptor a = acceptor;
            if (a == null) {
                if (k == null) {
                    throw new NotYetBoundException();
                }
                return acceptFromKernel(k, deadline, blocking);
            }
            if (!blocking || !Thread.currentThread().isInterrupted()) {
                SocketChannel ready = acceptNow(k, a, !blocking);
                if (ready != null || !blocking) {
                    return ready;
                }
            }
            return k == null ? waitInStack(a, deadline) : waitInBoth(k, a, deadline);
        } finally {
            acceptLock.unlock();
        }
    }

    private @Nullable SocketChannel acceptNow(
            @Nullable ServerSocketChannel k, TcpAcceptor a, boolean poll) throws IOException {
        TcpStream accepted = a.accept(poll);
        if (accepted != null) {
            return wrap(accepted);
        }
        SocketChannel fromKernel = k == null ? null : k.accept();
        return fromKernel == null ? null : wrap(fromKernel);
    }

    private RingSocketChannel wrap(TcpStream accepted) throws IOException {
        options.applyTo(accepted);
        return new RingSocketChannel(provider, bypass, accepted);
    }

    private RingSocketChannel wrap(SocketChannel accepted) {
        return new RingSocketChannel(provider, bypass, accepted);
    }

    private @Nullable SocketChannel acceptFromKernel(
            ServerSocketChannel k, long deadline, boolean blocking) throws IOException {
        try {
            SocketChannel accepted;
            if (blocking && deadline != NO_DEADLINE) {
                long millis = Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
                k.socket().setSoTimeout((int) Math.min(millis, Integer.MAX_VALUE));
                accepted = Objects.requireNonNull(k.socket().accept().getChannel());
            } else {
                accepted = k.accept();
            }
            return accepted == null ? null : wrap(accepted);
        } finally {
            if (!k.isOpen() && isOpen()) {
                close();
            }
        }
    }

    private @Nullable SocketChannel waitInStack(TcpAcceptor a, long deadline) throws IOException {
        TcpStream accepted = null;
        try {
            begin();
            accepted = a.awaitAndAccept(deadline, ended);
        } finally {
            end(accepted != null);
        }
        return accepted == null ? null : wrap(accepted);
    }

    /**
     * Waits in a selector of its own, which is what can wait for the kernel and the stack together.
     */
    private @Nullable SocketChannel waitInBoth(ServerSocketChannel k, TcpAcceptor a, long deadline)
            throws IOException {
        SocketChannel accepted = null;
        try {
            begin();
            MixedSelector selector = selectorForBoth();
            while (isOpen()) {
                accepted = acceptNow(k, a, false);
                if (accepted != null
                        || (deadline != NO_DEADLINE && deadline - System.nanoTime() <= 0)) {
                    return accepted;
                }
                selector.selectUntil(deadline);
                // The selector's own begin() has replaced ours.
                begin();
            }
            return null;
        } catch (ClosedChannelException e) {
            throw isOpen() ? e : new AsynchronousCloseException();
        } finally {
            end(accepted != null);
        }
    }

    private MixedSelector selectorForBoth() throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            MixedSelector made = bothWorlds;
            if (made == null) {
                made = new MixedSelector(provider, bypass, provider.kernel().openSelector());
                made.watch(this, SelectionKey.OP_ACCEPT);
                bothWorlds = made;
            }
            return made;
        }
    }

    // Addresses, options, adaptor

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddressNow();
    }

    @Nullable InetSocketAddress localAddressNow() {
        ServerSocketChannel k = kernel;
        if (k != null) {
            try {
                return (InetSocketAddress) k.getLocalAddress();
            } catch (IOException e) {
                return null;
            }
        }
        TcpAcceptor a = acceptor;
        return a == null ? null : a.localAddress();
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        ServerSocketChannel k = kernel;
        return k != null ? k.supportedOptions() : options.supported();
    }

    @Override
    public <T> ServerSocketChannel setOption(SocketOption<T> name, @Nullable T value)
            throws IOException {
        ServerSocketChannel k = kernel;
        if (k != null) {
            ensureOpen();
            k.setOption(name, value);
            if (acceptor == null) {
                return this;
            }
        }
        options.check(name, value);
        ensureOpen();
        options.remember(name, Objects.requireNonNull(value));
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // an option's value always has the option's type
    public <T> T getOption(SocketOption<T> name) throws IOException {
        ServerSocketChannel k = kernel;
        if (k != null) {
            ensureOpen();
            return k.getOption(name);
        }
        options.known(name);
        ensureOpen();
        return (T) options.valueOf(name);
    }

    @Override
    public ServerSocket socket() {
        synchronized (stateLock) {
            RingServerSocketAdaptor made = adaptor;
            if (made == null) {
                made = new RingServerSocketAdaptor(this);
                adaptor = made;
            }
            return made;
        }
    }

    // Closing and selection

    @Override
    protected void implConfigureBlocking(boolean block) throws IOException {
        acceptLock.lock();
        try {
            ServerSocketChannel k = kernel;
            if (k != null && acceptor == null) {
                if (block) {
                    keys.cancelStale();
                }
                k.configureBlocking(block);
            }
        } finally {
            acceptLock.unlock();
        }
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        ServerSocketChannel k;
        TcpAcceptor a;
        MixedSelector own;
        synchronized (stateLock) {
            k = kernel;
            a = acceptor;
            own = bothWorlds;
        }
        try {
            if (k != null) {
                k.close();
            }
        } finally {
            if (a != null) {
                a.close();
            }
            if (own != null) {
                own.close();
            }
        }
    }

    @Override
    public @Nullable SelectableChannel kernelSide() {
        return kernel;
    }

    @Override
    public @Nullable Endpoint stackSide() {
        TcpAcceptor a = acceptor;
        return a == null ? null : a.endpoint();
    }

    @Override
    public ChannelKeys registeredKeys() {
        return keys;
    }

    @Override
    public int bitsOf(int ops) {
        return (ops & SelectionKey.OP_ACCEPT) != 0 ? Endpoint.ACCEPT : 0;
    }

    @Override
    public int opsOf(int bits) {
        return (bits & Endpoint.ACCEPT) != 0 ? SelectionKey.OP_ACCEPT : 0;
    }

    @Override
    public String toString() {
        InetSocketAddress local = localAddressNow();
        String state = !isOpen() ? "closed" : local == null ? "unbound" : local.toString();
        return ServerSocketChannel.class.getName() + "[" + state + "]";
    }
}
