package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * What Unix sockets of any type have in common: names, listening, connecting ({@code unix(7)}).
 * Nothing here blocks.
 */
final class UnixSocket {
    static final int STREAM = 1;
    static final int SEQPACKET = 5;

    private static final int AF_UNIX = 1;
    private static final int SOCK_FLAGS = 02000000 | 04000; // close on exec, non-blocking
    private static final int SOL_SOCKET = 1;
    private static final int SO_PASSCRED = 16;
    private static final int SO_PEERCRED = 17;
    private static final int SHUT_RDWR = 2;
    private static final int BACKLOG = 16;

    /** {@code struct sockaddr_un}: the family in 2 bytes, then the path. */
    private static final int PATH_OFFSET = 2;

    private static final int PATH_BYTES = 108;

    private static final MethodHandle SOCKET =
            Native.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle BIND =
            Native.link("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle CONNECT =
            Native.link("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle LISTEN =
            Native.link("listen", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle ACCEPT4 =
            Native.link(
                    "accept4",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
    private static final MethodHandle SHUTDOWN =
            Native.link("shutdown", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle GETSOCKOPT =
            Native.link(
                    "getsockopt",
                    FunctionDescriptor.of(
                            JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));

    private final int type;
    private final Descriptor descriptor;
    private final boolean isListener;

    /** The file that a listener made, and its identity, so that only that one is removed again. */
    private final @Nullable Path boundPath;

    private final @Nullable Object boundFileKey;

    private UnixSocket(
            int type,
            Descriptor descriptor,
            boolean isListener,
            @Nullable Path boundPath,
            @Nullable Object boundFileKey) {
        this.type = type;
        this.isListener = isListener;
        this.descriptor = descriptor;
        this.boundPath = boundPath;
        this.boundFileKey = boundFileKey;
    }

    /**
     * Listens at a path. A socket file that a dead process has left there is replaced.
     *
     * @param type {@link #STREAM} or {@link #SEQPACKET}
     * @param abstractName whether {@code path} is a name outside the file system
     */
    static UnixSocket listen(int type, String path, boolean abstractName) throws IOException {
        Descriptor socket = socket(type);
        try {
            int bound = withAddress(BIND, socket, path, abstractName);
            if (bound == -Errno.EADDRINUSE && !abstractName) {
                requireSocket(path);
                if (removeAbandoned(type, path)) {
                    bound = withAddress(BIND, socket, path, false);
                }
            }
            Native.check(bound, "bind(" + path + ")", bindRemedy(-bound));
            Path file = abstractName ? null : Path.of(path);
            Object key = file == null ? null : fileKey(file);
            Native.check(listen(socket), "listen(" + path + ")", "");
            return new UnixSocket(type, socket, true, file, key);
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    private static String bindRemedy(int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE -> "choose another path, or stop the process that listens there";
            case Errno.ENOENT -> "make the folder of the socket first";
            default -> "";
        };
    }

    private static int listen(Descriptor socket) {
        MemorySegment capture = Native.capture();
        try {
            return Native.result(
                    (int) LISTEN.invokeExact(capture, socket.number(), BACKLOG), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Connects to a listener. */
    static UnixSocket connect(int type, String path, boolean abstractName) throws IOException {
        Descriptor socket = socket(type);
        try {
            int connected = withAddress(CONNECT, socket, path, abstractName);
            Native.check(connected, "connect(" + path + ")", connectRemedy(-connected));
            return connected(type, socket);
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    private static String connectRemedy(int errno) {
        return switch (errno) {
            case Errno.ENOENT, Errno.ECONNREFUSED ->
                    "start the listener of this socket first, or check the path";
            case Errno.EAGAIN -> "the listener is behind with accepting; try again";
            case Errno.EPROTOTYPE -> "the listener's socket is of another type; check the path";
            default -> "";
        };
    }

    private static Descriptor socket(int type) throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            int number = (int) SOCKET.invokeExact(capture, AF_UNIX, type | SOCK_FLAGS, 0);
            result = Native.result(number, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        return Descriptor.adopt(Native.check(result, "socket(AF_UNIX)", ""));
    }

    private static int withAddress(
            MethodHandle call, Descriptor socket, String path, boolean abstractName)
            throws IOException {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length == 0 || name.length >= PATH_BYTES || path.indexOf('\0') >= 0) {
            throw new IOException(
                    "The path of a Unix socket has 1 to "
                            + (PATH_BYTES - 1)
                            + " bytes, this one has "
                            + name.length
                            + ": "
                            + path);
        }
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment address = arena.allocate(PATH_OFFSET + PATH_BYTES, Long.BYTES);
            address.set(JAVA_SHORT, 0, (short) AF_UNIX);
            // An abstract name begins with a zero byte and ends with the address; a path ends with
            // a zero byte.
            int at = abstractName ? PATH_OFFSET + 1 : PATH_OFFSET;
            MemorySegment.copy(name, 0, address, JAVA_BYTE, at, name.length);
            int bytes = PATH_OFFSET + 1 + name.length;
            return Native.result(
                    (int) call.invokeExact(capture, socket.number(), address, bytes), capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    private static void requireSocket(String path) throws IOException {
        int mode =
                (Integer) Files.getAttribute(Path.of(path), "unix:mode", LinkOption.NOFOLLOW_LINKS);
        int kind = mode & 0170000;
        if (kind != 0140000) {
            String word = kind == 0040000 ? "folder" : kind == 0120000 ? "link" : "file";
            throw new IOException(
                    path + " is a " + word + ", not a socket. Remedy: choose another path.");
        }
    }

    /** Removes a socket file behind which nobody listens; false when there is somebody. */
    private static boolean removeAbandoned(int type, String path) throws IOException {
        Path file = Path.of(path);
        try (Descriptor probe = socket(type)) {
            if (withAddress(CONNECT, probe, path, false) != -Errno.ECONNREFUSED) {
                return false;
            }
        }
        Files.deleteIfExists(file);
        return true;
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        Map<String, Object> found =
                Files.readAttributes(file, "unix:dev,ino", LinkOption.NOFOLLOW_LINKS);
        return Map.copyOf(found);
    }

    /** The next connection to a listener; null when none is pending. */
    @Nullable UnixSocket accept() throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            MemorySegment none = MemorySegment.NULL;
            int number =
                    (int) ACCEPT4.invokeExact(capture, descriptor.number(), none, none, SOCK_FLAGS);
            result = Native.result(number, capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        if (result == -Errno.EAGAIN || result == -Errno.EINTR || result == -Errno.ECONNABORTED) {
            return null;
        }
        Descriptor socket = Descriptor.adopt(Native.check(result, "accept4()", ""));
        try {
            return connected(type, socket);
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    /** Who sends is told with each message, which is how one without bytes differs from the end. */
    private static UnixSocket connected(int type, Descriptor socket) throws SystemCallException {
        int told = Sockets.option(socket, SOL_SOCKET, SO_PASSCRED, 1);
        Native.check(told, "setsockopt(SO_PASSCRED)", "");
        return new UnixSocket(type, socket, false, null, null);
    }

    /** Who the peer is. */
    UnixSeqPacket.PeerCredentials peerCredentials() throws SystemCallException {
        MemorySegment capture = Native.capture();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment credentials = arena.allocate(12, Integer.BYTES);
            MemorySegment length = arena.allocateFrom(JAVA_INT, 12);
            int result =
                    (int)
                            GETSOCKOPT.invokeExact(
                                    capture,
                                    descriptor.number(),
                                    SOL_SOCKET,
                                    SO_PEERCRED,
                                    credentials,
                                    length);
            Native.check(Native.result(result, capture), "getsockopt(SO_PEERCRED)", "");
            return new UnixSeqPacket.PeerCredentials(
                    credentials.get(JAVA_INT, 0),
                    credentials.get(JAVA_INT, 4),
                    credentials.get(JAVA_INT, 8));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** The descriptor to wait on; it stays this object's. */
    Descriptor descriptor() {
        return descriptor;
    }

    /** Nobody can send to it any more, nor connect. */
    private void shutdown() {
        MemorySegment capture = Native.capture();
        try {
            // Fails when the other end is gone, and then there is nothing to be shut.
            int ignored = (int) SHUTDOWN.invokeExact(capture, descriptor.number(), SHUT_RDWR);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
    }

    /** Closes the socket; a listener removes its file. Nobody waits for what a peer has sent. */
    void close(MessageFrame frame) {
        if (!descriptor.isOpen()) {
            frame.close();
            return;
        }
        shutdown();
        if (isListener) {
            closeWaiting();
        } else {
            frame.drain(descriptor, type == SEQPACKET);
        }
        descriptor.close();
        if (boundPath != null) {
            removeIfOurs(boundPath);
        }
    }

    /** Connections that nobody has accepted may have messages too. */
    private void closeWaiting() {
        try {
            UnixSocket waiting;
            while ((waiting = accept()) != null) {
                waiting.close(new MessageFrame(0));
            }
        } catch (SystemCallException _) {
            // All that were there have been taken.
            return;
        }
    }

    private void removeIfOurs(Path file) {
        try {
            if (Objects.equals(fileKey(file), boundFileKey)) {
                Files.deleteIfExists(file);
            }
        } catch (IOException _) {
            // Gone already, or out of reach: the next listener replaces an abandoned file anyway.
            return;
        }
    }
}
