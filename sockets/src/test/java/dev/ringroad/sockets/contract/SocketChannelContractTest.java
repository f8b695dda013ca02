package dev.ringroad.sockets.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jdk.net.ExtendedSocketOptions;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ConnectionPendingException;
import java.nio.channels.FileChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NoConnectionPendingException;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** What a SocketChannel does, whoever carries it. */
class SocketChannelContractTest extends RoadTest {
    @Test
    void bytesTravelBothWays() throws Exception {
        Connection c = connect();
        writeAll(c.client(), bytes("hello"));
        assertThat(readText(c.server(), 5)).isEqualTo("hello");
        writeAll(c.server(), bytes("world!"));
        assertThat(readText(c.client(), 6)).isEqualTo("world!");
    }

    @Test
    void addressesOfBothEndsAgree() throws Exception {
        Connection c = connect();
        assertThat(c.client().getRemoteAddress()).isEqualTo(c.server().getLocalAddress());
        assertThat(c.server().getRemoteAddress()).isEqualTo(c.client().getLocalAddress());
        assertThat(((InetSocketAddress) c.server().getRemoteAddress()).getAddress())
                .isEqualTo(road.clientHost());
        assertThat(c.client().isConnected()).isTrue();
        assertThat(c.server().isConnected()).isTrue();
    }

    @Test
    void buffersOfEveryKind() throws Exception {
        Connection c = connect();
        ByteBuffer direct = ByteBuffer.allocateDirect(4).put((byte) 1).put((byte) 2).flip();
        assertThat(c.client().write(direct)).isEqualTo(2);
        assertThat(c.client().write(ByteBuffer.wrap(new byte[] {3, 4}).asReadOnlyBuffer()))
                .isEqualTo(2);
        ByteBuffer part = ByteBuffer.wrap(new byte[] {9, 9, 5, 6, 9}, 1, 3).slice().position(1);
        assertThat(c.client().write(part)).isEqualTo(2);
        ByteBuffer target = ByteBuffer.allocateDirect(6);
        while (target.hasRemaining()) {
            c.server().read(target);
        }
        assertThat(target.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5, 6}));
        assertThatThrownBy(() -> c.server().read(ByteBuffer.allocate(1).asReadOnlyBuffer()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> c.server().read((ByteBuffer) null))
                .isInstanceOf(NullPointerException.class);
    }

    @Test
    void gatheringAndScattering() throws Exception {
        Connection c = connect();
        ByteBuffer[] sources = {
            bytes("ab"), ByteBuffer.allocateDirect(0), bytes("cde"), bytes("f")
        };
        assertThat(c.client().write(sources)).isEqualTo(6);
        assertThat(sources[3].hasRemaining()).isFalse();
        ByteBuffer[] targets = {
            ByteBuffer.allocate(1), ByteBuffer.allocateDirect(3), ByteBuffer.allocate(2)
        };
        long sum = 0;
        while (sum < 6) {
            sum += c.server().read(targets);
        }
        assertThat(text(targets[0].flip()) + text(targets[1].flip()) + text(targets[2].flip()))
                .isEqualTo("abcdef");
        assertThat(c.client().write(sources, 1, 0)).isZero();
    }

    @Test
    void emptyBuffersReadAndWriteNothing() throws Exception {
        Connection c = connect();
        assertThat(c.client().write(ByteBuffer.allocate(0))).isZero();
        assertThat(c.client().read(ByteBuffer.allocate(0))).isZero();
    }

    @Test
    void manyBytesArriveInOrder() throws Exception {
        Connection c = connect();
        int length = 3_000_000;
        Background<Void> writer =
                background(
                        () -> {
                            Random random = new Random(1);
                            byte[] block = new byte[60_000];
                            for (int sent = 0; sent < length; sent += block.length) {
                                random.nextBytes(block);
                                c.client().write(ByteBuffer.wrap(block));
                            }
                            c.client().shutdownOutput();
                            return null;
                        });
        Random random = new Random(1);
        byte[] expected = new byte[60_000];
        byte[] got = new byte[60_000];
        for (int received = 0; received < length; received += got.length) {
            random.nextBytes(expected);
            ByteBuffer target = ByteBuffer.wrap(got);
            while (target.hasRemaining()) {
                assertThat(c.server().read(target)).isPositive();
            }
            assertThat(got).isEqualTo(expected);
        }
        assertThat(c.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        writer.get();
    }

    @Test
    void refusedConnectionClosesTheChannel() throws Exception {
        ServerSocketChannel listener = listen();
        InetSocketAddress nobody = address(listener);
        listener.close();
        SocketChannel client = closing(road.client().openSocketChannel());
        assertThatThrownBy(() -> client.connect(nobody))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void refusedConnectionIsToldByFinishConnect() throws Exception {
        ServerSocketChannel listener = listen();
        InetSocketAddress nobody = address(listener);
        listener.close();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.configureBlocking(false);
        assertThatThrownBy(
                        () -> {
                            boolean connected = client.connect(nobody);
                            while (!connected) {
                                connected = client.finishConnect();
                            }
                        })
                .isInstanceOf(ConnectException.class);
        assertThat(client.isOpen()).isFalse();
    }

    @Test
    void nonBlockingConnect() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.configureBlocking(false);
        assertThatThrownBy(client::finishConnect).isInstanceOf(NoConnectionPendingException.class);
        boolean connected = client.connect(address(listener));
        assertThat(client.isConnectionPending()).isEqualTo(!connected);
        while (!client.finishConnect()) {
            Thread.yield();
        }
        assertThat(client.isConnected()).isTrue();
        assertThat(client.isConnectionPending()).isFalse();
        assertThat(client.finishConnect()).isTrue();
        assertThatThrownBy(() -> client.connect(address(listener)))
                .isInstanceOf(AlreadyConnectedException.class);
        assertThat(client.read(ByteBuffer.allocate(1))).isZero();
    }

    @Test
    void pendingConnectionRefusesAnother() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.configureBlocking(false);
        if (!client.connect(address(listener))) {
            assertThatThrownBy(() -> client.connect(address(listener)))
                    .isInstanceOf(ConnectionPendingException.class);
        }
    }

    @Test
    void unconnectedChannelNeitherReadsNorWrites() throws Exception {
        SocketChannel client = closing(road.client().openSocketChannel());
        assertThat(client.getLocalAddress()).isNull();
        assertThat(client.getRemoteAddress()).isNull();
        assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
                .isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(() -> client.write(ByteBuffer.allocate(1)))
                .isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(client::shutdownInput).isInstanceOf(NotYetConnectedException.class);
        assertThatThrownBy(
                        () ->
                                client.connect(
                                        InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
                .isInstanceOf(UnresolvedAddressException.class);
        client.close();
        assertThatThrownBy(() -> client.read(ByteBuffer.allocate(1)))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> client.connect(road.anyServerPort()))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void bindingBeforeConnecting() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.bind(new InetSocketAddress(road.clientHost(), 0));
        int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
        assertThat(port).isPositive();
        client.connect(address(listener));
        assertThat(closing(listener.accept()).getRemoteAddress())
                .isEqualTo(new InetSocketAddress(road.clientHost(), port));
    }

    @Test
    void bindingToAllAddressesBeforeConnecting() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.bind(null);
        int port = ((InetSocketAddress) client.getLocalAddress()).getPort();
        client.connect(address(listener));
        assertThat(client.getLocalAddress())
                .isEqualTo(new InetSocketAddress(road.clientHost(), port));
        writeAll(client, bytes("x"));
        assertThat(readText(closing(listener.accept()), 1)).isEqualTo("x");
    }

    @Test
    void halfCloseEndsOneDirection() throws Exception {
        Connection c = connect();
        writeAll(c.client(), bytes("last"));
        c.client().shutdownOutput();
        assertThat(readText(c.server(), 4)).isEqualTo("last");
        assertThat(c.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        writeAll(c.server(), bytes("answer"));
        assertThat(readText(c.client(), 6)).isEqualTo("answer");
        assertThatThrownBy(() -> c.client().write(bytes("x")))
                .isInstanceOf(ClosedChannelException.class);
        c.server().close();
        assertThat(c.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void shutdownOfInputEndsAWaitingRead() throws Exception {
        Connection c = connect();
        Background<Integer> reader = background(() -> c.client().read(ByteBuffer.allocate(1)));
        reader.whenWaiting();
        c.client().shutdownInput();
        assertThat(reader.get()).isEqualTo(-1);
        assertThat(c.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        assertThat(c.client().socket().isInputShutdown()).isTrue();
    }

    @Test
    void closingEndsAWaitingRead() throws Exception {
        Connection c = connect();
        Background<Integer> reader = background(() -> c.client().read(ByteBuffer.allocate(1)));
        reader.whenWaiting();
        c.client().close();
        assertThat(reader.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingEndsAWaitingReadOfAVirtualThread() throws Exception {
        Connection c = connect();
        Background<Integer> reader = virtual(() -> c.client().read(ByteBuffer.allocate(1)));
        reader.whenWaiting();
        c.client().close();
        assertThat(reader.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
    }

    @Test
    void closingEndsAWaitingWrite() throws Exception {
        Connection c = connect();
        Background<Integer> writer =
                background(() -> c.client().write(ByteBuffer.allocate(100_000_000)));
        writer.whenWaiting();
        c.client().close();
        // Some bytes were taken, so the write may also return what it had written.
        try {
            assertThat(writer.get()).isPositive();
        } catch (ClosedChannelException expected) {
            assertThat(c.client().isOpen()).isFalse();
        }
    }

    @Test
    void interruptClosesTheChannelUnderAWaitingRead() throws Exception {
        Connection c = connect();
        Background<Integer> reader =
                background(
                        () -> {
                            try {
                                return c.client().read(ByteBuffer.allocate(1));
                            } finally {
                                assertThat(Thread.currentThread().isInterrupted()).isTrue();
                            }
                        });
        reader.whenWaiting();
        reader.thread().interrupt();
        assertThat(reader.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(c.client().isOpen()).isFalse();
    }

    @Test
    void interruptClosesTheChannelUnderAVirtualThread() throws Exception {
        Connection c = connect();
        Background<Integer> reader = virtual(() -> c.client().read(ByteBuffer.allocate(1)));
        reader.whenWaiting();
        reader.thread().interrupt();
        assertThat(reader.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(c.client().isOpen()).isFalse();
    }

    @Test
    void interruptedThreadMayNotRead() throws Exception {
        Connection c = connect();
        writeAll(c.server(), bytes("x"));
        Background<Integer> reader =
                background(
                        () -> {
                            Thread.currentThread().interrupt();
                            return c.client().read(ByteBuffer.allocate(1));
                        });
        assertThat(reader.failure()).isInstanceOf(ClosedByInterruptException.class);
        assertThat(c.client().isOpen()).isFalse();
    }

    @Test
    void resetIsToldToReaders() throws Exception {
        Connection c = connect();
        c.server().setOption(StandardSocketOptions.SO_LINGER, 0);
        c.server().close();
        assertThatIOException()
                .isThrownBy(() -> c.client().read(ByteBuffer.allocate(1)))
                .isInstanceOf(SocketException.class)
                .withMessage("Connection reset");
    }

    @Test
    void writingToAPeerThatHasGoneFails() throws Exception {
        Connection c = connect();
        c.server().setOption(StandardSocketOptions.SO_LINGER, 0);
        c.server().close();
        assertThatIOException()
                .isThrownBy(
                        () -> {
                            while (true) {
                                c.client().write(bytes("x"));
                                Thread.yield();
                            }
                        });
    }

    @Test
    void fullBuffersStopANonBlockingWriter() throws Exception {
        Connection c = connect();
        c.client().configureBlocking(false);
        ByteBuffer block = ByteBuffer.allocateDirect(100_000);
        long sent = 0;
        int idle = 0;
        while (idle < 50) {
            int bytes = c.client().write(block.clear());
            sent += bytes;
            idle = bytes == 0 ? idle + 1 : 0;
            if (bytes == 0) {
                Thread.sleep(1);
            }
        }
        assertThat(sent).isPositive();
        ByteBuffer target = ByteBuffer.allocateDirect(100_000);
        for (long received = 0; received < sent; ) {
            received += c.server().read(target.clear());
        }
        assertThat(c.client().write(block.clear())).isPositive();
    }

    @Test
    void optionsAreKept() throws Exception {
        SocketChannel client = closing(road.client().openSocketChannel());
        client.setOption(StandardSocketOptions.TCP_NODELAY, true)
                .setOption(StandardSocketOptions.SO_KEEPALIVE, true)
                .setOption(StandardSocketOptions.SO_LINGER, 7)
                .setOption(StandardSocketOptions.IP_TOS, 0x10)
                .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                .setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 33)
                .setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, 44)
                .setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, 5)
                .setOption(StandardSocketOptions.SO_RCVBUF, 100_000)
                .setOption(StandardSocketOptions.SO_SNDBUF, 100_000);
        checkOptions(client);
        ServerSocketChannel listener = listen();
        client.connect(address(listener));
        closing(listener.accept());
        checkOptions(client);
        client.setOption(StandardSocketOptions.SO_LINGER, -1);
        assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(-1);
    }

    private static void checkOptions(SocketChannel client) throws IOException {
        assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        assertThat(client.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        assertThat(client.getOption(StandardSocketOptions.SO_LINGER)).isEqualTo(7);
        assertThat(client.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(0x10);
        assertThat(client.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(33);
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(44);
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(5);
        assertThat(client.getOption(StandardSocketOptions.SO_RCVBUF))
                .isGreaterThanOrEqualTo(100_000);
        assertThat(client.getOption(StandardSocketOptions.SO_SNDBUF))
                .isGreaterThanOrEqualTo(100_000);
    }

    @Test
    void optionsOfOtherSocketsAreRefused() throws Exception {
        Connection c = connect();
        for (SocketChannel channel : new SocketChannel[] {c.client(), c.server()}) {
            assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_BROADCAST, true))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, -1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.SO_SNDBUF, null))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(channel.supportedOptions())
                    .contains(
                            StandardSocketOptions.TCP_NODELAY, ExtendedSocketOptions.TCP_KEEPIDLE);
        }
    }

    @Test
    void adaptorReadsWithTimeout() throws Exception {
        Connection c = connect();
        c.client().socket().setSoTimeout(50);
        InputStream in = c.client().socket().getInputStream();
        assertThatThrownBy(in::read)
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Read timed out");
        c.server().socket().getOutputStream().write(new byte[] {1, 2, 3});
        assertThat(in.read()).isEqualTo(1);
        assertThat(in.readNBytes(2)).containsExactly(2, 3);
        c.client().configureBlocking(false);
        assertThatThrownBy(in::read).isInstanceOf(IllegalBlockingModeException.class);
        c.client().configureBlocking(true);
        c.server().shutdownOutput();
        assertThat(in.read()).isEqualTo(-1);
    }

    @Test
    void adaptorTellsWhatTheChannelIs() throws Exception {
        Connection c = connect();
        var socket = c.client().socket();
        assertThat(socket).isSameAs(c.client().socket());
        assertThat(socket.getChannel()).isSameAs(c.client());
        assertThat(socket.isConnected()).isTrue();
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.isClosed()).isFalse();
        assertThat(socket.getInetAddress()).isEqualTo(road.serverHost());
        assertThat(socket.getPort())
                .isEqualTo(((InetSocketAddress) c.server().getLocalAddress()).getPort());
        assertThat(socket.getLocalSocketAddress()).isEqualTo(c.server().getRemoteAddress());
        socket.setTcpNoDelay(true);
        socket.setKeepAlive(true);
        socket.setSoLinger(true, 3);
        socket.setTrafficClass(8);
        socket.setReuseAddress(true);
        socket.setSendBufferSize(50_000);
        socket.setReceiveBufferSize(50_000);
        socket.setOOBInline(true);
        assertThat(socket.getTcpNoDelay()).isTrue();
        assertThat(socket.getKeepAlive()).isTrue();
        assertThat(socket.getSoLinger()).isEqualTo(3);
        assertThat(socket.getTrafficClass()).isEqualTo(8);
        assertThat(socket.getReuseAddress()).isTrue();
        assertThat(socket.getSendBufferSize()).isPositive();
        assertThat(socket.getReceiveBufferSize()).isPositive();
        assertThat(socket.getSoTimeout()).isZero();
        c.client().socket().close();
        assertThat(c.client().isOpen()).isFalse();
        assertThatThrownBy(socket::getInputStream)
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket is closed");
        assertThatThrownBy(() -> socket.setTcpNoDelay(false))
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket is closed");
    }

    @Test
    void adaptorConnectsWithTimeout() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.socket().connect(address(listener), 5000);
        assertThat(client.isConnected()).isTrue();
        assertThat(client.isBlocking()).isTrue();
        assertThatThrownBy(() -> client.socket().connect(address(listener), 1))
                .isInstanceOf(SocketException.class)
                .hasMessage("Already connected");
    }

    @Test
    void closedChannelDeliversWhatWasWritten() throws Exception {
        Connection c = connect();
        byte[] block = new byte[100_000];
        block[99_999] = 42;
        c.client().write(ByteBuffer.wrap(block));
        c.client().close();
        assertThat(closing(c.server().socket().getInputStream()).readAllBytes()).isEqualTo(block);
    }

    @Test
    void filesAreTransferred(@TempDir Path folder) throws Exception {
        Connection c = connect();
        byte[] content = new byte[150_000];
        new Random(7).nextBytes(content);
        Path source = Files.write(folder.resolve("source"), content);
        Background<Long> sender =
                background(
                        () -> {
                            try (FileChannel file = FileChannel.open(source)) {
                                long sent = 0;
                                while (sent < content.length) {
                                    sent +=
                                            file.transferTo(
                                                    sent, content.length - sent, c.client());
                                }
                                c.client().shutdownOutput();
                                return sent;
                            }
                        });
        Path target = folder.resolve("target");
        try (FileChannel file =
                FileChannel.open(target, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long received = 0;
            while (received < content.length) {
                received += file.transferFrom(c.server(), received, content.length - received);
            }
        }
        assertThat(sender.get()).isEqualTo(content.length);
        assertThat(Files.readAllBytes(target)).isEqualTo(content);
    }

    @Test
    void closingTwiceIsHarmlessAndOptionsOfAClosedChannelFail() throws Exception {
        Connection c = connect();
        c.client().close();
        c.client().close();
        assertThatThrownBy(() -> c.client().getOption(StandardSocketOptions.TCP_NODELAY))
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> c.client().getLocalAddress())
                .isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> c.client().configureBlocking(false))
                .isInstanceOf(ClosedChannelException.class);
    }
}
