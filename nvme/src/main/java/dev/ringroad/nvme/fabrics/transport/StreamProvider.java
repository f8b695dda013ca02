package dev.ringroad.nvme.fabrics.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;

/** Where connections come from. Any thread may use it. */
public interface StreamProvider {
    /**
     * What suits this process: sockets of the kernel; but where somebody has put java.nio on
     * something else, as {@code ringroad run} does, its channels.
     */
    static StreamProvider usual() {
        Module provider = SelectorProvider.provider().getClass().getModule();
        return provider.equals(SelectorProvider.class.getModule())
                ? KernelStreams.INSTANCE
                : ChannelStreams.INSTANCE;
    }

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
