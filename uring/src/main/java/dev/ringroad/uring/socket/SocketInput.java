package dev.ringroad.uring.socket;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** A socket's bytes as a stream. */
final class SocketInput extends InputStream {
    private final UringSocket socket;

    SocketInput(UringSocket socket) {
        this.socket = socket;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return socket.read(ByteBuffer.wrap(one)) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int at, int bytes) throws IOException {
        Objects.checkFromIndexSize(at, bytes, into.length);
        return bytes == 0 ? 0 : socket.read(ByteBuffer.wrap(into, at, bytes));
    }

    @Override
    public void close() {
        socket.close();
    }
}
