package dev.ringroad.sockets.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jdk.net.ExtendedSocketOptions;

import org.junit.jupiter.api.Test;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Random;

/** What java.net's Socket and ServerSocket do, whoever carries them. */
class SocketContractTest extends RoadTest {
    private ServerSocket server() throws Exception {
        ServerSocket server = closing(road.serverSocket());
        server.bind(road.anyServerPort());
        return server;
    }

    private ServerSocket serverOnAll() throws Exception {
        ServerSocket server = closing(road.serverSocket());
        server.bind(null);
        return server;
    }

    private Socket connectTo(InetAddress host, int port) throws Exception {
        Socket client = closing(road.socket());
        client.connect(new InetSocketAddress(host, port));
        return client;
    }

    private record Pair(Socket client, Socket server) {}

    private Pair pair() throws Exception {
        ServerSocket server = server();
        Socket client = connectTo(road.serverHost(), server.getLocalPort());
        return new Pair(client, closing(server.accept()));
    }

    @Test
    void bytesTravelBothWays() throws Exception {
        Pair p = pair();
        p.client().getOutputStream().write(new byte[] {1, 2, 3});
        assertThat(p.server().getInputStream().readNBytes(3)).containsExactly(1, 2, 3);
        p.server().getOutputStream().write(200);
        assertThat(p.client().getInputStream().read()).isEqualTo(200);
    }

    @Test
    void addressesOfBothEndsAgree() throws Exception {
        Pair p = pair();
        assertThat(p.client().getRemoteSocketAddress())
                .isEqualTo(p.server().getLocalSocketAddress());
        assertThat(p.server().getRemoteSocketAddress())
                .isEqualTo(p.client().getLocalSocketAddress());
        assertThat(p.server().getInetAddress()).isEqualTo(road.clientHost());
        assertThat(p.client().getLocalAddress()).isEqualTo(road.clientHost());
        assertThat(p.client().getPort()).isEqualTo(p.server().getLocalPort());
        assertThat(p.client().isConnected()).isTrue();
        assertThat(p.client().isBound()).isTrue();
        assertThat(p.client().getChannel()).isNull();
    }

    @Test
    void serverOnAllAddressesHearsEverybody() throws Exception {
        ServerSocket server = serverOnAll();
        InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
        for (InetAddress host :
                new InetAddress[] {road.serverHost(), loopback, loopback, road.serverHost()}) {
            Background<Socket> accepting = background(server::accept);
            accepting.whenWaiting();
            Socket client = connectTo(host, server.getLocalPort());
            Socket accepted = closing(accepting.get());
            assertThat(accepted.getRemoteSocketAddress()).isEqualTo(client.getLocalSocketAddress());
            client.getOutputStream().write(7);
            assertThat(accepted.getInputStream().read()).isEqualTo(7);
        }
    }

    @Test
    void manyBytesArriveInOrder() throws Exception {
        Pair p = pair();
        byte[] content = new byte[2_000_000];
        new Random(3).nextBytes(content);
        Background<Void> writer =
                background(
                        () -> {
                            OutputStream out = p.client().getOutputStream();
                            out.write(content, 0, 1_500_000);
                            out.write(content, 1_500_000, 500_000);
                            p.client().shutdownOutput();
                            return null;
                        });
        assertThat(Arrays.equals(p.server().getInputStream().readAllBytes(), content)).isTrue();
        writer.get();
    }

    @Test
    void refusedConnectionClosesTheSocket() throws Exception {
        ServerSocket server = server();
        int port = server.getLocalPort();
        server.close();
        Socket client = closing(road.socket());
        assertThatThrownBy(() -> client.connect(new InetSocketAddress(road.serverHost(), port)))
                .isInstanceOf(ConnectException.class)
                .hasMessage("Connection refused");
        assertThat(client.isClosed()).isTrue();
        Socket other = closing(road.socket());
        assertThatThrownBy(
                        () ->
                                other.connect(
                                        InetSocketAddress.createUnresolved("nowhere.invalid", 1)))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void readsTimeOut() throws Exception {
        Pair p = pair();
        p.client().setSoTimeout(40);
        assertThat(p.client().getSoTimeout()).isEqualTo(40);
        InputStream in = p.client().getInputStream();
        assertThatThrownBy(in::read)
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Read timed out");
        p.server().getOutputStream().write(5);
        p.client().setSoTimeout(20_000);
        assertThat(in.read()).isEqualTo(5);
    }

    @Test
    void acceptsTimeOut() throws Exception {
        for (ServerSocket server : new ServerSocket[] {server(), serverOnAll()}) {
            server.setSoTimeout(40);
            assertThatThrownBy(server::accept)
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Accept timed out");
            server.setSoTimeout(20_000);
            connectTo(road.serverHost(), server.getLocalPort());
            closing(server.accept());
        }
    }

    @Test
    void connectsWithTimeout() throws Exception {
        ServerSocket server = server();
        Socket client = closing(road.socket());
        client.connect(server.getLocalSocketAddress(), 10_000);
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void closingEndsAWaitingRead() throws Exception {
        for (boolean platform : new boolean[] {true, false}) {
            Pair p = pair();
            InputStream in = p.client().getInputStream();
            Background<Integer> reader = platform ? background(in::read) : virtual(in::read);
            reader.whenWaiting();
            p.client().close();
            assertThat(reader.failure())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket closed");
            assertThatThrownBy(() -> p.client().getInputStream())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket is closed");
        }
    }

    @Test
    void closingEndsAWaitingAccept() throws Exception {
        for (boolean platform : new boolean[] {true, false}) {
            for (ServerSocket server : new ServerSocket[] {server(), serverOnAll()}) {
                Background<Socket> accepting =
                        platform ? background(server::accept) : virtual(server::accept);
                accepting.whenWaiting();
                server.close();
                assertThat(accepting.failure())
                        .isInstanceOf(SocketException.class)
                        .hasMessage("Socket closed");
            }
        }
    }

    @Test
    void interruptDoesNotDisturbAPlatformThread() throws Exception {
        Pair p = pair();
        Background<Boolean> reader =
                background(
                        () -> {
                            int got = p.client().getInputStream().read();
                            return got == 9 && Thread.currentThread().isInterrupted();
                        });
        reader.whenWaiting();
        reader.thread().interrupt();
        reader.whenWaiting();
        p.server().getOutputStream().write(9);
        assertThat(reader.get()).isTrue();
        assertThat(p.client().isClosed()).isFalse();
    }

    @Test
    void interruptClosesTheSocketUnderAVirtualThread() throws Exception {
        Pair p = pair();
        InputStream in = p.client().getInputStream();
        Background<Integer> reader = virtual(in::read);
        reader.whenWaiting();
        reader.thread().interrupt();
        assertThat(reader.failure())
                .isInstanceOf(SocketException.class)
                .hasMessage("Closed by interrupt");
        assertThat(p.client().isClosed()).isTrue();
    }

    @Test
    void halfCloseEndsOneDirection() throws Exception {
        Pair p = pair();
        p.client().shutdownOutput();
        assertThat(p.client().isOutputShutdown()).isTrue();
        assertThat(p.server().getInputStream().read()).isEqualTo(-1);
        p.server().getOutputStream().write(4);
        assertThat(p.client().getInputStream().read()).isEqualTo(4);
        p.client().shutdownInput();
        assertThat(p.client().isInputShutdown()).isTrue();
        assertThatThrownBy(() -> p.client().getInputStream())
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket input is shutdown");
        assertThatThrownBy(() -> p.client().getOutputStream())
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket output is shutdown");
    }

    @Test
    void endOfStreamStaysTheEnd() throws Exception {
        Pair p = pair();
        InputStream in = p.client().getInputStream();
        p.server().close();
        assertThat(in.read()).isEqualTo(-1);
        assertThat(in.read(new byte[10])).isEqualTo(-1);
        assertThat(in.available()).isZero();
    }

    @Test
    void resetIsTold() throws Exception {
        Pair p = pair();
        InputStream in = p.client().getInputStream();
        p.server().setSoLinger(true, 0);
        p.server().close();
        assertThatThrownBy(in::read)
                .isInstanceOf(SocketException.class)
                .hasMessage("Connection reset");
        OutputStream out = p.client().getOutputStream();
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                out.write(1);
                            }
                        })
                .isInstanceOf(SocketException.class);
    }

    @Test
    void availableCountsWhatIsThere() throws Exception {
        Pair p = pair();
        InputStream in = p.client().getInputStream();
        assertThat(in.available()).isZero();
        p.server().getOutputStream().write(new byte[] {1, 2, 3});
        while (in.available() < 3) {
            Thread.yield();
        }
        assertThat(in.read(new byte[10], 2, 8)).isEqualTo(3);
        assertThat(in.read(new byte[0])).isZero();
        assertThatThrownBy(() -> in.read(new byte[4], 2, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void optionsAreKept() throws Exception {
        Socket client = closing(road.socket());
        client.setTcpNoDelay(true);
        client.setKeepAlive(true);
        client.setSoLinger(true, 9);
        client.setTrafficClass(0x10);
        client.setReuseAddress(true);
        client.setReceiveBufferSize(90_000);
        client.setSendBufferSize(90_000);
        client.setSoTimeout(1234);
        client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, 77);
        checkOptions(client);
        ServerSocket server = server();
        client.connect(server.getLocalSocketAddress());
        closing(server.accept());
        checkOptions(client);
        client.setSoLinger(false, 0);
        assertThat(client.getSoLinger()).isEqualTo(-1);
        client.close();
        assertThatThrownBy(() -> client.setTcpNoDelay(true))
                .isInstanceOf(SocketException.class)
                .hasMessage("Socket is closed");
    }

    private static void checkOptions(Socket client) throws Exception {
        assertThat(client.getTcpNoDelay()).isTrue();
        assertThat(client.getKeepAlive()).isTrue();
        assertThat(client.getSoLinger()).isEqualTo(9);
        assertThat(client.getTrafficClass()).isEqualTo(0x10);
        assertThat(client.getReuseAddress()).isTrue();
        assertThat(client.getReceiveBufferSize()).isGreaterThanOrEqualTo(90_000);
        assertThat(client.getSendBufferSize()).isGreaterThanOrEqualTo(90_000);
        assertThat(client.getSoTimeout()).isEqualTo(1234);
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(77);
        assertThat(client.getOption(StandardSocketOptions.TCP_NODELAY)).isTrue();
        assertThatThrownBy(() -> client.setOption(StandardSocketOptions.IP_MULTICAST_TTL, 1))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void optionsOfServersAreKept() throws Exception {
        ServerSocket server = closing(road.serverSocket());
        server.setReuseAddress(true);
        server.setReceiveBufferSize(80_000);
        server.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        server.bind(road.anyServerPort());
        assertThat(server.getReuseAddress()).isTrue();
        assertThat(server.getReceiveBufferSize()).isGreaterThanOrEqualTo(80_000);
        assertThat(server.getOption(StandardSocketOptions.SO_REUSEPORT)).isTrue();
        assertThat(server.supportedOptions())
                .contains(StandardSocketOptions.SO_RCVBUF, StandardSocketOptions.IP_TOS);
    }

    @Test
    void takenPortIsRefused() throws Exception {
        ServerSocket server = server();
        ServerSocket second = closing(road.serverSocket());
        assertThatThrownBy(() -> second.bind(server.getLocalSocketAddress()))
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith("Address already in use");
    }

    @Test
    void bindingBeforeConnecting() throws Exception {
        for (InetSocketAddress local :
                new InetSocketAddress[] {
                    new InetSocketAddress(0), new InetSocketAddress(road.clientHost(), 0)
                }) {
            ServerSocket server = server();
            Socket client = closing(road.socket());
            client.bind(local);
            int port = client.getLocalPort();
            assertThat(port).isPositive();
            client.connect(server.getLocalSocketAddress());
            assertThat(client.getLocalPort()).isEqualTo(port);
            assertThat(closing(server.accept()).getPort()).isEqualTo(port);
        }
    }

    @Test
    void twoThreadsUseBothDirections() throws Exception {
        Pair p = pair();
        Background<Void> echo =
                background(
                        () -> {
                            p.server().getInputStream().transferTo(p.server().getOutputStream());
                            p.server().shutdownOutput();
                            return null;
                        });
        byte[] content = new byte[1_000_000];
        new Random(5).nextBytes(content);
        Background<Void> writer =
                background(
                        () -> {
                            p.client().getOutputStream().write(content);
                            p.client().shutdownOutput();
                            return null;
                        });
        assertThat(Arrays.equals(p.client().getInputStream().readAllBytes(), content)).isTrue();
        writer.get();
        echo.get();
    }
}
