package dev.ringroad.uring.socket;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A stream into a socket. */
final class SocketOutput extends OutputStream {
    private final UringSocket socket;

    SocketOutput(UringSocket socket) {
        this.socket = socket;
    }

    @Override
    public void write(int one) throws IOException {
        socket.write(ByteBuffer.wrap(new byte[] {(byte) one}));
    }

    @Override
    public void write(byte[] from, int at, int bytes) throws IOException {
        socket.write(ByteBuffer.wrap(from, at, bytes));
    }

    @Override
    public void close() {
        socket.close();
    }
}
