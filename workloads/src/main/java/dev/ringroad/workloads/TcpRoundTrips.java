package dev.ringroad.workloads;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/**
 * Client that measures TCP round trips against {@link TcpEchoServer}.
 *
 * <p>Arguments: {@code host= port= mode=blocking|spinning|socket bytes=64,1024 warm-up=} (round
 * trips) {@code warm-up-millis= millis=}.
 */
public final class TcpRoundTrips {
    private TcpRoundTrips() {}

    /** Runs the client; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        InetSocketAddress server = arguments.address();
        Lifeline.watch(arguments);
        try (Exchange exchange = open(server, arguments.mode())) {
            RoundTrips roundTrips = new RoundTrips("tcp-client", exchange, arguments);
            for (int bytes : arguments.numbers("bytes", "64,1024")) {
                roundTrips.measure(bytes);
            }
        }
    }

    private static Exchange open(InetSocketAddress server, Mode mode) throws IOException {
        return switch (mode) {
            case BLOCKING -> new Blocking(Connecting.channel(server));
            case SPINNING -> new Spinning(Connecting.channel(server));
            case SOCKET -> new Streams(Connecting.socket(server));
        };
    }

    private static final class Blocking extends Exchange {
        private final SocketChannel channel;

        Blocking(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        void roundTrip(ByteBuffer message, ByteBuffer echo) throws IOException {
            while (message.hasRemaining()) {
                channel.write(message);
            }
            while (echo.hasRemaining()) {
                if (channel.read(echo) < 0) {
                    throw new EOFException("The server closed the connection.");
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class Spinning extends Exchange {
        private final SocketChannel channel;

        Spinning(SocketChannel channel) throws IOException {
            this.channel = channel;
            channel.configureBlocking(false);
        }

        @Override
        void roundTrip(ByteBuffer message, ByteBuffer echo) throws IOException {
            while (message.hasRemaining()) {
                if (channel.write(message) == 0) {
                    Thread.onSpinWait();
                }
            }
            while (echo.hasRemaining()) {
                int got = channel.read(echo);
                if (got < 0) {
                    throw new EOFException("The server closed the connection.");
                }
                if (got == 0) {
                    Thread.onSpinWait();
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private static final class Streams extends Exchange {
        private final Socket socket;
        private final OutputStream out;
        private final DataInputStream in;
        private byte[] bytes = new byte[0];

        Streams(Socket socket) throws IOException {
            this.socket = socket;
            out = socket.getOutputStream();
            in = new DataInputStream(socket.getInputStream());
        }

        @Override
        void roundTrip(ByteBuffer message, ByteBuffer echo) throws IOException {
            int length = message.remaining();
            if (bytes.length != length) {
                bytes = new byte[length];
            }
            message.get(0, bytes);
            out.write(bytes);
            in.readFully(bytes);
            echo.put(0, bytes);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
