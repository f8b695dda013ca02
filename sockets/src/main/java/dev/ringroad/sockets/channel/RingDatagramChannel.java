package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.IoLock;
import dev.ringroad.sockets.bypass.SocketErrors;
import dev.ringroad.sockets.bypass.UdpPort;
import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.socket.Cancellation;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Objects;
import java.util.Set;

/**
 * A UDP channel with a half in the kernel and a half in the stack. Bound to one address or
 * connected, one half is in use; bound to all addresses, both have the same port, sending goes by
 * destination and receiving takes from either. {@link DatagramHalves} holds the two; this class
 * adds what channels promise: locks, interrupts, selection.
 *
 * <p>Multicast groups are joined in the kernel.
 */
final class RingDatagramChannel extends DatagramChannel implements MixedChannel {
    static final long NO_DEADLINE = Long.MAX_VALUE;

    private final RingroadSelectorProvider provider;
    private final Bypass bypass;
    private final @Nullable ProtocolFamily family;
    private final ChannelKeys keys = new ChannelKeys();
    private final DatagramHalves halves;
    private final IoLock readLock = new IoLock();
    private final IoLock writeLock = new IoLock();
    private final Object stateLock = new Object();
    private final Cancellation ended = () -> !isOpen();

    private volatile @Nullable InetSocketAddress remote;
    private volatile @Nullable MixedSelector bothWorlds;
    private @Nullable RingDatagramAdaptor adaptor;

    RingDatagramChannel(
            RingroadSelectorProvider provider, Bypass bypass, @Nullable ProtocolFamily family)
            throws IOException {
        super(provider);
        this.provider = provider;
        this.bypass = bypass;
        this.family = family;
        this.halves = new DatagramHalves(provider.kernel(), bypass, family, keys);
    }

    private void ensureOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private InetSocketAddress check(SocketAddress address) {
        InetSocketAddress internet = SocketErrors.checkAddress(address);
        if (family == StandardProtocolFamily.INET
                && !(internet.getAddress() instanceof Inet4Address)) {
            throw new UnsupportedAddressTypeException();
        }
        return internet;
    }

    // Binding and connecting

    @Override
    public DatagramChannel bind(@Nullable SocketAddress local) throws IOException {
        InetSocketAddress address =
                local == null ? new InetSocketAddress(0) : SocketErrors.checkAddress(local);
        if (local != null) {
            check(local);
        }
        synchronized (stateLock) {
            ensureOpen();
            if (halves.isBound()) {
                throw new AlreadyBoundException();
            }
            halves.bind(address);
        }
        return this;
    }

    private void ensureBound() throws IOException {
        if (!halves.isBound()) {
            synchronized (stateLock) {
                ensureOpen();
                halves.ensureBound();
            }
        }
    }

    @Override
    public DatagramChannel connect(SocketAddress address) throws IOException {
        return connect(address, true);
    }

    /** A socket, unlike a channel, may be connected again while it is connected. */
    DatagramChannel connect(SocketAddress address, boolean onlyOnce) throws IOException {
        InetSocketAddress checked = check(address);
        synchronized (stateLock) {
            ensureOpen();
            if (remote != null) {
                if (onlyOnce) {
                    throw new AlreadyConnectedException();
                }
                halves.disconnect();
                remote = null;
            }
            InetAddress host = checked.getAddress();
            InetSocketAddress target =
                    host.isAnyLocalAddress()
                            ? new InetSocketAddress(
                                    InetAddress.getLoopbackAddress(), checked.getPort())
                            : checked;
            halves.connect(target);
            remote = target;
        }
        return this;
    }

    @Override
    public DatagramChannel disconnect() throws IOException {
        synchronized (stateLock) {
            if (isOpen() && remote != null) {
                halves.disconnect();
                remote = null;
            }
        }
        return this;
    }

    @Override
    public boolean isConnected() {
        return remote != null;
    }

    // Receiving

    @Override
    public @Nullable SocketAddress receive(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        readLock.lock();
        try {
            ensureOpen();
            ensureBound();
            return receiveOrWait(target) < 0 ? null : halves.sender();
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        readLock.lock();
        try {
            ensureOpen();
            if (remote == null) {
                throw new NotYetConnectedException();
            }
            return Math.max(0, receiveOrWait(target));
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        long room = 0;
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
            room += targets[i].remaining();
        }
        ByteBuffer whole = ByteBuffer.allocate((int) Math.min(room, 65535));
        int bytes = read(whole);
        whole.flip();
        for (int i = offset; i < offset + length && whole.hasRemaining(); i++) {
            int part = Math.min(whole.remaining(), targets[i].remaining());
            targets[i].put(whole.slice(whole.position(), part));
            whole.position(whole.position() + part);
        }
        return bytes;
    }

    private int receiveOrWait(ByteBuffer target) throws IOException {
        boolean blocking = isBlocking();
        if (!blocking || !Thread.currentThread().isInterrupted()) {
            int bytes = halves.receive(target, !blocking);
            if (bytes >= 0 || !blocking) {
                return bytes;
            }
        }
        int bytes = DatagramHalves.NOTHING;
        try {
            begin();
            while (bytes < 0 && isOpen()) {
                await(NO_DEADLINE);
                // A selector's own begin() has replaced ours.
                begin();
                bytes = isOpen() ? halves.receive(target, false) : bytes;
            }
        } finally {
            end(bytes >= 0);
        }
        return bytes;
    }

    /** Waits until one of the halves that are heard may have something. */
    private void await(long deadline) throws IOException {
        UdpPort port = halves.portHeard();
        if (halves.kernelHeard() == null && port != null) {
            port.awaitReadable(deadline, ended);
            return;
        }
        MixedSelector selector;
        synchronized (stateLock) {
            ensureOpen();
            selector = bothWorlds;
            if (selector == null) {
                selector = new MixedSelector(provider, bypass, provider.kernel().openSelector());
                selector.watch(this, SelectionKey.OP_READ);
                bothWorlds = selector;
            }
        }
        selector.selectUntil(deadline);
    }

    /**
     * For sockets, whose waits no interrupt ends on a platform thread.
     *
     * @return the bytes received; {@link DatagramHalves#NOTHING} at the deadline, or when a virtual
     *     thread was interrupted, or when the channel was closed
     */
    int receiveUninterruptibly(byte[] target, int offset, int length, long deadline)
            throws IOException {
        readLock.lock();
        boolean interrupted = false;
        try {
            ensureOpen();
            ensureBound();
            while (true) {
                int bytes = halves.receive(target, offset, length, false);
                if (bytes >= 0
                        || (deadline != NO_DEADLINE && deadline - System.nanoTime() <= 0)
                        || !isOpen()) {
                    return bytes;
                }
                if (Thread.currentThread().isInterrupted()) {
                    if (Thread.currentThread().isVirtual()) {
                        return bytes;
                    }
                    interrupted |= Thread.interrupted();
                }
                await(deadline);
            }
        } finally {
            readLock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Who sent what was received last; for the thread that has received it. */
    @Nullable InetSocketAddress sender() {
        return halves.sender();
    }

    // Sending

    @Override
    public int send(ByteBuffer source, SocketAddress target) throws IOException {
        InetSocketAddress to = check(target);
        writeLock.lock();
        try {
            ensureOpen();
            InetSocketAddress connected = remote;
            if (connected != null && !to.equals(connected)) {
                throw new AlreadyConnectedException();
            }
            ensureBound();
            return sendOrWait(source, to);
        } finally {
            writeLock.unlock();
        }
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        writeLock.lock();
        try {
            ensureOpen();
            InetSocketAddress to = remote;
            if (to == null) {
                throw new NotYetConnectedException();
            }
            return sendOrWait(source, to);
        } finally {
            writeLock.unlock();
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        long bytes = 0;
        for (int i = offset; i < offset + length; i++) {
            bytes += sources[i].remaining();
        }
        ByteBuffer whole = ByteBuffer.allocate((int) Math.min(bytes, 65536));
        for (int i = offset; i < offset + length && whole.hasRemaining(); i++) {
            int part = Math.min(sources[i].remaining(), whole.remaining());
            whole.put(sources[i].slice(sources[i].position(), part));
        }
        whole.flip();
        long sent = write(whole);
        if (sent > 0) {
            for (int i = offset; i < offset + length; i++) {
                sources[i].position(sources[i].limit());
            }
        }
        return sent;
    }

    /**
     * Only the want of a free packet, or of room in the kernel, makes a sender wait; that never
     * lasts.
     */
    private int sendOrWait(ByteBuffer source, InetSocketAddress to) throws IOException {
        boolean blocking = isBlocking();
        if (!blocking || !Thread.currentThread().isInterrupted()) {
            int bytes = halves.send(source, to);
            if (bytes >= 0 || !blocking) {
                return Math.max(0, bytes);
            }
        }
        int bytes = DatagramHalves.NOTHING;
        try {
            begin();
            while (bytes < 0 && isOpen()) {
                bytes = halves.send(source, to);
                if (bytes < 0) {
                    Thread.yield();
                }
            }
        } finally {
            end(bytes >= 0);
        }
        return bytes;
    }

    /** For sockets; see {@link #receiveUninterruptibly}. */
    void sendUninterruptibly(byte[] source, int offset, int length, InetAddress target, int port)
            throws IOException {
        writeLock.lock();
        try {
            ensureOpen();
            ensureBound();
            while (halves.send(source, offset, length, target, port) < 0) {
                ensureOpen();
                Thread.yield();
            }
        } finally {
            writeLock.unlock();
        }
    }

    // Addresses, options, adaptor

    @Override
    public @Nullable SocketAddress getLocalAddress() throws IOException {
        ensureOpen();
        return halves.localAddress();
    }

    @Nullable InetSocketAddress localAddressNow() {
        try {
            return isOpen() ? halves.localAddress() : null;
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public @Nullable SocketAddress getRemoteAddress() throws IOException {
        ensureOpen();
        return remote;
    }

    @Nullable InetSocketAddress remoteAddressNow() {
        return remote;
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return halves.kernel().supportedOptions();
    }

    @Override
    public <T> DatagramChannel setOption(SocketOption<T> name, @Nullable T value)
            throws IOException {
        synchronized (stateLock) {
            ensureOpen();
            halves.set(name, value);
        }
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        ensureOpen();
        return halves.kernel().getOption(name);
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on) throws IOException {
        ensureOpen();
        return new RingMembershipKey(this, halves.kernel().join(group, on));
    }

    @Override
    public MembershipKey join(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
            throws IOException {
        ensureOpen();
        return new RingMembershipKey(this, halves.kernel().join(group, on, source));
    }

    @Override
    public DatagramSocket socket() {
        synchronized (stateLock) {
            RingDatagramAdaptor made = adaptor;
            if (made == null) {
                made = new RingDatagramAdaptor(this, provider);
                adaptor = made;
            }
            return made;
        }
    }

    // Closing and selection

    @Override
    protected void implConfigureBlocking(boolean block) {
        // The kernel's half never blocks, and the stack's knows no modes.
    }

    @Override
    protected void implCloseSelectableChannel() throws IOException {
        MixedSelector own;
        synchronized (stateLock) {
            own = bothWorlds;
        }
        try {
            halves.close();
        } finally {
            if (own != null) {
                own.close();
            }
        }
    }

    @Override
    public @Nullable SelectableChannel kernelSide() {
        return halves.kernelHeard();
    }

    @Override
    public @Nullable Endpoint stackSide() {
        UdpPort port = halves.portHeard();
        return port == null ? null : port.endpoint();
    }

    @Override
    public ChannelKeys registeredKeys() {
        return keys;
    }

    @Override
    public int bitsOf(int ops) {
        return ((ops & SelectionKey.OP_READ) != 0 ? Endpoint.READ : 0)
                | ((ops & SelectionKey.OP_WRITE) != 0 ? Endpoint.WRITE : 0);
    }

    @Override
    public int opsOf(int bits) {
        return ((bits & Endpoint.READ) != 0 ? SelectionKey.OP_READ : 0)
                | ((bits & Endpoint.WRITE) != 0 ? SelectionKey.OP_WRITE : 0);
    }

    @Override
    public String toString() {
        InetSocketAddress local = localAddressNow();
        StringBuilder text = new StringBuilder(DatagramChannel.class.getName()).append('[');
        if (!isOpen()) {
            text.append("closed");
        } else {
            text.append(local == null ? "unbound" : "local=" + local);
            if (remote != null) {
                text.append(", remote=").append(remote);
            }
        }
        return text.append(']').toString();
    }
}
