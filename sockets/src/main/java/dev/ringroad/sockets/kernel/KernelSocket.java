package dev.ringroad.sockets.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketImpl;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.util.Set;

/**
 * One of the JDK's own stream sockets, with the protected methods of {@link SocketImpl} callable
 * from outside java.net.
 *
 * <p>Falling back through the JDK's class, and not through a channel, keeps what programs can tell
 * apart: an interrupt does not close the socket of a platform thread, virtual threads park in the
 * JDK's poller, time-outs and messages are the JDK's. The price is one method handle call, which
 * the compiler inlines.
 */
public final class KernelSocket {
    private static final MethodHandle CREATE = method("create", void.class, boolean.class);
    private static final MethodHandle CONNECT =
            method("connect", void.class, SocketAddress.class, int.class);
    private static final MethodHandle BIND =
            method("bind", void.class, InetAddress.class, int.class);
    private static final MethodHandle LISTEN = method("listen", void.class, int.class);
    private static final MethodHandle ACCEPT = method("accept", void.class, SocketImpl.class);
    private static final MethodHandle INPUT = method("getInputStream", InputStream.class);
    private static final MethodHandle OUTPUT = method("getOutputStream", OutputStream.class);
    private static final MethodHandle AVAILABLE = method("available", int.class);
    private static final MethodHandle CLOSE = method("close", void.class);
    private static final MethodHandle SHUTDOWN_INPUT = method("shutdownInput", void.class);
    private static final MethodHandle SHUTDOWN_OUTPUT = method("shutdownOutput", void.class);
    private static final MethodHandle URGENT = method("sendUrgentData", void.class, int.class);
    private static final MethodHandle ADDRESS = method("getInetAddress", InetAddress.class);
    private static final MethodHandle PORT = method("getPort", int.class);
    private static final MethodHandle LOCAL_PORT = method("getLocalPort", int.class);
    private static final MethodHandle SET =
            method("setOption", void.class, SocketOption.class, Object.class);
    private static final MethodHandle GET = method("getOption", Object.class, SocketOption.class);
    private static final MethodHandle OPTIONS = method("supportedOptions", Set.class);

    private final SocketImpl socket;

    private KernelSocket(boolean server) {
        socket = KernelSockets.platformSocket(server);
    }

    /** A created, unbound client socket. */
    public static KernelSocket openClient() throws IOException {
        KernelSocket s = new KernelSocket(false);
        s.create();
        return s;
    }

    /** A created, unbound server socket. */
    public static KernelSocket openServer() throws IOException {
        KernelSocket s = new KernelSocket(true);
        s.create();
        return s;
    }

    private static MethodHandle method(String name, Class<?> result, Class<?>... parameters) {
        try {
            return MethodHandles.privateLookupIn(SocketImpl.class, MethodHandles.lookup())
                    .findVirtual(SocketImpl.class, name, MethodType.methodType(result, parameters));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "java.net.SocketImpl."
                            + name
                            + " cannot be reached. Remedy: start the program with Ringroad's "
                            + "agent, or add --add-opens java.base/java.net=ALL-UNNAMED.",
                    e);
        }
    }

    private void create() throws IOException {
        try {
            CREATE.invokeExact(socket, true);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    /** Connects; {@code timeoutMillis} 0 waits as long as the kernel does. */
    public void connect(SocketAddress remote, int timeoutMillis) throws IOException {
        try {
            CONNECT.invokeExact(socket, remote, timeoutMillis);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public void bind(InetAddress address, int port) throws IOException {
        try {
            BIND.invokeExact(socket, address, port);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public void listen(int backlog) throws IOException {
        try {
            LISTEN.invokeExact(socket, backlog);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    /** Waits for a connection, as long as SO_TIMEOUT says. */
    public KernelSocket accept() throws IOException {
        KernelSocket accepted = new KernelSocket(false);
        try {
            ACCEPT.invokeExact(socket, accepted.socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
        return accepted;
    }

    public InputStream inputStream() throws IOException {
        try {
            return (InputStream) INPUT.invokeExact(socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public OutputStream outputStream() throws IOException {
        try {
            return (OutputStream) OUTPUT.invokeExact(socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public int available() throws IOException {
        try {
            return (int) AVAILABLE.invokeExact(socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public void close() throws IOException {
        try {
            CLOSE.invokeExact(socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public void shutdownInput() throws IOException {
        try {
            SHUTDOWN_INPUT.invokeExact(socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public void shutdownOutput() throws IOException {
        try {
            SHUTDOWN_OUTPUT.invokeExact(socket);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public void sendUrgentData(int data) throws IOException {
        try {
            URGENT.invokeExact(socket, data);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public InetAddress remoteAddress() {
        try {
            return (InetAddress) ADDRESS.invokeExact(socket);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    public int remotePort() {
        try {
            return (int) PORT.invokeExact(socket);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    public int localPort() {
        try {
            return (int) LOCAL_PORT.invokeExact(socket);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    public void setOption(SocketOption<?> name, Object value) throws IOException {
        try {
            SET.invokeExact(socket, (SocketOption) name, value);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    public Object option(SocketOption<?> name) throws IOException {
        try {
            return GET.invokeExact(socket, (SocketOption) name);
        } catch (Throwable t) {
            throw asIoException(t);
        }
    }

    /** Sets one of the numbered options of {@link SocketOptions}. */
    public void setOption(int name, Object value) throws SocketException {
        socket.setOption(name, value);
    }

    /** One of the numbered options of {@link SocketOptions}. */
    public Object option(int name) throws SocketException {
        return socket.getOption(name);
    }

    @SuppressWarnings("unchecked")
    public Set<SocketOption<?>> supportedOptions() {
        try {
            return (Set<SocketOption<?>>) (Set<?>) OPTIONS.invokeExact(socket);
        } catch (Throwable t) {
            throw unchecked(t);
        }
    }

    private static IOException asIoException(Throwable t) {
        if (t instanceof IOException e) {
            return e;
        }
        throw unchecked(t);
    }

    private static RuntimeException unchecked(Throwable t) {
        return switch (t) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            case IOException e -> new UncheckedIOException(e);
            default -> new IllegalStateException(t);
        };
    }
}
