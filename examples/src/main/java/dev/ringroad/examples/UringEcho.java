package dev.ringroad.examples;

import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringThread;
import dev.ringroad.uring.socket.UringServerSocket;
import dev.ringroad.uring.socket.UringSocket;
import dev.ringroad.uring.socket.UringSockets;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;

/**
 * An echo server with a virtual thread a connection, and one ring for all of them.
 *
 * <p>It shows sockets over io_uring in the blocking style. Who has thousands of connections and
 * counts every call of the kernel takes {@link dev.ringroad.uring.socket.UringServer} instead, with
 * callbacks on the ring's own thread. With a JDK 25:
 *
 * <pre>
 *   java --enable-native-access=ALL-UNNAMED -cp 'cli/target/dist/lib/*:examples/target/classes' \
 *       dev.ringroad.examples.UringEcho 7000
 * </pre>
 */
public final class UringEcho implements AutoCloseable {
    private static final int ENTRIES = 256;
    private static final int REQUESTS_MAX = 4096;
    private static final long SPIN_NANOS = 20_000;
    private static final int BACKLOG = 1024;

    private final UringThread loop;
    private final UringServerSocket listener;
    private final Thread accepting;

    private UringEcho(UringThread loop, UringServerSocket listener) {
        this.loop = loop;
        this.listener = listener;
        accepting = Thread.ofVirtual().start(this::accept);
    }

    /** Serves until it is ended; the argument is a port. */
    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            System.err.println("Give a port, such as 7000.");
            System.exit(2);
        }
        try (UringEcho server = open(Integer.parseInt(args[0]))) {
            System.out.println("echoes at " + server.address());
            server.accepting.join();
        }
    }

    /** Begins to serve at a port of this machine, or at any with 0. */
    static UringEcho open(int port) throws IOException {
        UringThread loop =
                UringThread.start("echo", UringConfig.of(ENTRIES), REQUESTS_MAX, SPIN_NANOS);
        try {
            UringSockets sockets = new UringSockets(loop.loop());
            return new UringEcho(loop, sockets.listen(new InetSocketAddress(port), BACKLOG));
        } catch (Throwable t) {
            loop.close();
            throw t;
        }
    }

    /** Where it listens. */
    SocketAddress address() {
        return listener.localAddress();
    }

    private void accept() {
        try {
            while (listener.isOpen()) {
                UringSocket socket = listener.accept();
                Thread.startVirtualThread(() -> echo(socket));
            }
        } catch (IOException e) {
            if (listener.isOpen()) {
                System.err.println("No more connections: " + e.getMessage());
            }
        }
    }

    private static void echo(UringSocket socket) {
        try (socket) {
            long ignored = socket.inputStream().transferTo(socket.outputStream());
        } catch (SocketException e) {
            // The client is gone, and its connection with it.
        } catch (IOException e) {
            System.err.println("A connection ended: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        listener.close();
        loop.close();
    }
}
