package dev.ringroad.workloads;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * Server that echoes one TCP connection and ends when its client does.
 *
 * <p>Arguments: {@code host= port= mode=blocking|spinning|socket}.
 */
public final class TcpEchoServer {
    private static final int BUFFER_BYTES = 64 * 1024;

    private TcpEchoServer() {}

    /** Runs the server; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        Lifeline.watch(arguments);
        PhaseMeter meter = new PhaseMeter("tcp-server");
        switch (arguments.mode()) {
            case BLOCKING -> channel(arguments.address(), true, meter);
            case SPINNING -> channel(arguments.address(), false, meter);
            case SOCKET -> socket(arguments.address(), meter);
        }
        meter.end();
    }

    private static void channel(InetSocketAddress at, boolean blocking, PhaseMeter meter)
            throws IOException {
        try (ServerSocketChannel listener = ServerSocketChannel.open().bind(at)) {
            Ready.say(listener.socket().getLocalPort());
            try (SocketChannel channel = listener.accept()) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                channel.configureBlocking(blocking);
                echo(channel, ByteBuffer.allocateDirect(BUFFER_BYTES), meter);
            }
        }
    }

    /** Serves both kinds: on a blocking channel nothing ever returns 0. */
    private static void echo(SocketChannel channel, ByteBuffer buffer, PhaseMeter meter)
            throws IOException {
        while (true) {
            buffer.clear();
            int got = channel.read(buffer);
            if (got < 0) {
                return;
            }
            if (got == 0) {
                Thread.onSpinWait();
                continue;
            }
            buffer.flip();
            meter.observe(buffer);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    private static void socket(InetSocketAddress at, PhaseMeter meter) throws IOException {
        try (ServerSocket listener = new ServerSocket()) {
            listener.bind(at);
            Ready.say(listener.getLocalPort());
            try (Socket socket = listener.accept()) {
                socket.setTcpNoDelay(true);
                InputStream in = socket.getInputStream();
                OutputStream out = socket.getOutputStream();
                byte[] bytes = new byte[BUFFER_BYTES];
                ByteBuffer view = ByteBuffer.wrap(bytes);
                for (int got = in.read(bytes); got >= 0; got = in.read(bytes)) {
                    meter.observe(view);
                    out.write(bytes, 0, got);
                }
            }
        }
    }
}
