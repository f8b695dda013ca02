package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The calls that sockets with rings have in common ({@code socket(2)}, {@code setsockopt(2)},
 * {@code bind(2)}, {@code sendto(2)}). Their data go through mapped memory, so none of them carries
 * any.
 */
final class Sockets {
    static final int RAW = 3;
    static final int DATAGRAM = 2;

    private static final int SOCK_CLOEXEC = 02000000;
    private static final int SOCK_NONBLOCK = 04000;
    static final int SOL_SOCKET = 1;
    private static final int SO_TYPE = 3;
    private static final int SO_ERROR = 4;
    private static final int SO_DOMAIN = 39;
    private static final int AF_INET = 2;
    private static final int AF_XDP = 44;
    private static final int MSG_DONTWAIT = 0x40;

    private static final MethodHandle SOCKET =
            Native.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle SETSOCKOPT =
            Native.link(
                    "setsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            Native.link(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle BIND =
            Native.link("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle SENDTO =
            Native.link(
                    "sendto",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG,
                            JAVA_INT));

    private static final MethodHandle SENDTO_UNCAPTURED =
            Native.linkUncaptured(
                    "sendto",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG,
                            JAVA_INT));
    private static final MethodHandle RECVFROM_UNCAPTURED =
            Native.linkUncaptured(
                    "recvfrom",
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG,
                            JAVA_LONG));

    private Sockets() {}

    /** Opens a socket that never blocks and is closed in child processes. */
    static Descriptor open(int family, int type, int protocol, String call, String remedy)
            throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int)
                                    SOCKET.invokeExact(
                                            capture,
                                            family,
                                            type | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                            protocol),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return Descriptor.adopt(Native.check(result, call, remedy));
    }

    /** Sets an option; zero or the negated errno. */
    static int option(Descriptor socket, int level, int option, MemorySegment value) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int)
                            SETSOCKOPT.invokeExact(
                                    capture,
                                    socket.number(),
                                    level,
                                    option,
                                    value,
                                    (int) value.byteSize()),
                    capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Sets an option that is a number; zero or the negated errno. */
    static int option(Descriptor socket, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            return option(socket, level, option, arena.allocateFrom(JAVA_INT, value));
        }
    }

    /**
     * Asks for an option.
     *
     * @param bytes an int: how many bytes there are in {@code value}, then how many the kernel
     *     wrote
     * @return zero or the negated errno
     */
    static int ask(
            Descriptor socket, int level, int option, MemorySegment value, MemorySegment bytes) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int)
                            GETSOCKOPT.invokeExact(
                                    capture, socket.number(), level, option, value, bytes),
                    capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Whether the close of an open descriptor is that of a socket which does not linger: one of
     * AF_XDP, or UDP's.
     */
    static boolean neverLingers(int number) {
        int domain = option(number, SO_DOMAIN);
        return domain == AF_XDP || (domain == AF_INET && typeOf(number) == DATAGRAM);
    }

    /** The type of a socket such as {@link #DATAGRAM}; negative for what is none. */
    static int typeOf(int number) {
        return option(number, SO_TYPE);
    }

    private static int option(int number, int option) {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment value = arena.allocateFrom(JAVA_INT, 0);
            MemorySegment bytes = arena.allocateFrom(JAVA_INT, Integer.BYTES);
            int asked =
                    (int) GETSOCKOPT.invokeExact(capture, number, SOL_SOCKET, option, value, bytes);
            return asked < 0 ? -1 : value.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Takes the error that waits at a socket and ends every wait on it.
     *
     * @return the errno, or 0
     */
    static int takeError(Descriptor socket, MemorySegment value, MemorySegment bytes) {
        bytes.set(JAVA_INT, 0, Integer.BYTES);
        return ask(socket, SOL_SOCKET, SO_ERROR, value, bytes) < 0 ? 0 : value.get(JAVA_INT, 0);
    }

    /** Binds to an address of the socket's family; zero or the negated errno. */
    static int bind(Descriptor socket, MemorySegment address) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int)
                            BIND.invokeExact(
                                    capture, socket.number(), address, (int) address.byteSize()),
                    capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /**
     * Tells the kernel that there are frames in the transmit ring.
     *
     * @return what it answers, or the negated errno
     */
    static int kick(Descriptor socket) {
        int number = socket.number();
        try {
            long sent = (long) SENDTO_UNCAPTURED.invokeExact(number, 0L, 0L, MSG_DONTWAIT, 0L, 0);
            if (sent >= 0) {
                return (int) sent;
            }
            // Asked again for the reason; what was sent meanwhile is no harm.
            MemorySegment capture = Native.capture();
            return (int)
                    Native.result(
                            (long) SENDTO.invokeExact(capture, number, 0L, 0L, MSG_DONTWAIT, 0L, 0),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Tells the kernel that there is room for frames to receive. */
    static void pull(Descriptor socket) {
        try {
            long unused =
                    (long)
                            RECVFROM_UNCAPTURED.invokeExact(
                                    socket.number(), 0L, 0L, MSG_DONTWAIT, 0L, 0L);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }
}
