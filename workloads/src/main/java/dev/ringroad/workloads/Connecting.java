package dev.ringroad.workloads;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** Connects to a server whose link may be a moment away. */
final class Connecting {
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long PAUSE_MILLIS = 50;

    private Connecting() {}

    /** A blocking, undelayed channel; tries again for ten seconds. */
    static SocketChannel channel(InetSocketAddress server) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                SocketChannel channel = SocketChannel.open(server);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                return channel;
            } catch (IOException e) {
                pauseOrGiveUp(end, e);
            }
        }
    }

    /** The same as a socket. */
    static Socket socket(InetSocketAddress server) throws IOException {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            try {
                Socket socket = new Socket(server.getAddress(), server.getPort());
                socket.setTcpNoDelay(true);
                return socket;
            } catch (IOException e) {
                pauseOrGiveUp(end, e);
            }
        }
    }

    private static void pauseOrGiveUp(long end, IOException e) throws IOException {
        if (System.nanoTime() - end > 0) {
            throw e;
        }
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            e.addSuppressed(interrupted);
            throw e;
        }
    }
}
