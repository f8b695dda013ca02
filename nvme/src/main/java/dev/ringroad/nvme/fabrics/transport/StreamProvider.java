package dev.ringroad.nvme.fabrics.transport;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Where connections come from. Any thread may use it. */
public interface StreamProvider {
    /**
     * Begins to connect; {@link ByteStream#connect} says what becomes of it.
     *
     * @throws IOException when it cannot even begin; the message says why
     */
    ByteStream connect(InetSocketAddress peer) throws IOException;

    /**
     * Listens.
     *
     * @param backlog how many connections may wait to be accepted
     * @throws IOException when it cannot; the message says why and what to do
     */
    StreamListener listen(InetSocketAddress local, int backlog) throws IOException;

    /** What it is, in a word or two. */
    String name();
}
