package dev.ringroad.net.driver.memif;

import dev.ringroad.core.linux.Descriptor;
import dev.ringroad.core.linux.Errno;
import dev.ringroad.core.linux.UnixSeqPacket;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The control socket of one peer: whole messages out and in, none of them waiting. */
final class MemifControl implements AutoCloseable {

    private final UnixSeqPacket socket;
    private final MemorySegment out = Arena.ofAuto().allocate(MemifMessageCodec.BYTES);
    private final MemorySegment in = Arena.ofAuto().allocate(MemifMessageCodec.BYTES);
    private @Nullable Descriptor descriptor;

    MemifControl(UnixSeqPacket socket) {
        this.socket = socket;
    }

    UnixSeqPacket socket() {
        return socket;
    }

    /**
     * Sends a message.
     *
     * @param descriptorNumber that goes with it, or -1
     * @throws IOException if the peer is gone, or so far behind that its socket is full
     */
    void send(MemifMessage message, int descriptorNumber) throws IOException {
        MemifMessageCodec.encode(message, out);
        int sent = socket.send(out, MemifMessageCodec.BYTES, descriptorNumber);
        if (sent != MemifMessageCodec.BYTES) {
            throw new IOException("the peer takes no messages: " + Errno.describe(-sent));
        }
    }

    /** Sends the reason of a disconnection, if the peer still listens. */
    void bye(String reason) {
        MemifMessageCodec.encode(new MemifMessage.Disconnect(0, reason), out);
        // A peer that can't take it sees the end of the socket instead.
        int ignored = socket.send(out, MemifMessageCodec.BYTES, -1);
    }

    /**
     * Takes the next message if there is one, and what came with it into {@link #descriptor}.
     *
     * @return null when there is none now
     * @throws MemifProtocolException if it is no message of the protocol
     * @throws IOException if the peer is gone
     */
    @Nullable MemifMessage receive() throws MemifProtocolException, IOException {
        int bytes = socket.receive(in);
        if (bytes == -Errno.EAGAIN) {
            return null;
        }
        if (bytes == -Errno.EMSGSIZE) {
            throw new MemifProtocolException(
                    "A message has " + MemifMessageCodec.BYTES + " bytes, this one has more.");
        }
        if (bytes == 0) {
            throw new IOException("the peer closed the socket");
        }
        if (bytes < 0) {
            throw new IOException("the socket failed: " + Errno.describe(-bytes));
        }
        closeDescriptor();
        descriptor = socket.takeReceivedDescriptor();
        return MemifMessageCodec.decode(in, bytes);
    }

    /** The descriptor that came with the last message, the caller's from now on; null for none. */
    @Nullable Descriptor takeDescriptor() {
        Descriptor taken = descriptor;
        descriptor = null;
        return taken;
    }

    private void closeDescriptor() {
        if (descriptor != null) {
            descriptor.close();
            descriptor = null;
        }
    }

    @Override
    public void close() {
        closeDescriptor();
        socket.close();
    }
}
