package dev.ringroad.sockets.socket;

import dev.ringroad.sockets.bypass.IoLock;
import dev.ringroad.sockets.bypass.TcpStream;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.Objects;

/**
 * The bytes of a connection that the stack carries, as the two streams of its socket. A reader and
 * a writer do not disturb each other.
 */
final class StackStreams {
    private final RingSocketImpl socket;
    private final IoLock readLock = new IoLock();
    private final IoLock writeLock = new IoLock();
    private volatile boolean endSeen;

    StackStreams(RingSocketImpl socket) {
        this.socket = socket;
    }

    InputStream input() {
        return new StackInput();
    }

    OutputStream output() {
        return new StackOutput();
    }

    private int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        readLock.lock();
        try {
            if (endSeen) {
                return -1;
            }
            TcpStream s = socket.connectedStream();
            if (socket.inputClosed) {
                return -1;
            }
            int bytes = s.read(target, offset, length);
            if (bytes == 0) {
                bytes = waitAndRead(s, target, offset, length);
            }
            if (bytes == TcpStream.CLOSED) {
                throw new SocketException("Socket closed");
            }
            if (bytes < 0) {
                endSeen = true;
            }
            return bytes;
        } finally {
            readLock.unlock();
        }
    }

    private int waitAndRead(TcpStream s, byte[] target, int offset, int length) throws IOException {
        long deadline = SidedSocketImpl.deadlineAfter(socket.timeoutMillis);
        int bytes = s.awaitAndRead(target, offset, length, deadline, socket.ended);
        if (bytes == 0) {
            if (socket.inputClosed) {
                return -1;
            }
            if (socket.isOver()) {
                throw socket.interruptedOrClosed();
            }
            throw new SocketTimeoutException("Read timed out");
        }
        return bytes;
    }

    private void write(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (length == 0) {
            return;
        }
        writeLock.lock();
        try {
            TcpStream s = socket.connectedStream();
            if (socket.outputClosed) {
                throw new SocketException("Broken pipe");
            }
            int at = 0;
            while (at < length) {
                int bytes = s.write(source, offset + at, length - at);
                if (bytes == 0) {
                    bytes =
                            s.awaitAndWrite(
                                    source,
                                    offset + at,
                                    length - at,
                                    SidedSocketImpl.NO_DEADLINE,
                                    socket.ended);
                }
                if (bytes == 0 || bytes == TcpStream.CLOSED) {
                    throw socket.interruptedOrClosed();
                }
                at += bytes;
            }
        } finally {
            writeLock.unlock();
        }
    }

    private final class StackInput extends InputStream {
        private final byte[] single = new byte[1];

        @Override
        public synchronized int read() throws IOException {
            int bytes = StackStreams.this.read(single, 0, 1);
            return bytes > 0 ? single[0] & 0xff : -1;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return StackStreams.this.read(target, offset, length);
        }

        @Override
        public int available() throws IOException {
            return socket.available();
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private final class StackOutput extends OutputStream {
        private final byte[] single = new byte[1];

        @Override
        public synchronized void write(int b) throws IOException {
            single[0] = (byte) b;
            StackStreams.this.write(single, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            StackStreams.this.write(source, offset, length);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
