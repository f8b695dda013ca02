package dev.ringroad.workloads;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;

/**
 * Client that measures UDP round trips against {@link UdpEchoServer}, one datagram under way at a
 * time.
 *
 * <p>Arguments: {@code host= port= mode=blocking|spinning bytes=64,1024 warm-up=} (round trips)
 * {@code warm-up-millis= millis=}.
 */
public final class UdpRoundTrips {
    private static final long PATIENCE_NANOS = 10_000_000_000L;
    private static final long ANSWER_NANOS_MAX = 50_000_000;
    private static final int HELLO_BYTES = 8;
    private static final long HELLO = -1;
    private static final int FAREWELLS_MAX = 40;

    private UdpRoundTrips() {}

    /** Runs the client; see the class. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words);
        InetSocketAddress server = arguments.address();
        Lifeline.watch(arguments);
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.connect(server);
            greet(channel);
            channel.configureBlocking(arguments.mode() != Mode.SPINNING);
            try (Exchange exchange = new Datagrams(channel)) {
                RoundTrips roundTrips = new RoundTrips("udp-client", exchange, arguments);
                for (int bytes : arguments.numbers("bytes", "64,1024")) {
                    roundTrips.measure(bytes);
                }
            }
        }
    }

    /**
     * Sends a hello until one comes back: the first datagrams may be lost while the link comes up.
     */
    private static void greet(DatagramChannel channel) throws IOException {
        channel.configureBlocking(false);
        ByteBuffer hello = ByteBuffer.allocateDirect(HELLO_BYTES);
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (System.nanoTime() - end < 0) {
            if (answered(channel, hello.putLong(0, HELLO))) {
                return;
            }
        }
        throw new IOException("The server did not answer within ten seconds.");
    }

    /** Sends the whole buffer once, and waits a little for anything to come back. */
    private static boolean answered(DatagramChannel channel, ByteBuffer message)
            throws IOException {
        channel.write(message.clear());
        long end = System.nanoTime() + ANSWER_NANOS_MAX;
        while (System.nanoTime() - end < 0) {
            if (channel.read(message.clear()) > 0) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    /** Serves both kinds: on a blocking channel nothing ever returns 0. */
    private static final class Datagrams extends Exchange {
        private final DatagramChannel channel;

        Datagrams(DatagramChannel channel) {
            this.channel = channel;
        }

        @Override
        void roundTrip(ByteBuffer message, ByteBuffer echo) throws IOException {
            while (channel.write(message) == 0) {
                Thread.onSpinWait();
            }
            long stamp = message.getLong(0);
            do {
                echo.clear();
                while (channel.read(echo) == 0) {
                    Thread.onSpinWait();
                }
            } while (echo.getLong(0) != stamp); // an echo of an earlier hello
        }

        /**
         * Says farewell until it comes back: what is sent just before the link goes may never be
         * read.
         */
        @Override
        public void close() throws IOException {
            channel.configureBlocking(false);
            ByteBuffer farewell = ByteBuffer.allocateDirect(1);
            try {
                for (int said = 0; said < FAREWELLS_MAX; said++) {
                    if (answered(channel, farewell)) {
                        return;
                    }
                }
            } catch (PortUnreachableException e) {
                // the server has heard one of them and is gone
            }
        }
    }
}
