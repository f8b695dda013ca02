package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What is done to a stream socket of the kernel before and beside its traffic: {@code socket(2)},
 * {@code bind(2)}, {@code listen(2)}, {@code connect(2)}, options, names. The traffic itself goes
 * through a ring, for which the sockets are blocking ones as a ring waits for them itself; or
 * through {@link Descriptor#read} and {@link Descriptor#write}, when the sockets were told not to
 * block.
 */
public final class StreamSockets {
    /** {@code AF_UNIX}. */
    public static final int UNIX = 1;

    /** {@code AF_INET}. */
    public static final int INET = 2;

    /** {@code AF_INET6}. */
    public static final int INET6 = 10;

    /** {@code SOL_SOCKET} ({@code asm-generic/socket.h}), and its options. */
    public static final int SOL_SOCKET = 1;

    public static final int SO_REUSEADDR = 2;
    public static final int SO_SNDBUF = 7;
    public static final int SO_RCVBUF = 8;
    public static final int SO_KEEPALIVE = 9;
    public static final int SO_LINGER = 13;
    public static final int SO_REUSEPORT = 15;

    /** {@code IPPROTO_TCP}, and its option. */
    public static final int TCP = 6;

    public static final int TCP_NODELAY = 1;

    /** {@code IPPROTO_IPV6}, and its option. */
    public static final int IPV6 = 41;

    public static final int IPV6_V6ONLY = 26;

    private static final int SOCK_STREAM = 1;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SO_ERROR = 4;

    private static final MethodHandle SOCKET =
            Native.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle LISTEN =
            Native.link("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CONNECT =
            Native.link("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle ACCEPT4 =
            Native.link(
                    "accept4",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SHUTDOWN =
            Native.link("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle LOCAL_NAME =
            Native.link("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle PEER_NAME =
            Native.link("getpeername", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private StreamSockets() {}

    /**
     * Opens one that is closed in child processes.
     *
     * @param family {@link #INET}, {@link #INET6} or {@link #UNIX}
     */
    public static Descriptor open(int family) throws SystemCallException {
        MemorySegment capture = Native.capture();
        int type = SOCK_STREAM | SOCK_CLOEXEC;
        try {
            int made = Native.result((int) SOCKET.invokeExact(capture, family, type, 0), capture);
            return Descriptor.adopt(Native.check(made, "socket(family " + family + ")", ""));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Gives it an address of its own.
     *
     * @param address {@code struct sockaddr_…}
     * @param words how to name the address in a complaint
     */
    public static void bind(Descriptor socket, MemorySegment address, String words)
            throws SystemCallException {
        int done = Sockets.bind(socket, address);
        Native.check(done, "bind(" + words + ")", remedyOfBind(done));
    }

    private static String remedyOfBind(int result) {
        return switch (-result) {
            case Errno.EADDRINUSE -> "choose another port, or end who listens there: ss -ltnp";
            case Errno.EACCES ->
                    "choose a port from 1024 on, or give this process CAP_NET_BIND_SERVICE";
            case Errno.EADDRNOTAVAIL -> "choose an address of this machine: ip address";
            default -> "";
        };
    }

    /** Begins to take connections, so many of which may wait to be accepted. */
    public static void listen(Descriptor socket, int backlog) throws SystemCallException {
        MemorySegment capture = Native.capture();
        int done;
        try {
            done =
                    Native.result(
                            (int) LISTEN.invokeExact(capture, socket.number(), backlog), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Native.check(done, "listen()", remedyOfBind(done));
    }

    /**
     * Begins to connect a socket that does not block; once it can be written to, {@link #takeError}
     * says what became of it.
     *
     * @param address {@code struct sockaddr_…}
     * @return zero when it is connected already, or the negated errno: {@code -EINPROGRESS} when it
     *     is under way
     */
    public static int connect(Descriptor socket, MemorySegment address) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int)
                            CONNECT.invokeExact(
                                    capture, socket.number(), address, (int) address.byteSize()),
                    capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Takes the next connection of a listener that does not block. It does not block either, and is
     * closed in child processes.
     *
     * @return its number, to be adopted by a {@link Descriptor}, or the negated errno: {@code
     *     -EAGAIN} when none is there
     */
    public static int accept(Descriptor listener) {
        MemorySegment capture = Native.capture();
        MemorySegment none = MemorySegment.NULL;
        int flags = SOCK_CLOEXEC | Descriptor.NON_BLOCKING;
        try {
            return Native.result(
                    (int) ACCEPT4.invokeExact(capture, listener.number(), none, none, flags),
                    capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The errno that waits at a socket, taken away from it; 0 for none. */
    public static int takeError(Descriptor socket) throws SystemCallException {
        return get(socket, SOL_SOCKET, SO_ERROR);
    }

    /**
     * {@code shutdown}: 0 reading, 1 writing, 2 both, which ends every wait on the socket.
     *
     * @return zero or the negated errno
     */
    public static int shutdown(Descriptor socket, int how) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) SHUTDOWN.invokeExact(capture, socket.number(), how), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Sets an option that is a number. */
    public static void set(Descriptor socket, int level, int option, int value)
            throws SystemCallException {
        int done = Sockets.option(socket, level, option, value);
        Native.check(done, "setsockopt(" + level + ", " + option + ", " + value + ")", "");
    }

    /** Sets an option that is more than a number. */
    public static void set(Descriptor socket, int level, int option, MemorySegment value)
            throws SystemCallException {
        int done = Sockets.option(socket, level, option, value);
        Native.check(done, "setsockopt(" + level + ", " + option + ")", "");
    }

    /** An option that is a number. */
    public static int get(Descriptor socket, int level, int option) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, 0);
            MemorySegment bytes = arena.allocateFrom(JAVA_INT, Integer.BYTES);
            int done = Sockets.ask(socket, level, option, value, bytes);
            Native.check(done, "getsockopt(" + level + ", " + option + ")", "");
            return value.get(JAVA_INT, 0);
        }
    }

    /**
     * Writes the socket's own address.
     *
     * @param into room for {@code struct sockaddr_…}
     * @return its bytes, or the negated errno
     */
    public static int localName(Descriptor socket, MemorySegment into) {
        return name(LOCAL_NAME, socket, into);
    }

    /** The same of the other end. */
    public static int peerName(Descriptor socket, MemorySegment into) {
        return name(PEER_NAME, socket, into);
    }

    private static int name(MethodHandle call, Descriptor socket, MemorySegment into) {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_INT, (int) into.byteSize());
            int done =
                    Native.result(
                            (int) call.invokeExact(capture, socket.number(), into, bytes), capture);
            return done < 0 ? done : Math.min(bytes.get(JAVA_INT, 0), (int) into.byteSize());
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
