package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.UdpPort;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A UDP channel's half in the kernel and half in the stack. The kernel's half is there from the
 * start: it knows which options exist and what their values may be. The stack's half comes with the
 * first bind, connect or send.
 *
 * <p>Changes are made with the channel's state lock held; sending and receiving with the lock of
 * that direction.
 */
final class DatagramHalves {
    /** Nothing was done yet. */
    static final int NOTHING = UdpPort.NOTHING;

    private static final int EPHEMERAL_ATTEMPTS = 32;

    private enum Use {
        BOTH,
        KERNEL,
        STACK
    }

    private final SelectorProvider provider;
    private final Bypass bypass;
    private final @Nullable ProtocolFamily family;
    private final ChannelKeys keys;
    private final Map<SocketOption<?>, Object> options = new LinkedHashMap<>();

    private volatile DatagramChannel kernel;
    private volatile @Nullable UdpPort port;

    /** What binding has decided; both until then. */
    private Use bound = Use.BOTH;

    /** What is heard now: connecting narrows it. */
    private volatile Use heard = Use.BOTH;

    private volatile boolean isBound;

    // Of the sending thread: the last target and whose it was.
    private @Nullable InetAddress lastTarget;
    private boolean lastTargetOurs;

    // Of the receiving thread.
    private @Nullable InetSocketAddress sender;

    DatagramHalves(
            SelectorProvider provider,
            Bypass bypass,
            @Nullable ProtocolFamily family,
            ChannelKeys keys)
            throws IOException {
        this.provider = provider;
        this.bypass = bypass;
        this.family = family;
        this.keys = keys;
        this.kernel = openKernel();
    }

    private DatagramChannel openKernel() throws IOException {
        DatagramChannel fresh =
                family == null
                        ? provider.openDatagramChannel()
                        : provider.openDatagramChannel(family);
        try {
            // Waiting is done in a selector, which can wait for the stack at the same time.
            fresh.configureBlocking(false);
            for (Map.Entry<SocketOption<?>, Object> option : options.entrySet()) {
                set(fresh, option.getKey(), option.getValue());
            }
        } catch (IOException | RuntimeException e) {
            fresh.close();
            throw e;
        }
        return fresh;
    }

    private UdpPort openPort() throws IOException {
        UdpPort fresh = UdpPort.open(bypass);
        options.forEach(fresh::set);
        return fresh;
    }

    DatagramChannel kernel() {
        return kernel;
    }

    /** The kernel's half while it is heard. */
    @Nullable DatagramChannel kernelHeard() {
        return isBound && heard != Use.STACK ? kernel : null;
    }

    /** The stack's half while it is heard. */
    @Nullable UdpPort portHeard() {
        return isBound && heard != Use.KERNEL ? port : null;
    }

    boolean isBound() {
        return isBound;
    }

    // Binding and connecting, under the channel's state lock

    void bind(InetSocketAddress local) throws IOException {
        InetAddress address = local.getAddress();
        if (bypass.owns(address)) {
            UdpPort fresh = openPort();
            try {
                fresh.bind(address, local.getPort());
            } catch (IOException e) {
                fresh.close();
                throw e;
            }
            settle(fresh, Use.STACK);
        } else if (bypass.isActive() && address.isAnyLocalAddress()) {
            bindBoth(local.getPort());
        } else {
            kernel.bind(local);
            settle(null, Use.KERNEL);
        }
    }

    private void settle(@Nullable UdpPort chosen, Use use) {
        port = chosen;
        bound = use;
        heard = use;
        isBound = true;
        keys.sidesChanged();
    }

    /**
     * The kernel chooses the port, and when ours is taken in the stack it has to choose another.
     */
    private void bindBoth(int requestedPort) throws IOException {
        for (int attempt = 1; ; attempt++) {
            kernel.bind(
                    requestedPort == 0 ? null : new InetSocketAddress(anyAddress(), requestedPort));
            int chosen = ((InetSocketAddress) kernel.getLocalAddress()).getPort();
            UdpPort fresh = openPort();
            try {
                fresh.bind(Inet4Address.ofLiteral("0.0.0.0"), chosen);
                settle(fresh, Use.BOTH);
                return;
            } catch (BindException e) {
                fresh.close();
                reopenKernel();
                if (requestedPort != 0 || attempt == EPHEMERAL_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private InetAddress anyAddress() {
        return family == StandardProtocolFamily.INET
                ? Inet4Address.ofLiteral("0.0.0.0")
                : new InetSocketAddress(0).getAddress();
    }

    private void reopenKernel() throws IOException {
        DatagramChannel old = kernel;
        keys.forgetKernel();
        kernel = openKernel();
        old.close();
    }

    void ensureBound() throws IOException {
        if (isBound) {
            return;
        }
        if (bypass.isActive()) {
            bindBoth(0);
        } else {
            kernel.bind(null);
            settle(null, Use.KERNEL);
        }
    }

    void connect(InetSocketAddress remote) throws IOException {
        boolean ours =
                bound == Use.STACK || (bound == Use.BOTH && bypass.routes(remote.getAddress()));
        if (!ours) {
            kernel.connect(remote);
            heard = Use.KERNEL;
            if (!isBound) {
                bound = Use.KERNEL;
                isBound = true;
            }
            keys.sidesChanged();
            return;
        }
        UdpPort p = port;
        boolean fresh = p == null;
        if (p == null) {
            p = openPort();
        }
        try {
            p.connect(remote);
        } catch (IOException e) {
            if (fresh) {
                p.close();
            }
            throw e;
        }
        if (!isBound) {
            bound = Use.STACK;
            isBound = true;
        }
        port = p;
        heard = Use.STACK;
        keys.sidesChanged();
    }

    void disconnect() throws IOException {
        if (heard == Use.KERNEL) {
            kernel.disconnect();
        } else {
            UdpPort p = port;
            if (p != null) {
                p.disconnect();
            }
        }
        heard = bound;
        keys.sidesChanged();
    }

    @Nullable InetSocketAddress localAddress() throws IOException {
        if (!isBound) {
            return null;
        }
        UdpPort p = port;
        return heard == Use.STACK && p != null
                ? p.localAddress()
                : (InetSocketAddress) kernel.getLocalAddress();
    }

    void close() throws IOException {
        UdpPort p = port;
        if (p != null) {
            p.close();
        }
        kernel.close();
    }

    void wakeWaiters() {
        UdpPort p = port;
        if (p != null) {
            p.wakeWaiters();
        }
    }

    // Transfer

    /** The stack's half when it is the one for this target. */
    private @Nullable UdpPort portFor(InetAddress target) {
        UdpPort p = port;
        if (p == null || heard == Use.KERNEL) {
            return null;
        }
        return heard == Use.STACK || isOurs(target) ? p : null;
    }

    private boolean isOurs(InetAddress target) {
        if (!target.equals(lastTarget)) {
            lastTargetOurs = bypass.routes(target);
            lastTarget = target;
        }
        return lastTargetOurs;
    }

    int send(ByteBuffer source, InetSocketAddress target) throws IOException {
        UdpPort p = portFor(target.getAddress());
        if (p != null) {
            return p.send(source, target.getAddress(), target.getPort());
        }
        boolean empty = !source.hasRemaining();
        int bytes = kernel.send(source, target);
        return bytes == 0 && !empty ? NOTHING : bytes;
    }

    int send(byte[] source, int offset, int length, InetAddress target, int targetPort)
            throws IOException {
        UdpPort p = portFor(target);
        return p != null
                ? p.send(source, offset, length, target, targetPort)
                : send(
                        ByteBuffer.wrap(source, offset, length),
                        new InetSocketAddress(target, targetPort));
    }

    int receive(ByteBuffer target, boolean poll) throws IOException {
        UdpPort p = portHeard();
        if (p != null) {
            int bytes = p.receive(target, poll);
            if (bytes != NOTHING) {
                sender = p.sender();
                return bytes;
            }
        }
        DatagramChannel k = kernelHeard();
        if (k == null) {
            return NOTHING;
        }
        int before = target.position();
        InetSocketAddress from = (InetSocketAddress) k.receive(target);
        if (from == null) {
            return NOTHING;
        }
        sender = from;
        return target.position() - before;
    }

    int receive(byte[] target, int offset, int length, boolean poll) throws IOException {
        UdpPort p = portHeard();
        if (p != null) {
            int bytes = p.receive(target, offset, length, poll);
            if (bytes != NOTHING) {
                sender = p.sender();
                return bytes;
            }
        }
        return kernelHeard() == null
                ? NOTHING
                : receiveKernel(ByteBuffer.wrap(target, offset, length));
    }

    private int receiveKernel(ByteBuffer target) throws IOException {
        int before = target.position();
        InetSocketAddress from = (InetSocketAddress) kernel.receive(target);
        if (from == null) {
            return NOTHING;
        }
        sender = from;
        return target.position() - before;
    }

    /** Who sent what was received last. */
    @Nullable InetSocketAddress sender() {
        return sender;
    }

    // Options, under the channel's state lock

    void set(SocketOption<?> name, @Nullable Object value) throws IOException {
        set(kernel, name, value);
        if (value != null) {
            options.put(name, value);
            UdpPort p = port;
            if (p != null) {
                p.set(name, value);
            }
        }
    }

    @SuppressWarnings(
            "unchecked") // the kernel's channel checks the value against the option's type
    private static void set(DatagramChannel channel, SocketOption<?> name, @Nullable Object value)
            throws IOException {
        channel.setOption((SocketOption<@Nullable Object>) name, value);
    }
}
