package dev.ringroad.nvme.fabrics.transport;

import dev.ringroad.core.linux.PollSet;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SelectionKey;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/**
 * The channels of java.nio. They run over whatever provides channels, {@code ringroad run}'s stack
 * too, but tell nobody their descriptors. So a {@link ChannelWaker} waits for them in a thread of
 * its own once their owner sleeps: a sleep costs two more switches of threads, and whoever polls
 * pays nothing.
 */
public final class ChannelStreams implements StreamProvider {
    /** There is nothing to choose, so one will do. */
    public static final StreamProvider INSTANCE = new ChannelStreams();

    private ChannelStreams() {}

    @Override
    public String name() {
        return "java.nio channels";
    }

    @Override
    public ByteStream connect(InetSocketAddress peer) throws IOException {
        if (peer.isUnresolved()) {
            throw new IOException("The name " + peer.getHostString() + " could not be resolved.");
        }
        SocketChannel channel = SocketChannel.open();
        try {
            return new ChannelStream(prepare(channel), channel.connect(peer));
        } catch (Throwable t) {
            channel.close();
            throw t;
        }
    }

    @Override
    public StreamListener listen(InetSocketAddress local, int backlog) throws IOException {
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.configureBlocking(false);
            channel.bind(local, backlog);
            return new Listener(
                    channel,
                    new ChannelSleep(channel),
                    (InetSocketAddress) channel.getLocalAddress());
        } catch (IOException e) {
            channel.close();
            throw new IOException("Listening at " + local + " failed: " + e.getMessage() + ".", e);
        }
    }

    private static SocketChannel prepare(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    private record Listener(
            ServerSocketChannel channel, ChannelSleep sleep, InetSocketAddress localAddress)
            implements StreamListener {
        @Override
        public @Nullable ByteStream accept() throws IOException {
            SocketChannel accepted = channel.accept();
            return accepted == null ? null : new ChannelStream(prepare(accepted), true);
        }

        @Override
        public boolean prepareSleep(PollSet wake) {
            return sleep.prepare(wake, SelectionKey.OP_ACCEPT);
        }

        @Override
        public void wakeUp() {
            sleep.over();
        }

        @Override
        public void close() {
            sleep.close();
        }
    }
}
