package dev.ringroad.core.linux;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/**
 * A Unix socket that keeps the bounds of messages and carries descriptors ({@code unix(7)}, {@code
 * SOCK_SEQPACKET}). Nothing here blocks. Owned by one thread at a time.
 *
 * <p>Closing a descriptor that came from the peer never waits for that, see {@link UnixStream}.
 */
public final class UnixSeqPacket implements AutoCloseable {
    private static final int DESCRIPTORS_KEPT = 1;

    /**
     * Who stands at the other end, as the kernel saw them when the connection was made.
     *
     * @param pid the process
     * @param uid its effective user
     * @param gid its effective group
     */
    public record PeerCredentials(int pid, int uid, int gid) {}

    private final UnixSocket socket;
    private final MessageFrame frame = new MessageFrame(DESCRIPTORS_KEPT);
    private final int[] passed = new int[1];

    private UnixSeqPacket(UnixSocket socket) {
        this.socket = socket;
    }

    /**
     * Listens at a path. A socket file that a dead process has left there is replaced.
     *
     * @param abstractName whether {@code path} is a name outside the file system
     * @throws SystemCallException among others with {@code EADDRINUSE} when somebody listens there
     */
    public static UnixSeqPacket listen(String path, boolean abstractName) throws IOException {
        return new UnixSeqPacket(UnixSocket.listen(UnixSocket.SEQPACKET, path, abstractName));
    }

    /** Connects to a listener. */
    public static UnixSeqPacket connect(String path, boolean abstractName) throws IOException {
        return new UnixSeqPacket(UnixSocket.connect(UnixSocket.SEQPACKET, path, abstractName));
    }

    /** The next connection to a listener; null when none is pending. */
    public @Nullable UnixSeqPacket accept() throws SystemCallException {
        UnixSocket accepted = socket.accept();
        return accepted == null ? null : new UnixSeqPacket(accepted);
    }

    /**
     * Sends one message.
     *
     * @param bytes how much of {@code message}, from its beginning
     * @param descriptorOrMinusOne a descriptor to send along; the peer gets a copy
     * @return {@code bytes}, or the negated errno ({@code -EAGAIN} when the peer is behind, {@code
     *     -EPIPE} when gone)
     */
    public int send(MemorySegment message, long bytes, int descriptorOrMinusOne) {
        passed[0] = descriptorOrMinusOne;
        int count = descriptorOrMinusOne < 0 ? 0 : 1;
        return frame.send(socket.descriptor(), message, bytes, passed, count);
    }

    /**
     * Receives one message. A descriptor that came along waits in {@link #takeReceivedDescriptor}
     * until the next message.
     *
     * @return the bytes, 0 when the peer has closed (or sent an empty message), or the negated
     *     errno: {@code -EAGAIN} when there is none, {@code -EMSGSIZE} when the message was longer
     *     than {@code into}
     */
    public int receive(MemorySegment into) {
        return frame.receive(socket.descriptor(), into, 0, into.byteSize());
    }

    /** The descriptor of the last message, now the caller's; null when it had none. */
    public @Nullable Descriptor takeReceivedDescriptor() {
        return frame.takeDescriptor();
    }

    /** Who the peer is. */
    public PeerCredentials peerCredentials() throws SystemCallException {
        return socket.peerCredentials();
    }

    /** The descriptor to wait on; it stays this object's. */
    public Descriptor descriptor() {
        return socket.descriptor();
    }

    /**
     * Closes the socket and a received descriptor that nobody took; a listener removes its file.
     */
    @Override
    public void close() {
        socket.close(frame);
    }
}
