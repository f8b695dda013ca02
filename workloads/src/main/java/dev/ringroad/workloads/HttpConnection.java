package dev.ringroad.workloads;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One keep-alive connection of the load client: asks, and knows when the answer is whole. */
final class HttpConnection {
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final String LENGTH = "content-length:";

    private final SocketChannel channel;
    private final ByteBuffer request;
    private final ByteBuffer answer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long askedNanos;

    /**
     * Header and body bytes of the answer; every answer has the same, so only the first one is
     * taken apart.
     */
    private int answerBytes;

    HttpConnection(InetSocketAddress server, Selector selector) throws IOException {
        channel = Connecting.channel(server);
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ, this);
        byte[] bytes = request(server, "/", "keep-alive").getBytes(StandardCharsets.US_ASCII);
        request = ByteBuffer.allocateDirect(bytes.length).put(bytes);
    }

    private static String request(InetSocketAddress server, String path, String connection) {
        return "GET "
                + path
                + " HTTP/1.1\r\nHost: "
                + server.getHostString()
                + "\r\nConnection: "
                + connection
                + "\r\n\r\n";
    }

    long askedNanos() {
        return askedNanos;
    }

    void ask(long nowNanos) throws IOException {
        askedNanos = nowNanos;
        answer.clear();
        request.flip();
        while (request.hasRemaining()) {
            channel.write(request);
        }
    }

    /** Reads what is there; true when the answer is whole. */
    boolean readAnswer() throws IOException {
        if (channel.read(answer) < 0) {
            throw new EOFException("The server closed a keep-alive connection.");
        }
        if (answerBytes == 0 && !takeApart()) {
            return false;
        }
        return answer.position() >= answerBytes;
    }

    private boolean takeApart() throws IOException {
        byte[] bytes = new byte[answer.position()];
        answer.get(0, bytes);
        String text = new String(bytes, StandardCharsets.US_ASCII);
        int headerEnd = text.indexOf("\r\n\r\n");
        if (headerEnd < 0) {
            return false;
        }
        String header = text.substring(0, headerEnd).toLowerCase(Locale.ROOT) + "\r\n";
        int length = header.indexOf(LENGTH);
        if (!header.startsWith("http/1.1 200") || length < 0) {
            throw new IOException("The server answered: " + header.lines().findFirst().orElse(""));
        }
        int lineEnd = header.indexOf("\r\n", length);
        int bodyBytes =
                Integer.parseInt(header.substring(length + LENGTH.length(), lineEnd).trim());
        answerBytes = headerEnd + 4 + bodyBytes;
        if (answerBytes > BUFFER_BYTES) {
            throw new IOException("The page is larger than this client takes.");
        }
        return true;
    }

    static void askToEnd(InetSocketAddress server) throws IOException {
        try (SocketChannel channel = Connecting.channel(server)) {
            channel.write(
                    ByteBuffer.wrap(
                            request(server, "/end", "close").getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer rest = ByteBuffer.allocate(BUFFER_BYTES);
            while (channel.read(rest) >= 0) {
                rest.clear();
            }
        }
    }
}
