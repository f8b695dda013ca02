package dev.ringroad.uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A connection over loopback, both ends of which are descriptors. */
final class Loopback {
    private static final int AF_INET = 2;
    private static final int STREAM = 1;

    private Loopback() {}

    static int[] connect(Uring ring) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Arena arena = Arena.ofConfined()) {
            SocketOperations sockets = ring.sockets();
            sockets.prepareSocket(AF_INET, STREAM, 0);
            int listener = Completions.result(ring);
            sockets.prepareBind(listener, Segments.loopback(arena, port));
            int bound = Completions.result(ring);
            sockets.prepareListen(listener, 1);
            int listening = Completions.result(ring);
            if (bound < 0 || listening < 0) {
                throw new IOException("bind answers " + bound + ", listen " + listening);
            }
            sockets.prepareSocket(AF_INET, STREAM, 0);
            int from = Completions.result(ring);
            sockets.prepareConnect(from, Segments.loopback(arena, port));
            int connected = Completions.result(ring);
            sockets.prepareAccept(listener, 0);
            int to = Completions.result(ring);
            ring.files().prepareClose(listener);
            int closed = Completions.result(ring);
            if (connected < 0 || to < 0 || closed < 0) {
                throw new IOException("connect answers " + connected + ", accept " + to);
            }
            return new int[] {from, to};
        }
    }
}
