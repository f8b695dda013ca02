package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.TcpOptions;
import dev.ringroad.sockets.bypass.TcpStream;
import dev.ringroad.stack.endpoint.Endpoint;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Objects;
import java.util.Set;

/**
 * A TCP channel's two possible sides, and what it tells of them: state, addresses, options,
 * readiness. At most one side exists; {@link LateSocketChannel} decides which.
 */
abstract class SidedSocketChannel extends SocketChannel implements MixedChannel {
    /** Set once, by the decision. */
    volatile @Nullable SocketChannel kernel;

    volatile @Nullable TcpStream stream;
    volatile boolean connected;
    volatile boolean pending;
    volatile boolean inputClosed;
    volatile boolean outputClosed;
    volatile @Nullable InetSocketAddress localAddress;
    volatile @Nullable InetSocketAddress remoteAddress;

    /** Guards decisions and closing. Never held while waiting. */
    final Object stateLock = new Object();

    final ChannelKeys keys = new ChannelKeys();
    final TcpOptions options;

    SidedSocketChannel(RingroadSelectorProvider provider, Bypass bypass) {
        super(provider);
        this.options = TcpOptions.forClient(bypass);
    }

    final void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    /** The established stream, or the reason why there is none. */
    final TcpStream connectedStream() throws ClosedChannelException {
        ensureOpen();
        TcpStream s = stream;
        if (s == null || !connected) {
            throw new NotYetConnectedException();
        }
        return s;
    }

    @Override
    public boolean isConnected() {
        SocketChannel k = kernel;
        return k != null ? k.isConnected() : connected;
    }

    @Override
    public boolean isConnectionPending() {
        SocketChannel k = kernel;
        return k != null ? k.isConnectionPending() : pending;
    }

    // Addresses and options

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return localAddressNow();
    }

    final @Nullable InetSocketAddress localAddressNow() {
        SocketChannel k = kernel;
        if (k == null) {
            return localAddress;
        }
        try {
            return (InetSocketAddress) k.getLocalAddress();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remoteAddressNow();
    }

    final @Nullable InetSocketAddress remoteAddressNow() {
        SocketChannel k = kernel;
        if (k == null) {
            return remoteAddress;
        }
        try {
            return (InetSocketAddress) k.getRemoteAddress();
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        SocketChannel k = kernel;
        return k != null ? k.supportedOptions() : options.supported();
    }

    @Override
    public <T> SocketChannel setOption(SocketOption<T> name, @Nullable T value) throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            ensureOpen();
            k.setOption(name, value);
            return this;
        }
        options.check(name, value);
        synchronized (stateLock) {
            ensureOpen();
            options.remember(name, Objects.requireNonNull(value));
            TcpStream s = stream;
            if (s != null) {
                s.set(name, value);
            }
        }
        return this;
    }

    @Override
    @SuppressWarnings("unchecked") // an option's value always has the option's type
    public <T> T getOption(SocketOption<T> name) throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            ensureOpen();
            return k.getOption(name);
        }
        options.known(name);
        ensureOpen();
        TcpStream s = stream;
        return (T) (s != null ? s.option(name, options) : options.valueOf(name));
    }

    // Selection

    @Override
    public @Nullable SelectableChannel kernelSide() {
        return kernel;
    }

    @Override
    public @Nullable Endpoint stackSide() {
        TcpStream s = stream;
        return s == null ? null : s.endpoint();
    }

    @Override
    public ChannelKeys registeredKeys() {
        return keys;
    }

    @Override
    public int bitsOf(int ops) {
        int bits = 0;
        if (connected) {
            bits |= (ops & SelectionKey.OP_READ) != 0 ? Endpoint.READ : 0;
            bits |= (ops & SelectionKey.OP_WRITE) != 0 ? Endpoint.WRITE : 0;
        } else if (pending) {
            bits |= (ops & SelectionKey.OP_CONNECT) != 0 ? Endpoint.CONNECT : 0;
        }
        return bits;
    }

    @Override
    public int opsOf(int bits) {
        int ops = 0;
        if (connected) {
            ops |= (bits & Endpoint.READ) != 0 ? SelectionKey.OP_READ : 0;
            ops |= (bits & Endpoint.WRITE) != 0 ? SelectionKey.OP_WRITE : 0;
        } else if (pending) {
            ops |= (bits & Endpoint.CONNECT) != 0 ? SelectionKey.OP_CONNECT : 0;
        }
        return ops;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(SocketChannel.class.getName()).append('[');
        if (!isOpen()) {
            return text.append("closed]").toString();
        }
        text.append(
                isConnected()
                        ? "connected"
                        : isConnectionPending() ? "connection-pending" : "unconnected");
        if (inputClosed) {
            text.append(" ishut");
        }
        if (outputClosed) {
            text.append(" oshut");
        }
        if (localAddressNow() != null) {
            text.append(" local=").append(localAddressNow());
        }
        if (remoteAddressNow() != null) {
            text.append(" remote=").append(remoteAddressNow());
        }
        return text.append(']').toString();
    }
}
