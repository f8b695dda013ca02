package dev.ringroad.workloads;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Server that returns every datagram to its sender, and ends after one of a single byte.
 *
 * <p>Arguments: {@code host= port= mode=blocking|spinning}.
 */
public final class UdpEchoServer {
    private static final int BUFFER_BYTES = 64 * 1024;

    private UdpEchoServer() {}

    /** Runs the server; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        Lifeline.watch(arguments);
        PhaseMeter meter = new PhaseMeter("udp-server");
        try (DatagramChannel channel = DatagramChannel.open().bind(arguments.address())) {
            channel.configureBlocking(arguments.mode() != Mode.SPINNING);
            Ready.say(channel.socket().getLocalPort());
            echo(channel, ByteBuffer.allocateDirect(BUFFER_BYTES), meter);
        }
        meter.end();
    }

    private static void echo(DatagramChannel channel, ByteBuffer buffer, PhaseMeter meter)
            throws IOException {
        while (true) {
            buffer.clear();
            @Nullable SocketAddress sender = channel.receive(buffer);
            if (sender == null) {
                Thread.onSpinWait();
                continue;
            }
            buffer.flip();
            boolean farewell = buffer.remaining() == 1;
            if (!farewell) {
                meter.observe(buffer);
            }
            channel.send(buffer, sender);
            if (farewell) {
                return;
            }
        }
    }
}
