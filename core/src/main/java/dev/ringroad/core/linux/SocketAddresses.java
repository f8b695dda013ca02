package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Java's addresses as the kernel writes them.
 *
 * <pre>
 *   0        2      4         8              24         28
 *   | family | port | address |                                 struct sockaddr_in (netinet/in.h)
 *   | family | port | flow    | address      | scope id |       struct sockaddr_in6
 *   | family | path, up to 108 bytes                            struct sockaddr_un (sys/un.h)
 * </pre>
 */
public final class SocketAddresses {
    /** Room for each of them. */
    public static final int BYTES_MAX = 128;

    private static final int INET_BYTES = 16;
    private static final int INET6_BYTES = 28;
    private static final int PATH_BYTES_MAX = 107;
    private static final int PATH_AT = 2;

    private SocketAddresses() {}

    /**
     * The family of the socket that an address needs.
     *
     * @throws UnknownHostException for a name that was not resolved
     * @throws IllegalArgumentException for an address of another kind
     */
    public static int family(SocketAddress address) throws UnknownHostException {
        return switch (address) {
            case InetSocketAddress internet -> familyOf(resolved(internet));
            case UnixDomainSocketAddress _ -> StreamSockets.UNIX;
            default ->
                    throw new IllegalArgumentException(
                            "A socket here has an Internet or Unix domain address, not " + address);
        };
    }

    private static int familyOf(InetAddress address) {
        return address instanceof Inet6Address ? StreamSockets.INET6 : StreamSockets.INET;
    }

    private static InetAddress resolved(InetSocketAddress address) throws UnknownHostException {
        if (address.isUnresolved()) {
            throw new UnknownHostException(
                    "The name " + address.getHostString() + " could not be resolved");
        }
        return address.getAddress();
    }

    /** As the kernel wants it. */
    public static MemorySegment encode(SocketAddress address, Arena arena) throws IOException {
        if (address instanceof UnixDomainSocketAddress unix) {
            return encodePath(unix, arena);
        }
        InetSocketAddress internet = (InetSocketAddress) address;
        InetAddress host = resolved(internet);
        boolean six = host instanceof Inet6Address;
        MemorySegment made = arena.allocate(six ? INET6_BYTES : INET_BYTES, Integer.BYTES);
        made.set(JAVA_SHORT, 0, (short) familyOf(host));
        made.set(JAVA_SHORT, 2, Short.reverseBytes((short) internet.getPort()));
        byte[] bytes = host.getAddress();
        MemorySegment.copy(bytes, 0, made, JAVA_BYTE, six ? 8 : 4, bytes.length);
        if (host instanceof Inet6Address scoped) {
            made.set(JAVA_INT, 24, scoped.getScopeId());
        }
        return made;
    }

    private static MemorySegment encodePath(UnixDomainSocketAddress address, Arena arena)
            throws IOException {
        byte[] path = address.getPath().toString().getBytes(StandardCharsets.UTF_8);
        if (path.length == 0 || path.length > PATH_BYTES_MAX) {
            throw new IOException(
                    "A Unix domain socket's path has 1 to "
                            + PATH_BYTES_MAX
                            + " bytes, not "
                            + path.length);
        }
        MemorySegment made = arena.allocate(PATH_AT + path.length + 1L, Short.BYTES);
        made.set(JAVA_SHORT, 0, (short) StreamSockets.UNIX);
        MemorySegment.copy(path, 0, made, JAVA_BYTE, PATH_AT, path.length);
        return made;
    }

    /**
     * As Java has it.
     *
     * @param bytes what the kernel wrote
     */
    public static SocketAddress decode(MemorySegment address, int bytes) throws IOException {
        int family = bytes < Short.BYTES ? 0 : address.get(JAVA_SHORT_UNALIGNED, 0);
        if (family == StreamSockets.UNIX) {
            byte[] path = address.asSlice(PATH_AT, bytes - PATH_AT).toArray(JAVA_BYTE);
            int length = 0;
            while (length < path.length && path[length] != 0) {
                length++;
            }
            return UnixDomainSocketAddress.of(new String(path, 0, length, StandardCharsets.UTF_8));
        }
        if (family != StreamSockets.INET && family != StreamSockets.INET6) {
            throw new IOException("The kernel named a socket of family " + family);
        }
        int port = Short.toUnsignedInt(Short.reverseBytes(address.get(JAVA_SHORT_UNALIGNED, 2)));
        byte[] all = address.asSlice(0, bytes).toArray(JAVA_BYTE);
        if (family == StreamSockets.INET) {
            return new InetSocketAddress(
                    InetAddress.getByAddress(Arrays.copyOfRange(all, 4, 8)), port);
        }
        byte[] host = Arrays.copyOfRange(all, 8, 24);
        int scope = address.get(JAVA_INT.withByteAlignment(1), 24);
        InetAddress made =
                scope == 0
                        ? InetAddress.getByAddress(host)
                        : Inet6Address.getByAddress(null, host, scope);
        return new InetSocketAddress(made, port);
    }
}
