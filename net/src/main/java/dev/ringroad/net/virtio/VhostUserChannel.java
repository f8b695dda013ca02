package dev.ringroad.net.virtio;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.UnixStream;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;

/**
 * Either end of a vhost-user connection: whole messages out and in, with their descriptors. Nothing
 * here waits. Owned by one thread at a time.
 *
 * <p>No more is read than the message at hand has, so the descriptors that are here when it is
 * complete came with it.
 */
public final class VhostUserChannel implements AutoCloseable {

    /** More descriptors than this come with no message. */
    public static final int DESCRIPTORS_MAX = VhostUserPayload.MemoryTable.REGIONS_MAX;

    private static final int[] NO_DESCRIPTORS = {};

    private final UnixStream socket;
    private final MemorySegment out = Arena.ofAuto().allocate(VhostUserCodec.BYTES_MAX);
    private final MemorySegment in = Arena.ofAuto().allocate(VhostUserCodec.BYTES_MAX);
    private final ArrayDeque<Descriptor> descriptors = new ArrayDeque<>(DESCRIPTORS_MAX);
    private int received;
    private int wanted = VhostUserCodec.HEADER_BYTES;

    /**
     * @param socket connected, and closed with the channel
     */
    public VhostUserChannel(UnixStream socket) {
        this.socket = socket;
    }

    /** The descriptor to wait on; it stays this object's. */
    public Descriptor descriptor() {
        return socket.descriptor();
    }

    /** As {@link #send(VhostUserMessage, int...)}, without descriptors. */
    public void send(VhostUserMessage message) throws IOException {
        send(message, NO_DESCRIPTORS);
    }

    /**
     * Sends a message.
     *
     * @param descriptorNumbers that go with it; the peer gets copies
     * @throws IOException if the peer is gone, or so far behind that its socket is full
     */
    public void send(VhostUserMessage message, int... descriptorNumbers) throws IOException {
        int bytes = VhostUserCodec.encode(message, out);
        int sent = socket.send(out, bytes, descriptorNumbers, descriptorNumbers.length);
        if (sent != bytes) {
            throw new IOException(
                    "the peer takes no messages: "
                            + (sent < 0 ? Errno.describe(-sent) : "its socket is full"));
        }
    }

    /**
     * Takes the next message if all of it is there. The descriptors that came with the one before
     * are closed unless they were taken.
     *
     * @return null when there is none now
     * @throws VhostUserException if it is no message of the protocol
     * @throws IOException if the peer is gone
     */
    public @Nullable VhostUserMessage receive() throws IOException {
        if (received == 0) {
            closeDescriptors();
        }
        while (received < wanted) {
            if (!read()) {
                return null;
            }
            if (received == VhostUserCodec.HEADER_BYTES && wanted == received) {
                wanted += VhostUserCodec.payloadBytes(in);
            }
        }
        received = 0;
        wanted = VhostUserCodec.HEADER_BYTES;
        return VhostUserCodec.decode(in);
    }

    /** Reads what is still wanted; false when there is nothing now. */
    private boolean read() throws IOException {
        int bytes = socket.receive(in, received, wanted - received);
        if (bytes == -Errno.EAGAIN || bytes == -Errno.EINTR) {
            return false;
        }
        if (bytes == 0) {
            throw new IOException("the peer closed the socket");
        }
        if (bytes == -Errno.EMSGSIZE) {
            throw new IOException(
                    "there is no room for the descriptors of a message; raise the limit of open"
                            + " files (ulimit -n)");
        }
        if (bytes < 0) {
            throw new IOException("the socket failed: " + Errno.describe(-bytes));
        }
        received += bytes;
        keepDescriptors();
        return true;
    }

    private void keepDescriptors() throws VhostUserException {
        Descriptor next;
        while ((next = socket.takeReceivedDescriptor()) != null) {
            descriptors.add(next);
        }
        if (descriptors.size() > DESCRIPTORS_MAX) {
            throw new VhostUserException(
                    "At most " + DESCRIPTORS_MAX + " descriptors come with a message.");
        }
    }

    /** How many descriptors of the last message have not been taken. */
    public int descriptorCount() {
        return descriptors.size();
    }

    /** The next descriptor of the last message, now the caller's; null for no more. */
    public @Nullable Descriptor takeDescriptor() {
        return descriptors.poll();
    }

    private void closeDescriptors() {
        Descriptor left;
        while ((left = takeDescriptor()) != null) {
            left.close();
        }
    }

    /** Closes the socket and the descriptors that nobody took. */
    @Override
    public void close() {
        closeDescriptors();
        socket.close();
    }
}
