package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * The kernel's network interfaces by name: address, MTU, up and down ({@code netdevice(7)}).
 * Changing them needs {@code CAP_NET_ADMIN}.
 */
public final class Interfaces {
    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = 02000000;
    private static final short ARPHRD_ETHER = 1;
    private static final short IFF_UP = 1;

    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCSIFFLAGS = 0x8914;
    private static final long SIOCSIFADDR = 0x8916;
    private static final long SIOCSIFNETMASK = 0x891c;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCSIFMTU = 0x8922;
    private static final long SIOCSIFHWADDR = 0x8924;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;

    /** In {@code struct sockaddr_in}, behind family and port. */
    private static final long INET_ADDRESS = InterfaceRequest.VALUE + 4;

    /** In {@code struct sockaddr}, behind the family. */
    private static final long MAC_ADDRESS = InterfaceRequest.VALUE + 2;

    private static final int MAC_BYTES = 6;

    /** {@code struct in6_ifreq}: the address, the prefix, the interface's index. */
    private static final long IN6_BYTES = 24;

    private static final long IN6_PREFIX = 16;
    private static final long IN6_INDEX = 20;

    private static final MethodHandle SOCKET =
            Native.link("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

    private Interfaces() {}

    /** What is done with a socket and a request. */
    private interface Exchange<T> {
        T with(Descriptor socket, MemorySegment request, Arena arena) throws SystemCallException;
    }

    private static <T> T exchange(int family, String name, Exchange<T> exchange)
            throws SystemCallException {
        MemorySegment capture = Native.capture();
        int result;
        try {
            result =
                    Native.result(
                            (int) SOCKET.invokeExact(capture, family, SOCK_DGRAM | SOCK_CLOEXEC, 0),
                            capture);
        } catch (Throwable t) {
            throw Native.unexpected(t);
        }
        Native.check(result, family == AF_INET ? "socket(AF_INET)" : "socket(AF_INET6)", "");
        try (Descriptor socket = Descriptor.adopt(result);
                Arena arena = Arena.ofConfined()) {
            return exchange.with(socket, InterfaceRequest.of(arena, name), arena);
        }
    }

    private static void call(
            Descriptor socket, long number, String call, String name, MemorySegment request)
            throws SystemCallException {
        int result = Ioctl.call(socket, number, request);
        String remedy =
                switch (-result) {
                    case Errno.EPERM, Errno.EACCES -> "run as root or with CAP_NET_ADMIN";
                    case Errno.ENODEV ->
                            "check the name; there is no interface "
                                    + name
                                    + " in this network namespace";
                    default -> "";
                };
        Native.check(result, "ioctl(" + call + ", " + name + ")", remedy);
    }

    /** The number that the kernel knows an interface by. */
    public static int index(String name) throws SystemCallException {
        return exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    call(socket, SIOCGIFINDEX, "SIOCGIFINDEX", name, request);
                    return request.get(JAVA_INT, InterfaceRequest.VALUE);
                });
    }

    /** Gives an interface an address and the network around it. */
    public static void setAddress(String name, InetAddress address, int prefixBits)
            throws SystemCallException {
        byte[] bytes = address.getAddress();
        if (prefixBits < 0 || prefixBits > bytes.length * Byte.SIZE) {
            throw new IllegalArgumentException(
                    "A prefix of "
                            + address.getHostAddress()
                            + " has 0 to "
                            + bytes.length * Byte.SIZE
                            + " bits, not "
                            + prefixBits);
        }
        if (address instanceof Inet4Address) {
            setAddress4(name, bytes, prefixBits);
        } else {
            setAddress6(name, bytes, prefixBits);
        }
    }

    private static void setAddress4(String name, byte[] address, int prefixBits)
            throws SystemCallException {
        int mask = prefixBits == 0 ? 0 : -1 << (Integer.SIZE - prefixBits);
        byte[] maskBytes = {
            (byte) (mask >> 24), (byte) (mask >> 16), (byte) (mask >> 8), (byte) mask
        };
        exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    request.set(JAVA_SHORT, InterfaceRequest.VALUE, (short) AF_INET);
                    MemorySegment.copy(
                            address, 0, request, JAVA_BYTE, INET_ADDRESS, address.length);
                    call(socket, SIOCSIFADDR, "SIOCSIFADDR", name, request);
                    MemorySegment.copy(
                            maskBytes, 0, request, JAVA_BYTE, INET_ADDRESS, maskBytes.length);
                    call(socket, SIOCSIFNETMASK, "SIOCSIFNETMASK", name, request);
                    return name;
                });
    }

    private static void setAddress6(String name, byte[] address, int prefixBits)
            throws SystemCallException {
        int index = index(name);
        exchange(
                AF_INET6,
                name,
                (socket, _, arena) -> {
                    MemorySegment request = arena.allocate(IN6_BYTES, Long.BYTES);
                    MemorySegment.copy(address, 0, request, JAVA_BYTE, 0, address.length);
                    request.set(JAVA_INT, IN6_PREFIX, prefixBits);
                    request.set(JAVA_INT, IN6_INDEX, index);
                    int result = Ioctl.call(socket, SIOCSIFADDR, request);
                    if (result != -Errno.EEXIST) {
                        Native.check(result, "ioctl(SIOCSIFADDR, " + name + ")", "");
                    }
                    return name;
                });
    }

    /** Whether an interface is switched on. */
    public static boolean isUp(String name) throws SystemCallException {
        return (flags(name) & IFF_UP) != 0;
    }

    private static short flags(String name) throws SystemCallException {
        return exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    call(socket, SIOCGIFFLAGS, "SIOCGIFFLAGS", name, request);
                    return request.get(JAVA_SHORT, InterfaceRequest.VALUE);
                });
    }

    /** Switches an interface on or off. */
    public static void setUp(String name, boolean up) throws SystemCallException {
        short flags = flags(name);
        exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    request.set(
                            JAVA_SHORT,
                            InterfaceRequest.VALUE,
                            (short) (up ? flags | IFF_UP : flags & ~IFF_UP));
                    call(socket, SIOCSIFFLAGS, "SIOCSIFFLAGS", name, request);
                    return name;
                });
    }

    /** The longest packet, in bytes without the Ethernet header. */
    public static int mtu(String name) throws SystemCallException {
        return exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    call(socket, SIOCGIFMTU, "SIOCGIFMTU", name, request);
                    return request.get(JAVA_INT, InterfaceRequest.VALUE);
                });
    }

    /** Sets the longest packet, in bytes without the Ethernet header. */
    public static void setMtu(String name, int mtu) throws SystemCallException {
        exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    request.set(JAVA_INT, InterfaceRequest.VALUE, mtu);
                    call(socket, SIOCSIFMTU, "SIOCSIFMTU " + mtu, name, request);
                    return name;
                });
    }

    /**
     * An interface's Ethernet address in the low 48 bits, the first byte on the wire being the
     * highest.
     */
    public static long macAddress(String name) throws SystemCallException {
        return exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    call(socket, SIOCGIFHWADDR, "SIOCGIFHWADDR", name, request);
                    long bits = 0;
                    for (int i = 0; i < MAC_BYTES; i++) {
                        bits =
                                (bits << Byte.SIZE)
                                        | (request.get(JAVA_BYTE, MAC_ADDRESS + i) & 0xFF);
                    }
                    return bits;
                });
    }

    /** Gives an interface another Ethernet address, as {@link #macAddress} tells it. */
    public static void setMacAddress(String name, long macBits) throws SystemCallException {
        exchange(
                AF_INET,
                name,
                (socket, request, _) -> {
                    request.set(JAVA_SHORT, InterfaceRequest.VALUE, ARPHRD_ETHER);
                    for (int i = 0; i < MAC_BYTES; i++) {
                        byte part = (byte) (macBits >>> ((MAC_BYTES - 1 - i) * Byte.SIZE));
                        request.set(JAVA_BYTE, MAC_ADDRESS + i, part);
                    }
                    call(socket, SIOCSIFHWADDR, "SIOCSIFHWADDR", name, request);
                    return name;
                });
    }
}
