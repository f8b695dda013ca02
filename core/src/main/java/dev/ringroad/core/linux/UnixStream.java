package dev.ringroad.core.linux;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A Unix socket that is a stream of bytes and carries descriptors ({@code unix(7)}, {@code
 * SOCK_STREAM}). Nothing here blocks. Owned by one thread at a time.
 *
 * <p>Descriptors stick to the first byte of the {@link #send} that they went with. So a receiver
 * that reads no further than the bytes it expects of one message gets only what belongs to it.
 * Closing one never waits for the peer: what is neither memory nor an eventfd nor else known not to
 * wait is closed by another thread, soon. So is what was sent and is still unread when the socket
 * is closed.
 */
public final class UnixStream implements AutoCloseable {

    /** As many descriptors are kept of one {@link #receive}; others are closed. */
    public static final int DESCRIPTORS_KEPT = 32;

    private final UnixSocket socket;
    private final MessageFrame frame = new MessageFrame(DESCRIPTORS_KEPT);

    private UnixStream(UnixSocket socket) {
        this.socket = socket;
    }

    /**
     * Listens at a path. A socket file that a dead process has left there is replaced.
     *
     * @param abstractName whether {@code path} is a name outside the file system
     * @throws SystemCallException among others with {@code EADDRINUSE} when somebody listens there
     */
    public static UnixStream listen(String path, boolean abstractName) throws IOException {
        return new UnixStream(UnixSocket.listen(UnixSocket.STREAM, path, abstractName));
    }

    /** Connects to a listener. */
    public static UnixStream connect(String path, boolean abstractName) throws IOException {
        return new UnixStream(UnixSocket.connect(UnixSocket.STREAM, path, abstractName));
    }

    /** The next connection to a listener; null when none is pending. */
    public @Nullable UnixStream accept() throws SystemCallException {
        UnixSocket accepted = socket.accept();
        return accepted == null ? null : new UnixStream(accepted);
    }

    /**
     * Sends bytes.
     *
     * @param bytes how many of {@code message}, from its beginning
     * @param descriptors to send along; the peer gets copies
     * @param descriptorCount how many of them, from the first; at least one byte goes with any
     * @return how many bytes were taken, or the negated errno ({@code -EAGAIN} when the peer is
     *     behind, {@code -EPIPE} when gone)
     */
    public int send(MemorySegment message, long bytes, int[] descriptors, int descriptorCount) {
        return frame.send(socket.descriptor(), message, bytes, descriptors, descriptorCount);
    }

    /**
     * Receives bytes. Descriptors that came along wait in {@link #takeReceivedDescriptor} until the
     * next call.
     *
     * @param offset where to put them in {@code into}
     * @param bytes the most to take
     * @return how many came, 0 when the peer has closed, or the negated errno: {@code -EAGAIN} when
     *     there are none, {@code -EMSGSIZE} when there was no room in this process for descriptors
     *     that came along
     */
    public int receive(MemorySegment into, long offset, long bytes) {
        return frame.receive(socket.descriptor(), into, offset, bytes);
    }

    /** The next descriptor of the last {@link #receive}, now the caller's; null for no more. */
    public @Nullable Descriptor takeReceivedDescriptor() {
        return frame.takeDescriptor();
    }

    /** The descriptor to wait on; it stays this object's. */
    public Descriptor descriptor() {
        return socket.descriptor();
    }

    /** Closes the socket and received descriptors that nobody took; a listener removes its file. */
    @Override
    public void close() {
        socket.close(frame);
    }
}
