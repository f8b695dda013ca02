package dev.ringroad.uring;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A connection over loopback: one end is a descriptor, the other java.net's. */
final class Pair implements AutoCloseable {
    private static final int AF_INET = 2;
    private static final int STREAM = 1;

    final int socket;
    final Socket peer;
    private final Uring ring;

    Pair(Uring ring) throws IOException {
        this.ring = ring;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Arena arena = Arena.ofConfined()) {
            ring.sockets().prepareSocket(AF_INET, STREAM, 0);
            socket = Completions.result(ring);
            ring.sockets().prepareConnect(socket, Segments.loopback(arena, server.getLocalPort()));
            if (Completions.result(ring) != 0) {
                throw new IOException("No connection over loopback");
            }
            peer = server.accept();
            peer.setSoTimeout(10_000);
            peer.setTcpNoDelay(true);
        }
    }

    void write(String text) throws IOException {
        peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    String read(int bytes) throws IOException {
        return new String(peer.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
    }

    /** The requests of the descriptor have to be over. */
    @Override
    public void close() throws IOException {
        peer.close();
        ring.files().prepareClose(socket);
        if (Completions.result(ring) != 0) {
            throw new IOException("The descriptor was closed before");
        }
    }
}
