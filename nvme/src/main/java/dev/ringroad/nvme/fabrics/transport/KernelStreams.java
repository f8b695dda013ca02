package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.core.linux.SocketAddresses;
import dev.ringroad.core.linux.StreamSockets;
import dev.ringroad.core.linux.SystemCallException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;

/** TCP sockets of the kernel, by their descriptors ({@code tcp(7)}). */
public final class KernelStreams implements StreamProvider {
    /** There is nothing to choose, so one will do. */
    public static final StreamProvider INSTANCE = new KernelStreams();

    private KernelStreams() {}

    @Override
    public String name() {
        return "kernel sockets";
    }

    @Override
    public ByteStream connect(InetSocketAddress peer) throws IOException {
        Descriptor socket = open(peer);
        try (Arena arena = Arena.ofConfined()) {
            int begun = StreamSockets.connect(socket, SocketAddresses.encode(peer, arena));
            if (begun < 0 && begun != -Errno.EINPROGRESS) {
                throw new SystemCallException("connect(" + peer + ")", -begun, "");
            }
            return new KernelStream(socket, begun == 0);
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    @Override
    public StreamListener listen(InetSocketAddress local, int backlog) throws IOException {
        Descriptor socket = open(local);
        try (Arena arena = Arena.ofConfined()) {
            StreamSockets.set(socket, StreamSockets.SOL_SOCKET, StreamSockets.SO_REUSEADDR, 1);
            StreamSockets.bind(socket, SocketAddresses.encode(local, arena), local.toString());
            StreamSockets.listen(socket, backlog);
            MemorySegment name = arena.allocate(SocketAddresses.BYTES_MAX, Long.BYTES);
            int bytes = StreamSockets.localName(socket, name);
            if (bytes < 0) {
                throw new SystemCallException("getsockname(" + local + ")", -bytes, "");
            }
            return new Listener(socket, (InetSocketAddress) SocketAddresses.decode(name, bytes));
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    /** Small commands must not wait for the acknowledgement of others, hence TCP_NODELAY. */
    private static Descriptor open(InetSocketAddress address) throws IOException {
        Descriptor socket = StreamSockets.open(SocketAddresses.family(address));
        try {
            socket.nonBlocking(true);
            StreamSockets.set(socket, StreamSockets.TCP, StreamSockets.TCP_NODELAY, 1);
            return socket;
        } catch (Throwable t) {
            socket.close();
            throw t;
        }
    }

    private record Listener(Descriptor socket, InetSocketAddress localAddress)
            implements StreamListener {
        @Override
        public @Nullable ByteStream accept() throws IOException {
            int number = StreamSockets.accept(socket);
            if (number >= 0) {
                return new KernelStream(Descriptor.adopt(number), true);
            }
            // What a connection suffered before it was taken is no failure of the listener.
            return switch (-number) {
                case Errno.EAGAIN,
                        Errno.EINTR,
                        Errno.ECONNABORTED,
                        Errno.ENETDOWN,
                        Errno.EHOSTUNREACH,
                        Errno.ENETUNREACH ->
                        null;
                default ->
                        throw new SystemCallException(
                                "accept4(" + localAddress + ")",
                                -number,
                                number == -Errno.EMFILE
                                        ? "allow this process more descriptors: ulimit -n"
                                        : "");
            };
        }

        @Override
        public boolean prepareSleep(PollSet wake) {
            wake.add(socket.number(), PollSet.POLLIN);
            return true;
        }

        @Override
        public void close() {
            socket.close();
        }
    }
}
