package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.SocketErrors;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.util.Set;

/**
 * What {@code channel.socket()} gives. The superclass keeps a state of its own for legacy
 * implementations, so whatever depends on binding and connecting asks the channel instead.
 */
final class RingDatagramAdaptor extends DatagramSocket {
    private final RingDatagramChannel channel;
    private final RingDatagramSocketImpl socket;

    RingDatagramAdaptor(RingDatagramChannel channel, RingroadSelectorProvider provider) {
        this(channel, new RingDatagramSocketImpl(provider, channel));
    }

    private RingDatagramAdaptor(RingDatagramChannel channel, RingDatagramSocketImpl socket) {
        super(socket);
        this.channel = channel;
        this.socket = socket;
    }

    @Override
    public void bind(@Nullable SocketAddress local) throws SocketException {
        try {
            channel.bind(local == null ? new InetSocketAddress(0) : local);
        } catch (IOException | RuntimeException e) {
            throw SocketErrors.forSocket(e);
        }
    }

    @Override
    public void connect(InetAddress address, int port) {
        try {
            connect(new InetSocketAddress(address, port));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void connect(SocketAddress address) throws SocketException {
        try {
            channel.connect(address, false);
        } catch (IOException | RuntimeException e) {
            throw SocketErrors.forSocket(e);
        }
    }

    @Override
    public void disconnect() {
        try {
            channel.disconnect();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean isBound() {
        return channel.localAddressNow() != null;
    }

    @Override
    public boolean isConnected() {
        return channel.isConnected();
    }

    @Override
    public @Nullable InetAddress getInetAddress() {
        InetSocketAddress remote = channel.remoteAddressNow();
        return remote == null ? null : remote.getAddress();
    }

    @Override
    public int getPort() {
        InetSocketAddress remote = channel.remoteAddressNow();
        return remote == null ? -1 : remote.getPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return channel.remoteAddressNow();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return channel.localAddressNow();
    }

    @Override
    public @Nullable InetAddress getLocalAddress() {
        if (isClosed()) {
            return null;
        }
        InetSocketAddress local = channel.localAddressNow();
        return (local == null ? new InetSocketAddress(0) : local).getAddress();
    }

    @Override
    public int getLocalPort() {
        if (isClosed()) {
            return -1;
        }
        InetSocketAddress local = channel.localAddressNow();
        return local == null ? 0 : local.getPort();
    }

    @Override
    public void send(DatagramPacket packet) throws IOException {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        synchronized (packet) {
            InetSocketAddress connected = channel.remoteAddressNow();
            if (connected != null) {
                if (packet.getAddress() == null) {
                    packet.setSocketAddress(connected);
                } else if (!connected.equals(
                        new InetSocketAddress(packet.getAddress(), packet.getPort()))) {
                    throw new IllegalArgumentException(
                            "connected address and packet address differ");
                }
            } else if (packet.getAddress() == null) {
                throw new IllegalArgumentException("Address not set");
            }
            socket.send(packet);
        }
    }

    @Override
    public void receive(DatagramPacket packet) throws IOException {
        if (!channel.isBlocking()) {
            throw new IllegalBlockingModeException();
        }
        synchronized (packet) {
            socket.receive(packet);
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    @Override
    public boolean isClosed() {
        return !channel.isOpen();
    }

    @Override
    public DatagramChannel getChannel() {
        return channel;
    }

    @Override
    public <T> DatagramSocket setOption(SocketOption<T> name, @Nullable T value)
            throws IOException {
        channel.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return channel.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return channel.supportedOptions();
    }
}
