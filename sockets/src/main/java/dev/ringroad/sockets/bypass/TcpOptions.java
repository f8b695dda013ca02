package dev.ringroad.sockets.bypass;

import jdk.net.ExtendedSocketOptions;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Options that were set before it is known whether the kernel or the stack will carry the
 * connection. They are checked at once, as the JDK does, and applied to whichever is chosen.
 * Thread-safe.
 */
public final class TcpOptions {
    /** What a client's socket or channel supports. */
    public static final Set<SocketOption<?>> CLIENT = client();

    /** What a listening channel supports. */
    public static final Set<SocketOption<?>> SERVER = server();

    /** What a ServerSocket supports, which for historical reasons is a little more. */
    private static final Set<SocketOption<?>> SERVER_SOCKET = serverSocket();

    /** Takes an option on behalf of a socket that has been chosen. */
    @FunctionalInterface
    public interface Target {
        /** Sets it; the value has the option's type. */
        void set(SocketOption<?> name, Object value) throws IOException;
    }

    private final Set<SocketOption<?>> supported;
    private final Map<SocketOption<?>, Object> values = new LinkedHashMap<>();
    private final int defaultSendBytes;
    private final int defaultReceiveBytes;

    /**
     * For a client: the defaults are the stack's when there is one, otherwise what Linux usually
     * answers.
     */
    public static TcpOptions forClient(Bypass bypass) {
        return new TcpOptions(CLIENT, bypass.defaultSendBytes(), bypass.defaultReceiveBytes());
    }

    /** For a ServerSocket. */
    public static TcpOptions forServerSocket(Bypass bypass) {
        return new TcpOptions(
                SERVER_SOCKET, bypass.defaultSendBytes(), bypass.defaultReceiveBytes());
    }

    /** For a listening channel. */
    public static TcpOptions forServer(Bypass bypass) {
        return new TcpOptions(SERVER, bypass.defaultSendBytes(), bypass.defaultReceiveBytes());
    }

    /**
     * No option set yet.
     *
     * @param supported {@link #CLIENT} or {@link #SERVER}
     * @param defaultSendBytes what SO_SNDBUF answers until it is set
     * @param defaultReceiveBytes what SO_RCVBUF answers until it is set
     */
    private TcpOptions(
            Set<SocketOption<?>> supported, int defaultSendBytes, int defaultReceiveBytes) {
        this.supported = supported;
        this.defaultSendBytes = defaultSendBytes;
        this.defaultReceiveBytes = defaultReceiveBytes;
    }

    private static Set<SocketOption<?>> client() {
        Set<SocketOption<?>> set = new LinkedHashSet<>(server());
        set.add(StandardSocketOptions.SO_SNDBUF);
        set.add(StandardSocketOptions.SO_KEEPALIVE);
        set.add(StandardSocketOptions.SO_LINGER);
        set.add(StandardSocketOptions.TCP_NODELAY);
        set.add(StandardSocketOptions.IP_TOS);
        return Set.copyOf(set);
    }

    private static Set<SocketOption<?>> serverSocket() {
        Set<SocketOption<?>> set = new LinkedHashSet<>(server());
        set.add(StandardSocketOptions.IP_TOS);
        return Set.copyOf(set);
    }

    private static Set<SocketOption<?>> server() {
        Set<SocketOption<?>> set = new LinkedHashSet<>();
        set.add(StandardSocketOptions.SO_RCVBUF);
        set.add(StandardSocketOptions.SO_REUSEADDR);
        set.add(StandardSocketOptions.SO_REUSEPORT);
        // A program that names its modules may leave this one out.
        if (ModuleLayer.boot().findModule("jdk.net").isPresent()) {
            Extended.addTo(set);
        }
        return Set.copyOf(set);
    }

    /** The options that can be set and asked for. */
    public Set<SocketOption<?>> supported() {
        return supported;
    }

    /**
     * Checks an option as the JDK does.
     *
     * @throws UnsupportedOperationException when this kind of socket does not know it
     * @throws IllegalArgumentException when the value is none of its values
     */
    public void check(SocketOption<?> name, @Nullable Object value) {
        known(name);
        if (!name.type().isInstance(value)) {
            throw new IllegalArgumentException("Invalid value '" + value + "'");
        }
        if (value instanceof Integer number) {
            checkNumber(name, number);
        }
    }

    private static void checkNumber(SocketOption<?> name, int value) {
        if (name.equals(StandardSocketOptions.IP_TOS)) {
            if (value < 0 || value > 255) {
                throw new IllegalArgumentException("Invalid IP_TOS value");
            }
        } else if (!name.equals(StandardSocketOptions.SO_LINGER) && value < 0) {
            throw new IllegalArgumentException("Invalid send or receive buffer size");
        }
    }

    /** Refuses a name that this kind of socket does not know. */
    public void known(SocketOption<?> name) {
        Objects.requireNonNull(name);
        if (!supported.contains(name)) {
            throw new UnsupportedOperationException("'" + name + "' not supported");
        }
    }

    /** Remembers a checked option. */
    public synchronized void remember(SocketOption<?> name, Object value) {
        if (name.equals(StandardSocketOptions.SO_LINGER)) {
            // Linux keeps whole seconds in 16 bits and calls anything negative "off".
            int seconds = (Integer) value;
            values.put(name, seconds < 0 ? -1 : Math.min(seconds, 65535));
        } else {
            values.put(name, value);
        }
    }

    /** The remembered value, or what a fresh socket would answer. */
    public synchronized Object valueOf(SocketOption<?> name) {
        Object value = values.get(name);
        return value != null ? value : defaultOf(name);
    }

    private Object defaultOf(SocketOption<?> option) {
        return switch (option.name()) {
            case "SO_RCVBUF" -> defaultReceiveBytes;
            case "SO_SNDBUF" -> defaultSendBytes;
            case "SO_LINGER" -> -1;
            case "IP_TOS" -> 0;
            case "TCP_KEEPIDLE" -> 7200;
            case "TCP_KEEPINTERVAL" -> 75;
            case "TCP_KEEPCOUNT" -> 9;
            case "TCP_QUICKACK" -> true;
            // The JDK itself sets it on listening sockets.
            case "SO_REUSEADDR" -> !supported.equals(CLIENT);
            default -> false;
        };
    }

    /** The same on a channel of the kernel. */
    public void applyTo(NetworkChannel channel) throws IOException {
        applyTo((name, value) -> set(channel, name, value));
    }

    @SuppressWarnings("unchecked") // a remembered value has been checked against its option's type
    private static void set(NetworkChannel channel, SocketOption<?> name, Object value)
            throws IOException {
        channel.setOption((SocketOption<Object>) name, value);
    }

    /**
     * Sets every remembered option on the socket that was chosen, in the order in which they were
     * set.
     */
    public void applyTo(Target target) throws IOException {
        Map<SocketOption<?>, Object> copy;
        synchronized (this) {
            copy = new LinkedHashMap<>(values);
        }
        for (Map.Entry<SocketOption<?>, Object> option : copy.entrySet()) {
            target.set(option.getKey(), option.getValue());
        }
    }

    /** Loaded only when there is a module jdk.net. */
    private static final class Extended {
        static void addTo(Set<SocketOption<?>> set) {
            set.add(ExtendedSocketOptions.TCP_KEEPIDLE);
            set.add(ExtendedSocketOptions.TCP_KEEPINTERVAL);
            set.add(ExtendedSocketOptions.TCP_KEEPCOUNT);
            set.add(ExtendedSocketOptions.TCP_QUICKACK);
        }
    }
}
