package dev.ringroad.sockets.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.NotYetBoundException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.HashSet;
import java.util.Set;

/** What a ServerSocketChannel does, whoever carries it. */
class ServerSocketChannelContractTest extends RoadTest {
    private ServerSocketChannel listenOnAll() throws Exception {
        ServerSocketChannel listener = closing(road.server().openServerSocketChannel());
        listener.bind(null);
        return listener;
    }

    private SocketChannel connectTo(InetAddress host, ServerSocketChannel listener)
            throws Exception {
        SocketChannel client = closing(road.client().openSocketChannel());
        client.connect(new InetSocketAddress(host, address(listener).getPort()));
        return client;
    }

    @Test
    void acceptsInTheOrderOfConnecting() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel first = connectTo(road.serverHost(), listener);
        SocketChannel second = connectTo(road.serverHost(), listener);
        assertThat(closing(listener.accept()).getRemoteAddress())
                .isEqualTo(first.getLocalAddress());
        SocketChannel accepted = closing(listener.accept());
        assertThat(accepted.getRemoteAddress()).isEqualTo(second.getLocalAddress());
        assertThat(accepted.isBlocking()).isTrue();
    }

    @Test
    void wildcardListenerHearsTheRoad() throws Exception {
        ServerSocketChannel listener = listenOnAll();
        assertThat(address(listener).getAddress().isAnyLocalAddress()).isTrue();
        Background<SocketChannel> accepting = background(listener::accept);
        SocketChannel client = connectTo(road.serverHost(), listener);
        SocketChannel accepted = closing(accepting.get());
        writeAll(client, bytes("ping"));
        assertThat(readText(accepted, 4)).isEqualTo("ping");
    }

    @Test
    void wildcardListenerHearsLoopbackToo() throws Exception {
        ServerSocketChannel listener = listenOnAll();
        for (int i = 0; i < 3; i++) {
            Background<SocketChannel> accepting = background(listener::accept);
            accepting.whenWaiting();
            SocketChannel client =
                    connectTo(
                            i == 1 ? road.serverHost() : InetAddress.ofLiteral("127.0.0.1"),
                            listener);
            SocketChannel accepted = closing(accepting.get());
            assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }
    }

    @Test
    void wildcardListenerTakesAnEphemeralPortForEverybody() throws Exception {
        Set<Integer> ports = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            ports.add(address(listenOnAll()).getPort());
        }
        assertThat(ports).hasSize(20);
    }

    @Test
    void takenPortIsRefused() throws Exception {
        ServerSocketChannel listener = listen();
        ServerSocketChannel second = closing(road.server().openServerSocketChannel());
        assertThatThrownBy(() -> second.bind(listener.getLocalAddress()))
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith("Address already in use");
        ServerSocketChannel all = listenOnAll();
        assertThatThrownBy(() -> second.bind(new InetSocketAddress(address(all).getPort())))
                .isInstanceOf(BindException.class);
        InetSocketAddress freed = address(listener);
        listener.close();
        second.bind(freed);
    }

    @Test
    void nobodysAddressIsRefused() throws Exception {
        ServerSocketChannel listener = closing(road.server().openServerSocketChannel());
        assertThatThrownBy(() -> listener.bind(new InetSocketAddress("198.51.100.7", 0)))
                .isInstanceOf(BindException.class);
    }

    @Test
    void statesAreChecked() throws Exception {
        ServerSocketChannel unbound = closing(road.server().openServerSocketChannel());
        assertThat(unbound.getLocalAddress()).isNull();
        assertThatThrownBy(unbound::accept).isInstanceOf(NotYetBoundException.class);
        ServerSocketChannel listener = listen();
        assertThatThrownBy(() -> listener.bind(null)).isInstanceOf(AlreadyBoundException.class);
        listener.close();
        assertThatThrownBy(listener::accept).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(listener::getLocalAddress).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void nonBlockingAcceptReturnsAtOnce() throws Exception {
        for (ServerSocketChannel listener : new ServerSocketChannel[] {listen(), listenOnAll()}) {
            listener.configureBlocking(false);
            assertThat(listener.accept()).isNull();
            SocketChannel client = connectTo(road.serverHost(), listener);
            SocketChannel accepted = listener.accept();
            while (accepted == null) {
                Thread.yield();
                accepted = listener.accept();
            }
            closing(accepted);
            assertThat(accepted.isBlocking()).isTrue();
            assertThat(accepted.getRemoteAddress()).isEqualTo(client.getLocalAddress());
        }
    }

    @Test
    void closingEndsAWaitingAccept() throws Exception {
        for (ServerSocketChannel listener : new ServerSocketChannel[] {listen(), listenOnAll()}) {
            Background<SocketChannel> accepting = background(listener::accept);
            accepting.whenWaiting();
            listener.close();
            assertThat(accepting.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void closingEndsAWaitingAcceptOfAVirtualThread() throws Exception {
        for (ServerSocketChannel listener : new ServerSocketChannel[] {listen(), listenOnAll()}) {
            Background<SocketChannel> accepting = virtual(listener::accept);
            accepting.whenWaiting();
            listener.close();
            assertThat(accepting.failure()).isExactlyInstanceOf(AsynchronousCloseException.class);
        }
    }

    @Test
    void interruptClosesTheListenerUnderAWaitingAccept() throws Exception {
        for (ServerSocketChannel listener : new ServerSocketChannel[] {listen(), listenOnAll()}) {
            Background<SocketChannel> accepting = background(listener::accept);
            accepting.whenWaiting();
            accepting.thread().interrupt();
            assertThat(accepting.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(listener.isOpen()).isFalse();
        }
    }

    @Test
    void interruptClosesTheListenerUnderAVirtualThread() throws Exception {
        for (ServerSocketChannel listener : new ServerSocketChannel[] {listen(), listenOnAll()}) {
            Background<SocketChannel> accepting = virtual(listener::accept);
            accepting.whenWaiting();
            accepting.thread().interrupt();
            assertThat(accepting.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(listener.isOpen()).isFalse();
        }
    }

    @Test
    void adaptorAcceptsWithTimeout() throws Exception {
        for (ServerSocketChannel listener : new ServerSocketChannel[] {listen(), listenOnAll()}) {
            ServerSocket socket = listener.socket();
            socket.setSoTimeout(40);
            assertThatThrownBy(socket::accept)
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
            socket.setSoTimeout(20_000);
            SocketChannel client = connectTo(road.serverHost(), listener);
            Socket accepted = closing(socket.accept());
            assertThat(accepted.getRemoteSocketAddress()).isEqualTo(client.getLocalAddress());
            listener.configureBlocking(false);
            socket.setSoTimeout(0);
            assertThatThrownBy(socket::accept).isInstanceOf(IllegalBlockingModeException.class);
        }
    }

    @Test
    void adaptorTellsWhatTheChannelIs() throws Exception {
        ServerSocketChannel listener = closing(road.server().openServerSocketChannel());
        ServerSocket socket = listener.socket();
        assertThat(socket.isBound()).isFalse();
        assertThat(socket.getLocalPort()).isEqualTo(-1);
        socket.bind(road.anyServerPort(), 5);
        assertThat(socket.getLocalSocketAddress()).isEqualTo(listener.getLocalAddress());
        assertThat(socket.getInetAddress()).isEqualTo(road.serverHost());
        assertThat(socket.getChannel()).isSameAs(listener);
        socket.setReuseAddress(false);
        assertThat(socket.getReuseAddress()).isFalse();
        socket.setReceiveBufferSize(70_000);
        assertThat(socket.getReceiveBufferSize()).isGreaterThanOrEqualTo(70_000);
        assertThatThrownBy(() -> socket.bind(null))
                .isInstanceOf(SocketException.class)
                .hasMessage("Already bound");
        socket.close();
        assertThat(listener.isOpen()).isFalse();
        assertThat(socket.isClosed()).isTrue();
    }

    @Test
    void optionsAreKept() throws Exception {
        ServerSocketChannel listener = closing(road.server().openServerSocketChannel());
        assertThat(listener.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        listener.setOption(StandardSocketOptions.SO_RCVBUF, 120_000);
        listener.bind(road.anyServerPort());
        assertThat(listener.getOption(StandardSocketOptions.SO_RCVBUF))
                .isGreaterThanOrEqualTo(120_000);
        assertThatThrownBy(() -> listener.setOption(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void thousandsOfVirtualThreadsTalk() throws Exception {
        ServerSocketChannel listener = closing(road.server().openServerSocketChannel());
        listener.bind(road.anyServerPort(), 1000);
        int count = 1000;
        Background<Void> acceptor =
                virtual(
                        () -> {
                            for (int i = 0; i < count; i++) {
                                SocketChannel accepted = closing(listener.accept());
                                virtual(
                                        () -> {
                                            ByteBuffer buffer = ByteBuffer.allocate(8);
                                            while (accepted.read(buffer) >= 0) {
                                                writeAll(accepted, buffer.flip());
                                                buffer.clear();
                                            }
                                            accepted.close();
                                            return null;
                                        });
                            }
                            return null;
                        });
        Set<Background<Integer>> clients = new HashSet<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            clients.add(
                    virtual(
                            () -> {
                                SocketChannel client = closing(road.client().openSocketChannel());
                                client.connect(listener.getLocalAddress());
                                int sum = 0;
                                for (int round = 0; round < 3; round++) {
                                    writeAll(
                                            client,
                                            ByteBuffer.allocate(4).putInt(number + round).flip());
                                    ByteBuffer answer = ByteBuffer.allocate(4);
                                    while (answer.hasRemaining()) {
                                        assertThat(client.read(answer)).isPositive();
                                    }
                                    sum += answer.flip().getInt() - number;
                                }
                                client.close();
                                return sum;
                            }));
        }
        for (Background<Integer> client : clients) {
            assertThat(client.get()).isEqualTo(3);
        }
        acceptor.get();
    }
}
