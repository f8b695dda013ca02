package dev.ringroad.uring.socket;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.SocketAddresses;
import dev.ringroad.core.linux.StreamSockets;
import dev.ringroad.core.linux.SystemCallException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.SocketAddress;

/** Sockets that listen, and what sockets are called. */
final class Listening {

    private Listening() {}

    /**
     * Opens a socket that listens. What it accepts sends short segments at once, as it does itself
     * (TCP_NODELAY).
     *
     * @param sharedPort whether others of this user may listen at the port as well
     */
    static Descriptor open(SocketAddress address, int backlog, boolean sharedPort)
            throws IOException {
        int family = SocketAddresses.family(address);
        Descriptor made = StreamSockets.open(family);
        try (Arena arena = Arena.ofConfined()) {
            if (family != StreamSockets.UNIX) {
                StreamSockets.set(made, StreamSockets.SOL_SOCKET, StreamSockets.SO_REUSEADDR, 1);
                StreamSockets.set(made, StreamSockets.TCP, StreamSockets.TCP_NODELAY, 1);
                if (sharedPort) {
                    StreamSockets.set(
                            made, StreamSockets.SOL_SOCKET, StreamSockets.SO_REUSEPORT, 1);
                }
            }
            StreamSockets.bind(made, SocketAddresses.encode(address, arena), address.toString());
            StreamSockets.listen(made, backlog);
            return made;
        } catch (Throwable t) {
            made.close();
            throw t;
        }
    }

    /** A socket's own address. */
    static SocketAddress localAddress(Descriptor socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SocketAddresses.BYTES_MAX, Long.BYTES);
            return address("getsockname()", StreamSockets.localName(socket, name), name);
        }
    }

    /** The address of a socket's peer. */
    static SocketAddress peerAddress(Descriptor socket) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocate(SocketAddresses.BYTES_MAX, Long.BYTES);
            return address("getpeername()", StreamSockets.peerName(socket, name), name);
        }
    }

    private static SocketAddress address(String call, int bytes, MemorySegment name)
            throws IOException {
        if (bytes < 0) {
            String remedy = bytes == -Errno.ENOTCONN ? "connect it first" : "";
            throw new SystemCallException(call, -bytes, remedy);
        }
        return SocketAddresses.decode(name, bytes);
    }
}
