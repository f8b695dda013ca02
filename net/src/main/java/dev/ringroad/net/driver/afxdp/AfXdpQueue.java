package dev.ringroad.net.driver.afxdp;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.core.linux.XdpSocket;
import dev.ringroad.core.linux.XdpSocket.Ring;
import dev.ringroad.net.device.SpecException;
import dev.ringroad.net.driver.afxdp.AfXdpOptions.ZeroCopy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A socket of its own for one queue of the interface, with its four rings and their buffers. */
final class AfXdpQueue implements AutoCloseable {

    /** Entries of RECEIVE, and buffers that the kernel has. */
    private static final int RECEIVE_ENTRIES = 1024;

    private static final int TRANSMIT_ENTRIES = 1024;

    /** What the kernel has in both directions, and as many for the owner. */
    static final int BUFFERS = 2 * (RECEIVE_ENTRIES + TRANSMIT_ENTRIES);

    /** Twice what they can have to hold: a ring that is never full needs no look. */
    private static final int BUFFER_ENTRIES = 2048;

    private static final int BUSY_TRIES = 100;
    private static final long BUSY_NANOS = 10_000_000;

    /** Buffers of a frame to transmit: one, and {@code MAX_SKB_FRAGS} that an skb holds besides. */
    static final int PARTS_MAX = 18;

    private final int number;
    private final boolean chained;
    private final XdpSocket socket;
    private final Umem memory;
    private final Chunks chunks;
    private final List<XdpRing> rings = new ArrayList<>();

    private AfXdpQueue(int number, XdpSocket socket, Umem memory, boolean chained) {
        this.chained = chained;
        this.number = number;
        this.socket = socket;
        this.memory = memory;
        chunks = new Chunks(memory.pool());
    }

    /** Opens a socket whose frames lie in {@code memory}; it is not bound yet. */
    static AfXdpQueue open(int number, Umem memory, AfXdpOptions options) throws IOException {
        AfXdpQueue queue = new AfXdpQueue(number, XdpSocket.open(), memory, options.chained());
        try {
            if (memory.known() == null) {
                memory.register(queue.socket, options);
            }
            for (Ring ring : Ring.values()) {
                queue.socket.size(ring, entries(ring));
            }
            queue.mapRings();
            queue.socket.sendAtOnce(TRANSMIT_ENTRIES);
            if (options.busyPollFrames() > 0) {
                queue.socket.busyPoll(options.busyPollFrames());
            }
            return queue;
        } catch (Throwable t) {
            queue.close();
            throw t;
        }
    }

    /** Takes over a socket that another process has bound. */
    static AfXdpQueue adopt(int number, XdpSocket socket, Umem memory, AfXdpOptions options)
            throws IOException {
        AfXdpQueue queue = new AfXdpQueue(number, socket, memory, options.chained());
        try {
            queue.mapRings();
            return queue;
        } catch (Throwable t) {
            queue.close();
            throw t;
        }
    }

    private void mapRings() throws IOException {
        for (Ring ring : Ring.values()) {
            rings.add(XdpRing.map(socket, ring, entries(ring)));
        }
    }

    private static int entries(Ring ring) {
        return switch (ring) {
            case RECEIVE -> RECEIVE_ENTRIES;
            case TRANSMIT -> TRANSMIT_ENTRIES;
            case FILL, COMPLETION -> BUFFER_ENTRIES;
        };
    }

    /**
     * Connects it with its queue, without copies if that is wanted and can be had. The kernel lets
     * go of a queue a little after its last socket was closed, so a busy one is tried again.
     */
    void bind(int interfaceIndex, ZeroCopy wanted) throws SystemCallException {
        int bound = tryBind(interfaceIndex, wanted);
        for (int i = 0; i < BUSY_TRIES && bound == -Errno.EBUSY; i++) {
            LockSupport.parkNanos(BUSY_NANOS);
            bound = tryBind(interfaceIndex, wanted);
        }
        if (bound < 0) {
            throw new SystemCallException(
                    "bind(AF_XDP, queue " + number + ")", -bound, remedy(-bound));
        }
        memory.joined(socket);
        if (wanted == ZeroCopy.REQUIRED && !socket.isZeroCopy()) {
            throw new SpecException(
                    "zero-copy=yes cannot be had in memory that a port with copies has begun; give"
                            + " both zero-copy=yes, or this one another umem");
        }
    }

    private int tryBind(int interfaceIndex, ZeroCopy wanted) {
        XdpSocket known = memory.known();
        if (known != null) {
            return socket.bindSharing(interfaceIndex, number, known);
        }
        int flags = XdpSocket.BIND_NEED_WAKEUP | (chained ? XdpSocket.BIND_SEVERAL_BUFFERS : 0);
        int bound = -Errno.EOPNOTSUPP;
        if (wanted != ZeroCopy.NONE) {
            bound = socket.bind(interfaceIndex, number, flags | XdpSocket.BIND_ZERO_COPY);
        }
        if (bound < 0 && bound != -Errno.EBUSY && wanted != ZeroCopy.REQUIRED) {
            bound = socket.bind(interfaceIndex, number, flags | XdpSocket.BIND_COPY);
        }
        return bound;
    }

    private String remedy(int errno) {
        return switch (errno) {
            case Errno.EBUSY ->
                    "end the program that has queue " + number + " already, or choose another";
            case Errno.EINVAL -> "choose a queue that `ethtool -l` shows";
            case Errno.EOPNOTSUPP -> "choose zero-copy=best; the driver cannot do without copies";
            case Errno.ENETDOWN -> "switch the interface on: ip link set NAME up";
            default -> "";
        };
    }

    int number() {
        return number;
    }

    XdpSocket socket() {
        return socket;
    }

    /** How many buffers a frame has at most. */
    int partsMax() {
        return chained ? PARTS_MAX : 1;
    }

    Chunks chunks() {
        return chunks;
    }

    XdpRing ring(Ring which) {
        return rings.get(which.ordinal());
    }

    @Override
    public void close() {
        memory.left(socket);
        socket.close();
        rings.forEach(XdpRing::close);
        chunks.takeAll();
    }
}
