package dev.ringroad.core.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Looks at one network interface again and again, without allocating: whether it is still there,
 * under whatever name, and whether it is up ({@code netdevice(7)}). It watches in the namespace of
 * the thread that opened it.
 */
public final class InterfaceWatch implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int UP_AND_RUNNING = 0x1 | 0x40;
    private static final long SIOCGIFNAME = 0x8910;
    private static final long SIOCGIFFLAGS = 0x8913;
    private static final long SIOCGIFMTU = 0x8921;

    private final Descriptor socket;
    private final int index;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment request;

    private InterfaceWatch(Descriptor socket, int index, String name) throws SystemCallException {
        this.socket = socket;
        this.index = index;
        this.request = InterfaceRequest.of(arena, name);
    }

    /** Begins to watch the interface that has a name now. */
    public static InterfaceWatch open(String name) throws SystemCallException {
        int index = Interfaces.index(name);
        Descriptor socket = Sockets.open(AF_INET, Sockets.DATAGRAM, 0, "socket(AF_INET)", "");
        try {
            return new InterfaceWatch(socket, index, name);
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    /**
     * Watches through a socket that another process has opened in the interface's namespace, which
     * is taken over.
     */
    public static InterfaceWatch adopt(Descriptor socket, int index, String name)
            throws SystemCallException {
        return new InterfaceWatch(socket, index, name);
    }

    /** The socket that it looks through, to pass to another process; it stays this object's. */
    public Descriptor descriptor() {
        return socket;
    }

    /** The number that the kernel knows the interface by. */
    public int index() {
        return index;
    }

    /** Whether the interface is in this namespace still. */
    public boolean isThere() {
        return findName();
    }

    /** Whether the interface is there, switched on, and has a carrier. */
    public boolean isRunning() {
        return findName()
                && Ioctl.call(socket, SIOCGIFFLAGS, request) >= 0
                && (request.get(JAVA_SHORT, InterfaceRequest.VALUE) & UP_AND_RUNNING)
                        == UP_AND_RUNNING;
    }

    /** The longest packet in bytes without the Ethernet header, or 0 when it is not there. */
    public int mtu() {
        return findName() && Ioctl.call(socket, SIOCGIFMTU, request) >= 0
                ? request.get(JAVA_INT, InterfaceRequest.VALUE)
                : 0;
    }

    /** Its name can change and its number cannot. */
    private boolean findName() {
        request.set(JAVA_INT, InterfaceRequest.VALUE, index);
        return Ioctl.call(socket, SIOCGIFNAME, request) >= 0;
    }

    @Override
    public void close() {
        socket.close();
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
