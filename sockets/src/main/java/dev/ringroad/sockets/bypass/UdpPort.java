package dev.ringroad.sockets.bypass;

import dev.ringroad.stack.endpoint.Endpoint;
import dev.ringroad.stack.endpoint.SocketAddressHolder;
import dev.ringroad.stack.ip.IpAddress;
import dev.ringroad.stack.socket.Cancellation;
import dev.ringroad.stack.socket.Pump;
import dev.ringroad.stack.udp.UdpEndpoint;
import dev.ringroad.stack.udp.UdpError;
import dev.ringroad.stack.udp.UdpOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;

/**
 * A UDP endpoint of the stack as blocking and non-blocking callers see it. Thread-safe; one thread
 * may send and another receive, but two must not receive at once.
 */
public final class UdpPort {
    /** Returned by {@link #receive} when nothing is there. */
    public static final int NOTHING = UdpError.WOULD_BLOCK;

    private static final byte[] NOWHERE = new byte[0];

    private final Pump pump;
    private final UdpEndpoint endpoint;
    private final SocketAddressHolder sender = new SocketAddressHolder();

    // The last peer on either way, so that a conversation makes no objects.
    private @Nullable InetSocketAddress lastSender;
    private long lastSenderHigh;
    private long lastSenderLow;
    private @Nullable InetAddress lastTarget;
    private IpAddress lastTargetAddress = IpAddress.ANY_V4;

    private UdpPort(Pump pump, UdpEndpoint endpoint) {
        this.pump = pump;
        this.endpoint = endpoint;
    }

    /** An unbound endpoint. */
    public static UdpPort open(Bypass bypass) throws IOException {
        Pump pump = bypass.pump();
        if (pump == null) {
            throw new IllegalStateException("there is no stack");
        }
        pump.lock();
        try {
            UdpEndpoint fresh = pump.stack().udp().open();
            if (fresh == null) {
                throw new SocketException("Too many open UDP endpoints");
            }
            return new UdpPort(pump, fresh);
        } finally {
            pump.unlock();
        }
    }

    /** What selectors register. */
    public Endpoint endpoint() {
        return endpoint;
    }

    private static IpAddress toIp(InetAddress address) {
        return address.isAnyLocalAddress() ? IpAddress.ANY_V4 : IpAddress.of(address);
    }

    private static void check(int result) throws IOException {
        if (result < 0) {
            throw failure(result);
        }
    }

    private static IOException failure(int code) {
        return switch (code) {
            case UdpError.CLOSED -> new AsynchronousCloseException();
            case UdpError.REFUSED -> new PortUnreachableException("Connection refused");
            case UdpError.UNREACHABLE -> new NoRouteToHostException("No route to host");
            case UdpError.NO_ROUTE -> new SocketException("Network is unreachable");
            case UdpError.MESSAGE_TOO_LONG -> new SocketException("Message too long");
            case UdpError.BROADCAST_NOT_ALLOWED -> new SocketException("Permission denied");
            case UdpError.ADDRESS_IN_USE -> new BindException("Address already in use");
            case UdpError.ADDRESS_NOT_AVAILABLE ->
                    new BindException("Cannot assign requested address");
            case UdpError.INVALID -> new SocketException("Invalid argument");
            default -> new SocketException(UdpError.message(code));
        };
    }

    /** Binds to one of the stack's addresses or to all. */
    public void bind(InetAddress address, int port) throws IOException {
        int result;
        pump.lock();
        try {
            result = endpoint.bind(toIp(address), port);
        } finally {
            pump.unlock();
        }
        check(result);
    }

    /** Talks to this peer only. */
    public void connect(InetSocketAddress remote) throws IOException {
        int result;
        pump.lock();
        try {
            result =
                    endpoint.connect(
                            IpAddress.of(remote.getAddress()), remote.getPort(), System.nanoTime());
        } finally {
            pump.unlock();
        }
        check(result);
    }

    /** Talks to everybody again. */
    public void disconnect() {
        pump.lock();
        try {
            endpoint.disconnect();
        } finally {
            pump.unlock();
        }
    }

    /** The bound address. */
    public InetSocketAddress localAddress() {
        pump.lock();
        try {
            return new InetSocketAddress(
                    endpoint.localAddress().toInetAddress(), endpoint.localPort());
        } finally {
            pump.unlock();
        }
    }

    /**
     * Sends the buffer's remaining bytes as one datagram.
     *
     * @return its bytes; {@link #NOTHING} when the stack has no packet free at the moment
     */
    public int send(ByteBuffer source, InetAddress target, int port) throws IOException {
        int result;
        pump.lock();
        try {
            IpAddress to = target(target);
            result = endpoint.send(source, to, port, System.nanoTime());
            if (result == NOTHING) {
                pump.pollNow();
                result = endpoint.send(source, to, port, System.nanoTime());
            }
            pump.flush();
        } finally {
            pump.unlock();
        }
        return checkCount(result);
    }

    /** The same from an array. */
    public int send(byte[] source, int offset, int length, InetAddress target, int port)
            throws IOException {
        int result;
        pump.lock();
        try {
            IpAddress to = target(target);
            result = endpoint.send(source, offset, length, to, port, System.nanoTime());
            if (result == NOTHING) {
                pump.pollNow();
                result = endpoint.send(source, offset, length, to, port, System.nanoTime());
            }
            pump.flush();
        } finally {
            pump.unlock();
        }
        return checkCount(result);
    }

    private static int checkCount(int result) throws IOException {
        if (result < 0 && result != NOTHING) {
            throw failure(result);
        }
        return result;
    }

    private IpAddress target(InetAddress address) {
        if (!address.equals(lastTarget)) {
            lastTargetAddress = IpAddress.of(address);
            lastTarget = address;
        }
        return lastTargetAddress;
    }

    /**
     * Takes the next datagram.
     *
     * @param poll whether to look at the devices when none is there
     * @return its bytes, cut to what the buffer takes; {@link #NOTHING}
     */
    public int receive(ByteBuffer target, boolean poll) throws IOException {
        int result;
        pump.lock();
        try {
            result = tryReceive(target);
            if (result == NOTHING && poll) {
                pump.pollNow();
                result = tryReceive(target);
            }
        } finally {
            pump.unlock();
        }
        return checkCount(result);
    }

    /** The same into an array. */
    public int receive(byte[] target, int offset, int length, boolean poll) throws IOException {
        int result;
        pump.lock();
        try {
            skipStrangers();
            result = endpoint.receive(target, offset, length, sender);
            if (result == NOTHING && poll) {
                pump.pollNow();
                skipStrangers();
                result = endpoint.receive(target, offset, length, sender);
            }
        } finally {
            pump.unlock();
        }
        return checkCount(result);
    }

    /** A datagram that somebody else had sent before the endpoint was connected is passed over. */
    private void skipStrangers() {
        while (endpoint.isConnected() && endpoint.nextSender(sender) && !isPeer()) {
            endpoint.receive(NOWHERE, 0, 0, sender);
        }
    }

    private int tryReceive(ByteBuffer target) {
        skipStrangers();
        return endpoint.receive(target, sender);
    }

    private boolean isPeer() {
        IpAddress peer = endpoint.remoteAddress();
        return sender.port() == endpoint.remotePort()
                && sender.low() == peer.low()
                && sender.high() == peer.high();
    }

    /** Waits until there is something to receive; false at the deadline or when cancelled. */
    public boolean awaitReadable(long deadlineNanos, Cancellation cancellation) {
        pump.lock();
        try {
            return pump.await(endpoint, Endpoint.READ, deadlineNanos, cancellation) != 0;
        } finally {
            pump.unlock();
        }
    }

    /** Who sent what was received last; for the receiving thread. */
    public InetSocketAddress sender() {
        InetSocketAddress last = lastSender;
        if (last == null
                || last.getPort() != sender.port()
                || lastSenderLow != sender.low()
                || lastSenderHigh != sender.high()) {
            last = new InetSocketAddress(sender.address().toInetAddress(), sender.port());
            lastSender = last;
            lastSenderHigh = sender.high();
            lastSenderLow = sender.low();
        }
        return last;
    }

    /** Makes threads that wait look at their cancellation. */
    public void wakeWaiters() {
        pump.lock();
        try {
            pump.wake(endpoint);
        } finally {
            pump.unlock();
        }
    }

    /** Gives the port back. */
    public void close() {
        pump.lock();
        try {
            endpoint.close(System.nanoTime());
            pump.wake(endpoint);
        } finally {
            pump.unlock();
        }
    }

    /** Sets an option that means something to the stack; others are left to the kernel's half. */
    public void set(SocketOption<?> name, Object value) {
        pump.lock();
        try {
            UdpOptions options = endpoint.options();
            if (value instanceof Boolean on) {
                setSwitch(options, name, on);
            } else if (value instanceof Integer number) {
                setNumber(options, name, number);
            }
        } finally {
            pump.unlock();
        }
    }

    private static void setSwitch(UdpOptions options, SocketOption<?> name, boolean on) {
        if (name.equals(StandardSocketOptions.SO_REUSEADDR)) {
            options.reuseAddress(on);
        } else if (name.equals(StandardSocketOptions.SO_REUSEPORT)) {
            options.reusePort(on);
        } else if (name.equals(StandardSocketOptions.SO_BROADCAST)) {
            options.broadcast(on);
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_LOOP)) {
            options.multicastLoop(on);
        }
    }

    private static void setNumber(UdpOptions options, SocketOption<?> name, int number) {
        if (name.equals(StandardSocketOptions.SO_RCVBUF)) {
            options.receiveBufferBytes(number);
        } else if (name.equals(StandardSocketOptions.SO_SNDBUF)) {
            options.sendBufferBytes(number);
        } else if (name.equals(StandardSocketOptions.IP_TOS)) {
            options.trafficClass(number);
        } else if (name.equals(StandardSocketOptions.IP_MULTICAST_TTL)) {
            options.multicastTtl(number);
        }
    }
}
