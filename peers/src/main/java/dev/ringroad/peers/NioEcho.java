package dev.ringroad.peers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicReference;

/** An echo server on one selector, for clients that read what they are sent. */
public final class NioEcho {
    private static final int BACKLOG = 4096;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Selector selector;
    private final ServerSocketChannel listener;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

    private NioEcho() throws IOException {
        selector = Selector.open();
        listener = ServerSocketChannel.open();
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), BACKLOG);
        listener.configureBlocking(false);
        listener.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Runs the server until standard input ends. */
    public static void main(String[] args) throws IOException, InterruptedException {
        NioEcho server = new NioEcho();
        AtomicReference<IOException> failure = new AtomicReference<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                server.serve();
                            } catch (IOException e) {
                                failure.set(e);
                            }
                        },
                        "nio-echo");
        thread.setDaemon(true);
        thread.start();
        Lifeline.listening(server.listener.socket().getLocalPort());
    }

    private void serve() throws IOException {
        while (true) {
            selector.select(this::serve);
        }
    }

    private void serve(SelectionKey key) {
        try {
            if (key.isAcceptable()) {
                accept();
            } else {
                echo((SocketChannel) key.channel());
            }
        } catch (IOException e) {
            close(key); // a client that went away
        }
    }

    private void accept() throws IOException {
        for (SocketChannel one = listener.accept(); one != null; one = listener.accept()) {
            one.setOption(StandardSocketOptions.TCP_NODELAY, true);
            one.configureBlocking(false);
            one.register(selector, SelectionKey.OP_READ);
        }
    }

    private void echo(SocketChannel channel) throws IOException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            channel.close();
            return;
        }
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static void close(SelectionKey key) {
        try {
            key.channel().close();
        } catch (IOException e) {
            key.cancel();
        }
    }
}
