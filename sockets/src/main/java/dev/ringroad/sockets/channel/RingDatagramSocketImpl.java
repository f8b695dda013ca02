package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.NumberedOptions;
import dev.ringroad.sockets.bypass.SocketErrors;
import dev.ringroad.sockets.kernel.DatagramPackets;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocketImpl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.MembershipKey;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What is behind a {@link java.net.DatagramSocket}: a datagram channel that no interrupt closes
 * under a platform thread.
 */
public final class RingDatagramSocketImpl extends DatagramSocketImpl {
    private final RingroadSelectorProvider provider;
    private final List<MembershipKey> memberships = new ArrayList<>();
    private volatile @Nullable RingDatagramChannel channel;
    private volatile int timeoutMillis;

    /**
     * For {@link java.net.DatagramSocket#setDatagramSocketImplFactory}, once our provider is the
     * JVM's.
     */
    public RingDatagramSocketImpl() {
        this((RingroadSelectorProvider) SelectorProvider.provider());
    }

    /** For programs that hold several stacks. */
    public RingDatagramSocketImpl(RingroadSelectorProvider provider) {
        this.provider = provider;
    }

    RingDatagramSocketImpl(RingroadSelectorProvider provider, RingDatagramChannel channel) {
        this(provider);
        this.channel = channel;
    }

    private RingDatagramChannel open() throws SocketException {
        RingDatagramChannel made = channel;
        if (made == null || !made.isOpen()) {
            throw new SocketException("Socket closed");
        }
        return made;
    }

    private static SocketException socketException(IOException e) {
        return SocketErrors.forSocket(
                e instanceof ClosedChannelException ? new SocketException("Socket closed") : e);
    }

    @Override
    protected void create() throws SocketException {
        if (channel == null) {
            try {
                channel = new RingDatagramChannel(provider, provider.bypass(), null);
            } catch (IOException e) {
                throw socketException(e);
            }
        }
    }

    @Override
    protected void bind(int port, InetAddress address) throws SocketException {
        RingDatagramChannel c = open();
        try {
            c.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw socketException(e);
        }
    }

    @Override
    protected int getLocalPort() {
        RingDatagramChannel c = channel;
        InetSocketAddress local = c == null ? null : c.localAddressNow();
        return local == null ? 0 : local.getPort();
    }

    @Override
    protected void connect(InetAddress address, int port) throws SocketException {
        RingDatagramChannel c = open();
        try {
            c.connect(new InetSocketAddress(address, port), false);
        } catch (IOException e) {
            throw socketException(e);
        }
    }

    @Override
    protected void disconnect() {
        RingDatagramChannel c = channel;
        if (c != null) {
            try {
                c.disconnect();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    protected void send(DatagramPacket packet) throws IOException {
        try {
            open().sendUninterruptibly(
                            packet.getData(),
                            packet.getOffset(),
                            packet.getLength(),
                            packet.getAddress(),
                            packet.getPort());
        } catch (ClosedChannelException e) {
            throw new SocketException("Socket closed", e);
        }
    }

    @Override
    protected void receive(DatagramPacket packet) throws IOException {
        RingDatagramChannel c = open();
        int millis = timeoutMillis;
        long deadline =
                millis == 0
                        ? RingDatagramChannel.NO_DEADLINE
                        : System.nanoTime() + millis * 1_000_000L;
        int bytes;
        try {
            bytes =
                    c.receiveUninterruptibly(
                            packet.getData(),
                            packet.getOffset(),
                            DatagramPackets.room(packet),
                            deadline);
        } catch (ClosedChannelException e) {
            throw new SocketException("Socket closed", e);
        }
        InetSocketAddress sender = c.sender();
        if (bytes < 0 || sender == null) {
            throw nothingReceived(c);
        }
        packet.setAddress(sender.getAddress());
        packet.setPort(sender.getPort());
        DatagramPackets.received(packet, bytes);
    }

    private static IOException nothingReceived(RingDatagramChannel c) throws IOException {
        if (!c.isOpen()) {
            return new SocketException("Socket closed");
        }
        Thread current = Thread.currentThread();
        if (current.isVirtual() && current.isInterrupted()) {
            c.close();
            return new SocketException("Closed by interrupt");
        }
        return new SocketTimeoutException("Receive timed out");
    }

    @Override
    protected int peek(InetAddress address) throws IOException {
        throw new IOException("Peeking is not supported");
    }

    @Override
    protected int peekData(DatagramPacket packet) throws IOException {
        throw new IOException("Peeking is not supported");
    }

    @Override
    protected void close() {
        RingDatagramChannel c = channel;
        if (c != null) {
            try {
                c.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    // Multicast

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    protected void setTTL(byte ttl) throws IOException {
        setTimeToLive(ttl & 0xff);
    }

    @Override
    @Deprecated(forRemoval = true)
    @SuppressWarnings("removal")
    protected byte getTTL() throws IOException {
        return (byte) getTimeToLive();
    }

    @Override
    protected void setTimeToLive(int ttl) throws IOException {
        open().setOption(StandardSocketOptions.IP_MULTICAST_TTL, ttl);
    }

    @Override
    protected int getTimeToLive() throws IOException {
        return open().getOption(StandardSocketOptions.IP_MULTICAST_TTL);
    }

    @Override
    protected void join(InetAddress group) throws IOException {
        joinGroup(new InetSocketAddress(group, 0), null);
    }

    @Override
    protected void leave(InetAddress group) throws IOException {
        leaveGroup(new InetSocketAddress(group, 0), null);
    }

    @Override
    protected synchronized void joinGroup(SocketAddress group, @Nullable NetworkInterface on)
            throws IOException {
        InetAddress address = SocketErrors.checkAddress(group).getAddress();
        NetworkInterface network = networkOr(on, address);
        if (find(address, network) != null) {
            throw new SocketException("Already a member of group");
        }
        memberships.add(open().join(address, network));
    }

    @Override
    protected synchronized void leaveGroup(SocketAddress group, @Nullable NetworkInterface on)
            throws IOException {
        InetAddress address = SocketErrors.checkAddress(group).getAddress();
        MembershipKey key = find(address, networkOr(on, address));
        if (key == null) {
            throw new SocketException("Not a member of group");
        }
        key.drop();
        memberships.remove(key);
    }

    private @Nullable MembershipKey find(InetAddress group, NetworkInterface on) {
        for (MembershipKey key : memberships) {
            if (key.group().equals(group) && key.networkInterface().equals(on)) {
                return key;
            }
        }
        return null;
    }

    /** The interface asked for, the one set as an option, or the first that can multicast. */
    private NetworkInterface networkOr(@Nullable NetworkInterface on, InetAddress group)
            throws IOException {
        if (on != null) {
            return on;
        }
        NetworkInterface set = open().getOption(StandardSocketOptions.IP_MULTICAST_IF);
        if (set != null) {
            return set;
        }
        for (NetworkInterface candidate :
                (Iterable<NetworkInterface>) NetworkInterface.networkInterfaces()::iterator) {
            if (candidate.isUp()
                    && candidate.supportsMulticast()
                    && candidate.inetAddresses().anyMatch(a -> a.getClass() == group.getClass())) {
                return candidate;
            }
        }
        throw new SocketException("No network interface for multicast found");
    }

    // Options

    @Override
    protected <T> void setOption(SocketOption<T> name, @Nullable T value) throws IOException {
        open().setOption(name, value);
    }

    @Override
    protected <T> T getOption(SocketOption<T> name) throws IOException {
        return open().getOption(name);
    }

    @Override
    protected Set<SocketOption<?>> supportedOptions() {
        RingDatagramChannel c = channel;
        return c == null ? Set.of() : c.supportedOptions();
    }

    @Override
    public void setOption(int number, Object value) throws SocketException {
        RingDatagramChannel c = open();
        try {
            switch (number) {
                case SO_TIMEOUT -> timeoutMillis = (Integer) value;
                // The numbered option says whether loopback is off, the named one whether it is on.
                case IP_MULTICAST_LOOP ->
                        c.setOption(StandardSocketOptions.IP_MULTICAST_LOOP, !(Boolean) value);
                case IP_MULTICAST_IF ->
                        c.setOption(
                                StandardSocketOptions.IP_MULTICAST_IF,
                                NetworkInterface.getByInetAddress((InetAddress) value));
                default -> set(c, NumberedOptions.named(number), value);
            }
        } catch (IOException e) {
            throw socketException(e);
        }
    }

    @SuppressWarnings("unchecked") // the channel checks the value against the option's type
    private static void set(RingDatagramChannel c, SocketOption<?> name, Object value)
            throws IOException {
        c.setOption((SocketOption<Object>) name, value);
    }

    @Override
    public Object getOption(int number) throws SocketException {
        RingDatagramChannel c = open();
        try {
            return switch (number) {
                case SO_TIMEOUT -> timeoutMillis;
                case SO_BINDADDR -> boundAddress(c);
                case IP_MULTICAST_LOOP -> !c.getOption(StandardSocketOptions.IP_MULTICAST_LOOP);
                case IP_MULTICAST_IF -> multicastAddress(c);
                default -> c.getOption(NumberedOptions.named(number));
            };
        } catch (IOException e) {
            throw socketException(e);
        }
    }

    private static InetAddress boundAddress(RingDatagramChannel c) {
        InetSocketAddress local = c.localAddressNow();
        return (local == null ? new InetSocketAddress(0) : local).getAddress();
    }

    private static InetAddress multicastAddress(RingDatagramChannel c) throws IOException {
        NetworkInterface set = c.getOption(StandardSocketOptions.IP_MULTICAST_IF);
        return set == null
                ? new InetSocketAddress(0).getAddress()
                : set.inetAddresses()
                        .findFirst()
                        .orElseGet(() -> new InetSocketAddress(0).getAddress());
    }
}
