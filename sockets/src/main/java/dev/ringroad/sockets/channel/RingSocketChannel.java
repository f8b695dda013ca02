package dev.ringroad.sockets.channel;

import dev.ringroad.sockets.bypass.Bypass;
import dev.ringroad.sockets.bypass.TcpStream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProtocolFamily;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.SocketChannel;
import java.util.Objects;

/**
 * The half of a TCP channel that moves bytes.
 *
 * <p>Reads and writes of the stack's connections take the channel's lock of that direction and the
 * stack's lock, and nothing else: {@code begin()} and {@code end()} are for calls that have to
 * wait. An interrupted thread takes the long way, so that its interrupt closes the channel as
 * {@link java.nio.channels.InterruptibleChannel} promises.
 */
final class RingSocketChannel extends LateSocketChannel {
    /** An undecided channel. */
    RingSocketChannel(
            RingroadSelectorProvider provider, Bypass bypass, @Nullable ProtocolFamily family) {
        super(provider, bypass, family);
    }

    /** A connection that the kernel has accepted. */
    RingSocketChannel(RingroadSelectorProvider provider, Bypass bypass, SocketChannel accepted) {
        super(provider, bypass, accepted);
    }

    /** A connection that the stack has accepted. */
    RingSocketChannel(RingroadSelectorProvider provider, Bypass bypass, TcpStream accepted) {
        super(provider, bypass, accepted);
    }

    private static boolean interrupted() {
        return Thread.currentThread().isInterrupted();
    }

    /** A stream says {@link TcpStream#CLOSED} when it was closed between our check and its own. */
    private static ClosedChannelException closed(boolean blocking) {
        return blocking ? new AsynchronousCloseException() : new ClosedChannelException();
    }

    // Reading

    @Override
    public int read(ByteBuffer target) throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            return readKernel(k, target);
        }
        if (target.isReadOnly()) {
            throw new IllegalArgumentException("Read-only buffer");
        }
        readLock.lock();
        try {
            TcpStream s = connectedStream();
            if (inputClosed) {
                return -1;
            }
            boolean blocking = isBlocking();
            if (!blocking || !interrupted()) {
                int bytes = s.read(target, !blocking);
                if (bytes == TcpStream.CLOSED) {
                    throw closed(blocking);
                }
                if (bytes != 0 || !blocking || !target.hasRemaining()) {
                    return bytes;
                }
            }
            return waitAndRead(s, target);
        } finally {
            readLock.unlock();
        }
    }

    private int waitAndRead(TcpStream s, ByteBuffer target) throws IOException {
        int bytes = 0;
        try {
            begin();
            while (bytes == 0 && isOpen() && !inputClosed) {
                bytes = s.awaitAndRead(target, NO_DEADLINE, readEnded);
            }
        } finally {
            end(bytes > 0);
        }
        return bytes > 0 ? bytes : -1;
    }

    private int readKernel(SocketChannel k, ByteBuffer target) throws IOException {
        try {
            return k.read(target);
        } catch (ClosedChannelException e) {
            followKernel(k);
            throw e;
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, targets.length);
        SocketChannel k = kernel;
        if (k != null) {
            return readKernel(k, targets, offset, length);
        }
        for (int i = offset; i < offset + length; i++) {
            if (targets[i].isReadOnly()) {
                throw new IllegalArgumentException("Read-only buffer");
            }
        }
        readLock.lock();
        try {
            TcpStream s = connectedStream();
            if (inputClosed) {
                return -1;
            }
            boolean blocking = isBlocking();
            ByteBuffer first = firstWithRoom(targets, offset, length);
            if (!blocking || !interrupted()) {
                long bytes = s.read(targets, offset, length, !blocking);
                if (bytes == TcpStream.CLOSED) {
                    throw closed(blocking);
                }
                if (bytes != 0 || !blocking || first == null) {
                    return bytes;
                }
            }
            if (first == null) {
                return 0;
            }
            long bytes = waitAndRead(s, first);
            // Whatever else is there already goes into the rest.
            return bytes > 0 ? bytes + Math.max(0, s.read(targets, offset, length, false)) : bytes;
        } finally {
            readLock.unlock();
        }
    }

    private static @Nullable ByteBuffer firstWithRoom(
            ByteBuffer[] buffers, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i].hasRemaining()) {
                return buffers[i];
            }
        }
        return null;
    }

    private long readKernel(SocketChannel k, ByteBuffer[] targets, int offset, int length)
            throws IOException {
        try {
            return k.read(targets, offset, length);
        } catch (ClosedChannelException e) {
            followKernel(k);
            throw e;
        }
    }

    /** For the adaptor's stream: waits at most this long, 0 for ever, for at least one byte. */
    int blockingRead(byte[] target, int offset, int length, long timeoutNanos) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        readLock.lock();
        try {
            TcpStream s = connectedStream();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            if (inputClosed) {
                return -1;
            }
            if (!interrupted()) {
                int bytes = s.read(target, offset, length);
                if (bytes == TcpStream.CLOSED) {
                    throw closed(true);
                }
                if (bytes != 0) {
                    return bytes;
                }
            }
            return waitAndRead(s, target, offset, length, timeoutNanos);
        } finally {
            readLock.unlock();
        }
    }

    private int waitAndRead(TcpStream s, byte[] target, int offset, int length, long timeoutNanos)
            throws IOException {
        long deadline = timeoutNanos > 0 ? System.nanoTime() + timeoutNanos : NO_DEADLINE;
        int bytes = 0;
        try {
            begin();
            while (bytes == 0 && isOpen() && !inputClosed) {
                bytes = s.awaitAndRead(target, offset, length, deadline, readEnded);
                if (bytes == 0 && isOpen() && !inputClosed && deadline - System.nanoTime() <= 0) {
                    throw new SocketTimeoutException("Read timed out");
                }
            }
        } finally {
            end(bytes > 0);
        }
        return bytes > 0 ? bytes : -1;
    }

    // Writing

    @Override
    public int write(ByteBuffer source) throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            return writeKernel(k, source);
        }
        writeLock.lock();
        try {
            TcpStream s = writableStream();
            boolean blocking = isBlocking();
            if (!blocking || !interrupted()) {
                int bytes = s.write(source, !blocking);
                if (bytes == TcpStream.CLOSED) {
                    throw closed(blocking);
                }
                if (!blocking || !source.hasRemaining()) {
                    return bytes;
                }
                return bytes + waitAndWrite(s, source, bytes > 0);
            }
            return waitAndWrite(s, source, false);
        } finally {
            writeLock.unlock();
        }
    }

    private TcpStream writableStream() throws ClosedChannelException {
        TcpStream s = connectedStream();
        if (outputClosed) {
            throw new ClosedChannelException();
        }
        return s;
    }

    /** A blocking write returns when everything is written, as the kernel's does. */
    private int waitAndWrite(TcpStream s, ByteBuffer source, boolean some) throws IOException {
        int written = 0;
        boolean completed = some;
        try {
            begin();
            while (source.hasRemaining() && isOpen() && !outputClosed) {
                int bytes = s.awaitAndWrite(source, NO_DEADLINE, writeEnded);
                if (bytes == TcpStream.CLOSED) {
                    break;
                }
                written += bytes;
                completed |= bytes > 0;
            }
        } finally {
            end(completed);
        }
        if (!completed && outputClosed) {
            throw new AsynchronousCloseException();
        }
        return written;
    }

    private int writeKernel(SocketChannel k, ByteBuffer source) throws IOException {
        try {
            return k.write(source);
        } catch (ClosedChannelException e) {
            followKernel(k);
            throw e;
        }
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sources.length);
        SocketChannel k = kernel;
        if (k != null) {
            return writeKernel(k, sources, offset, length);
        }
        writeLock.lock();
        try {
            TcpStream s = writableStream();
            boolean blocking = isBlocking();
            long written = 0;
            if (!blocking || !interrupted()) {
                written = s.write(sources, offset, length, !blocking);
                if (written == TcpStream.CLOSED) {
                    throw closed(blocking);
                }
            }
            if (blocking) {
                for (int i = offset; i < offset + length; i++) {
                    if (sources[i].hasRemaining()) {
                        written += waitAndWrite(s, sources[i], written > 0);
                    }
                }
            }
            return written;
        } finally {
            writeLock.unlock();
        }
    }

    private long writeKernel(SocketChannel k, ByteBuffer[] sources, int offset, int length)
            throws IOException {
        try {
            return k.write(sources, offset, length);
        } catch (ClosedChannelException e) {
            followKernel(k);
            throw e;
        }
    }

    /** For the adaptor's stream: returns when everything is written. */
    void blockingWrite(byte[] source, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, source.length);
        if (length == 0) {
            return;
        }
        writeLock.lock();
        try {
            TcpStream s = writableStream();
            if (!isBlocking()) {
                throw new IllegalBlockingModeException();
            }
            int at = 0;
            if (!interrupted()) {
                at = s.write(source, offset, length);
                if (at == TcpStream.CLOSED) {
                    throw closed(true);
                }
            }
            if (at < length) {
                waitAndWrite(s, source, offset + at, length - at);
            }
        } finally {
            writeLock.unlock();
        }
    }

    private void waitAndWrite(TcpStream s, byte[] source, int offset, int length)
            throws IOException {
        int at = 0;
        try {
            begin();
            while (at < length && isOpen() && !outputClosed) {
                int bytes =
                        s.awaitAndWrite(source, offset + at, length - at, NO_DEADLINE, writeEnded);
                if (bytes == TcpStream.CLOSED) {
                    break;
                }
                at += bytes;
            }
        } finally {
            end(at >= length);
        }
        if (at < length) {
            throw new AsynchronousCloseException();
        }
    }

    /**
     * For the adaptor. The stack sends no urgent data: RFC 6093 asks new programs not to use it.
     */
    void sendUrgentData(int data) throws IOException {
        SocketChannel k = kernel;
        if (k == null) {
            connectedStream();
            throw new SocketException("Urgent data not supported");
        }
        k.socket().sendUrgentData(data);
    }

    /** Bytes that a read would give without waiting. */
    int available() throws IOException {
        SocketChannel k = kernel;
        if (k != null) {
            return k.socket().getInputStream().available();
        }
        TcpStream s = connectedStream();
        return inputClosed ? 0 : s.available();
    }

    /** The kernel's stream of a connection that the kernel carries; null when the stack does. */
    @Nullable InputStream kernelInput(int timeoutMillis) throws IOException {
        SocketChannel k = kernel;
        if (k == null) {
            return null;
        }
        k.socket().setSoTimeout(timeoutMillis);
        return k.socket().getInputStream();
    }

    /** The same for writing. */
    @Nullable OutputStream kernelOutput() throws IOException {
        SocketChannel k = kernel;
        return k == null ? null : k.socket().getOutputStream();
    }
}
