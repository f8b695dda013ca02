package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;

/** A ring for each test of its operations on sockets. */
abstract class SocketFixture {
    static final int AF_INET = 2;
    static final int STREAM = 1;
    static final int DATAGRAM = 2;
    static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    final Arena arena = Arena.ofConfined();
    Uring ring;
    SocketOperations sockets;

    @BeforeEach
    void open() throws Exception {
        ring = Uring.open(UringConfig.of(32));
        sockets = ring.sockets();
    }

    @AfterEach
    void close() {
        ring.close();
        arena.close();
    }

    MemorySegment loopback(int port) {
        return Segments.loopback(arena, port);
    }

    MemorySegment text(String text) {
        return Segments.text(arena, text);
    }

    static String text(MemorySegment segment, long at, int bytes) {
        return Segments.text(segment, at, bytes);
    }

    int socket(int type) {
        sockets.prepareSocket(AF_INET, type, 0);
        int socket = Completions.result(ring);
        assertThat(socket).isNotNegative();
        return socket;
    }

    void close(int socket) {
        ring.files().prepareClose(socket);
        assertThat(Completions.result(ring)).isZero();
    }
}
