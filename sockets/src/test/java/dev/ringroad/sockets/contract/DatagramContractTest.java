package dev.ringroad.sockets.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.AlreadyBoundException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.NotYetConnectedException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;

/** What a DatagramChannel and a DatagramSocket do, whoever carries them. */
class DatagramContractTest extends RoadTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

    private DatagramChannel client() throws Exception {
        return closing(road.client().openDatagramChannel());
    }

    private DatagramChannel server() throws Exception {
        return closing(road.server().openDatagramChannel()).bind(road.anyServerPort());
    }

    private static InetSocketAddress local(DatagramChannel channel) throws Exception {
        return (InetSocketAddress) channel.getLocalAddress();
    }

    private static String receiveText(DatagramChannel channel) throws Exception {
        ByteBuffer target = ByteBuffer.allocate(100);
        channel.receive(target);
        return text(target.flip());
    }

    @Test
    void datagramsKeepTheirBoundaries() throws Exception {
        DatagramChannel server = server();
        DatagramChannel client = client();
        client.send(bytes("one"), local(server));
        client.send(bytes(""), local(server));
        client.send(bytes("three"), local(server));
        ByteBuffer target = ByteBuffer.allocateDirect(100);
        InetSocketAddress sender = (InetSocketAddress) server.receive(target);
        assertThat(sender)
                .isEqualTo(new InetSocketAddress(road.clientHost(), local(client).getPort()));
        assertThat(text(target.flip())).isEqualTo("one");
        target.clear();
        assertThat(server.receive(target)).isEqualTo(sender);
        assertThat(target.position()).isZero();
        assertThat(receiveText(server)).isEqualTo("three");
        server.send(bytes("answer"), sender);
        assertThat(receiveText(client)).isEqualTo("answer");
    }

    @Test
    void whatDoesNotFitIsLost() throws Exception {
        DatagramChannel server = server();
        client().send(bytes("0123456789"), local(server));
        ByteBuffer small = ByteBuffer.allocate(4);
        assertThat(server.receive(small)).isNotNull();
        assertThat(text(small.flip())).isEqualTo("0123");
        server.configureBlocking(false);
        assertThat(server.receive(ByteBuffer.allocate(10))).isNull();
    }

    @Test
    void largeDatagramsAreCarried() throws Exception {
        DatagramChannel server = server();
        DatagramChannel client = client();
        ByteBuffer large = ByteBuffer.allocate(20_000);
        large.putInt(19_996, 42);
        assertThat(client.send(large, local(server))).isEqualTo(20_000);
        ByteBuffer target = ByteBuffer.allocate(30_000);
        server.receive(target);
        assertThat(target.position()).isEqualTo(20_000);
        assertThat(target.getInt(19_996)).isEqualTo(42);
        assertThatThrownBy(() -> client.send(ByteBuffer.allocate(70_000), local(server)))
                .isInstanceOf(SocketException.class);
    }

    @Test
    void unboundChannelIsBoundByUse() throws Exception {
        DatagramChannel client = client();
        assertThat(client.getLocalAddress()).isNull();
        client.configureBlocking(false);
        assertThat(client.receive(ByteBuffer.allocate(1))).isNull();
        assertThat(local(client).getPort()).isPositive();
        assertThatThrownBy(() -> client.bind(null)).isInstanceOf(AlreadyBoundException.class);
    }

    @Test
    void channelOnAllAddressesTalksToEverybody() throws Exception {
        DatagramChannel server = closing(road.server().openDatagramChannel()).bind(null);
        int port = local(server).getPort();
        for (InetAddress host :
                new InetAddress[] {road.serverHost(), LOOPBACK, road.serverHost()}) {
            DatagramChannel client = client();
            Background<String> receiving =
                    background(
                            () -> {
                                ByteBuffer target = ByteBuffer.allocate(10);
                                InetSocketAddress from = (InetSocketAddress) server.receive(target);
                                server.send(bytes("pong"), from);
                                return text(target.flip());
                            });
            receiving.whenWaiting();
            client.send(bytes("ping"), new InetSocketAddress(host, port));
            assertThat(receiving.get()).isEqualTo("ping");
            assertThat(receiveText(client)).isEqualTo("pong");
        }
    }

    @Test
    void connectedChannelHearsItsPeerOnly() throws Exception {
        DatagramChannel server = server();
        DatagramChannel client = client();
        client.connect(local(server));
        assertThat(client.isConnected()).isTrue();
        assertThat(client.getRemoteAddress()).isEqualTo(local(server));
        assertThat(local(client).getAddress()).isEqualTo(road.clientHost());
        assertThat(client.write(bytes("hi"))).isEqualTo(2);
        ByteBuffer target = ByteBuffer.allocate(10);
        InetSocketAddress from = (InetSocketAddress) server.receive(target);
        assertThat(from).isEqualTo(local(client));
        DatagramChannel stranger = server();
        stranger.send(bytes("stranger"), from);
        server.send(bytes("friend"), from);
        target.clear();
        client.read(target);
        assertThat(text(target.flip())).isEqualTo("friend");
        assertThatThrownBy(() -> client.send(bytes("x"), local(stranger)))
                .isInstanceOf(AlreadyConnectedException.class);
        assertThatThrownBy(() -> client.connect(local(stranger)))
                .isInstanceOf(AlreadyConnectedException.class);
        client.disconnect();
        assertThat(client.isConnected()).isFalse();
        assertThatThrownBy(() -> client.write(bytes("x")))
                .isInstanceOf(NotYetConnectedException.class);
        client.send(bytes("again"), local(stranger));
        assertThat(receiveText(stranger)).isEqualTo("again");
    }

    @Test
    void boundChannelMayConnectAndDisconnect() throws Exception {
        DatagramChannel server = server();
        DatagramChannel client = client().bind(null);
        int port = local(client).getPort();
        client.connect(local(server));
        assertThat(local(client)).isEqualTo(new InetSocketAddress(road.clientHost(), port));
        client.write(bytes("a"));
        assertThat(receiveText(server)).isEqualTo("a");
        client.disconnect();
        assertThat(local(client).getPort()).isEqualTo(port);
        server.send(bytes("b"), new InetSocketAddress(road.clientHost(), port));
        assertThat(receiveText(client)).isEqualTo("b");
    }

    @Test
    void gatheringAndScattering() throws Exception {
        DatagramChannel server = server();
        DatagramChannel client = client();
        client.connect(local(server));
        server.connect(local(client));
        assertThat(client.write(new ByteBuffer[] {bytes("ab"), bytes("cd")})).isEqualTo(4);
        ByteBuffer[] targets = {ByteBuffer.allocate(1), ByteBuffer.allocateDirect(10)};
        assertThat(server.read(targets)).isEqualTo(4);
        assertThat(text(targets[0].flip()) + text(targets[1].flip())).isEqualTo("abcd");
    }

    @Test
    void closingEndsAWaitingReceive() throws Exception {
        for (InetSocketAddress where :
                new InetSocketAddress[] {road.anyServerPort(), new InetSocketAddress(0)}) {
            for (boolean platform : new boolean[] {true, false}) {
                DatagramChannel server = closing(road.server().openDatagramChannel()).bind(where);
                Background<String> receiving =
                        platform
                                ? background(() -> receiveText(server))
                                : virtual(() -> receiveText(server));
                receiving.whenWaiting();
                server.close();
                assertThat(receiving.failure())
                        .isExactlyInstanceOf(AsynchronousCloseException.class);
                assertThatThrownBy(() -> receiveText(server))
                        .isInstanceOf(ClosedChannelException.class);
            }
        }
    }

    @Test
    void interruptClosesTheChannelUnderAWaitingReceive() throws Exception {
        for (InetSocketAddress where :
                new InetSocketAddress[] {road.anyServerPort(), new InetSocketAddress(0)}) {
            DatagramChannel server = closing(road.server().openDatagramChannel()).bind(where);
            Background<String> receiving = background(() -> receiveText(server));
            receiving.whenWaiting();
            receiving.thread().interrupt();
            assertThat(receiving.failure()).isInstanceOf(ClosedByInterruptException.class);
            assertThat(server.isOpen()).isFalse();
        }
    }

    @Test
    void readinessIsSelected() throws Exception {
        Selector selector = closing(road.server().openSelector());
        DatagramChannel one = server();
        DatagramChannel all = closing(road.server().openDatagramChannel()).bind(null);
        one.configureBlocking(false);
        all.configureBlocking(false);
        SelectionKey keyOfOne = one.register(selector, SelectionKey.OP_READ);
        SelectionKey keyOfAll = all.register(selector, SelectionKey.OP_READ);
        assertThat(selector.selectNow()).isZero();
        client().send(bytes("a"), local(one));
        while (selector.select(1000) == 0) {
            continue;
        }
        assertThat(selector.selectedKeys()).containsExactly(keyOfOne);
        assertThat(receiveText(one)).isEqualTo("a");
        for (InetAddress host : new InetAddress[] {road.serverHost(), LOOPBACK}) {
            selector.selectedKeys().clear();
            client().send(bytes("b"), new InetSocketAddress(host, local(all).getPort()));
            while (selector.select(1000) == 0) {
                continue;
            }
            assertThat(selector.selectedKeys()).containsExactly(keyOfAll);
            assertThat(receiveText(all)).isEqualTo("b");
        }
        keyOfAll.interestOps(SelectionKey.OP_WRITE);
        selector.selectedKeys().clear();
        assertThat(selector.select()).isOne();
        assertThat(keyOfAll.isWritable()).isTrue();
    }

    @Test
    void optionsAreKept() throws Exception {
        DatagramChannel channel = client();
        channel.setOption(StandardSocketOptions.SO_BROADCAST, true)
                .setOption(StandardSocketOptions.SO_REUSEADDR, true)
                .setOption(StandardSocketOptions.IP_TOS, 0x10)
                .setOption(StandardSocketOptions.IP_MULTICAST_TTL, 3)
                .setOption(StandardSocketOptions.SO_RCVBUF, 60_000);
        channel.bind(null);
        assertThat(channel.getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
        assertThat(channel.getOption(StandardSocketOptions.SO_REUSEADDR)).isTrue();
        assertThat(channel.getOption(StandardSocketOptions.IP_TOS)).isEqualTo(0x10);
        assertThat(channel.getOption(StandardSocketOptions.IP_MULTICAST_TTL)).isEqualTo(3);
        assertThat(channel.getOption(StandardSocketOptions.SO_RCVBUF))
                .isGreaterThanOrEqualTo(60_000);
        assertThatThrownBy(() -> channel.setOption(StandardSocketOptions.TCP_NODELAY, true))
                .isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void takenPortIsRefused() throws Exception {
        DatagramChannel server = server();
        DatagramChannel second = closing(road.server().openDatagramChannel());
        assertThatThrownBy(() -> second.bind(local(server)))
                .isInstanceOf(BindException.class)
                .hasMessageStartingWith("Address already in use");
    }

    @Test
    void nobodyListeningIsToldToAConnectedChannel() throws Exception {
        DatagramChannel server = server();
        InetSocketAddress nobody = local(server);
        server.close();
        DatagramChannel client = client();
        client.connect(nobody);
        client.configureBlocking(false);
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                client.write(bytes("x"));
                                client.read(ByteBuffer.allocate(1));
                                Thread.yield();
                            }
                        })
                .isInstanceOf(java.net.PortUnreachableException.class);
    }

    // java.net.DatagramSocket

    @Test
    void socketsTalk() throws Exception {
        DatagramSocket server = closing(road.serverDatagramSocket());
        server.bind(road.anyServerPort());
        DatagramSocket client = closing(road.datagramSocket());
        client.send(new DatagramPacket(new byte[] {1, 2, 3}, 3, server.getLocalSocketAddress()));
        DatagramPacket packet = new DatagramPacket(new byte[10], 2, 8);
        server.receive(packet);
        assertThat(packet.getLength()).isEqualTo(3);
        assertThat(packet.getOffset()).isEqualTo(2);
        assertThat(packet.getData()).startsWith(0, 0, 1, 2, 3);
        assertThat(packet.getSocketAddress())
                .isEqualTo(new InetSocketAddress(road.clientHost(), client.getLocalPort()));
        // The packet takes longer datagrams too when it is used again.
        client.send(new DatagramPacket(new byte[7], 7, server.getLocalSocketAddress()));
        server.receive(packet);
        assertThat(packet.getLength()).isEqualTo(7);
    }

    @Test
    void socketOnAllAddressesHearsEverybody() throws Exception {
        DatagramSocket server = closing(road.serverDatagramSocket());
        server.bind(new InetSocketAddress(0));
        for (InetAddress host : new InetAddress[] {LOOPBACK, road.serverHost(), LOOPBACK}) {
            DatagramSocket client = closing(road.datagramSocket());
            client.send(new DatagramPacket(new byte[5], 5, host, server.getLocalPort()));
            DatagramPacket packet = new DatagramPacket(new byte[10], 10);
            server.receive(packet);
            assertThat(packet.getLength()).isEqualTo(5);
            server.send(packet);
            client.receive(packet);
            assertThat(packet.getAddress()).isEqualTo(host);
        }
    }

    @Test
    void socketReceivesWithTimeout() throws Exception {
        for (InetSocketAddress where :
                new InetSocketAddress[] {road.anyServerPort(), new InetSocketAddress(0)}) {
            DatagramSocket server = closing(road.serverDatagramSocket());
            server.bind(where);
            server.setSoTimeout(40);
            assertThatThrownBy(() -> server.receive(new DatagramPacket(new byte[1], 1)))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessage("Receive timed out");
        }
    }

    @Test
    void closingEndsAWaitingSocket() throws Exception {
        for (boolean platform : new boolean[] {true, false}) {
            DatagramSocket server = closing(road.serverDatagramSocket());
            server.bind(new InetSocketAddress(0));
            Background<Void> receiving =
                    platform ? background(() -> receive(server)) : virtual(() -> receive(server));
            receiving.whenWaiting();
            server.close();
            assertThat(receiving.failure())
                    .isInstanceOf(SocketException.class)
                    .hasMessage("Socket closed");
        }
    }

    private static Void receive(DatagramSocket socket) throws Exception {
        socket.receive(new DatagramPacket(new byte[10], 10));
        return null;
    }

    @Test
    void interruptDoesNotDisturbASocketOfAPlatformThread() throws Exception {
        for (InetSocketAddress where :
                new InetSocketAddress[] {road.anyServerPort(), new InetSocketAddress(0)}) {
            DatagramSocket server = closing(road.serverDatagramSocket());
            server.bind(where);
            Background<Boolean> receiving =
                    background(
                            () -> {
                                receive(server);
                                return Thread.currentThread().isInterrupted();
                            });
            receiving.whenWaiting();
            receiving.thread().interrupt();
            receiving.whenWaiting();
            DatagramSocket client = closing(road.datagramSocket());
            client.send(
                    new DatagramPacket(new byte[1], 1, road.serverHost(), server.getLocalPort()));
            assertThat(receiving.get()).isTrue();
            assertThat(server.isClosed()).isFalse();
        }
    }

    @Test
    void connectedSocketsTalk() throws Exception {
        DatagramSocket server = closing(road.serverDatagramSocket());
        server.bind(road.anyServerPort());
        DatagramSocket client = closing(road.datagramSocket());
        client.connect(server.getLocalSocketAddress());
        assertThat(client.isConnected()).isTrue();
        assertThat(client.getPort()).isEqualTo(server.getLocalPort());
        client.send(new DatagramPacket(new byte[] {1}, 1));
        DatagramPacket packet = new DatagramPacket(new byte[10], 10);
        server.receive(packet);
        server.send(packet);
        client.receive(packet);
        assertThat(packet.getLength()).isOne();
        client.disconnect();
        assertThat(client.isConnected()).isFalse();
        client.setBroadcast(true);
        client.setTrafficClass(4);
        client.setReceiveBufferSize(40_000);
        assertThat(client.getBroadcast()).isTrue();
        assertThat(client.getTrafficClass()).isEqualTo(4);
        assertThat(client.getReceiveBufferSize()).isGreaterThanOrEqualTo(40_000);
    }

    @Test
    void adaptorIsTheChannel() throws Exception {
        DatagramChannel server = server();
        DatagramSocket socket = server.socket();
        assertThat(socket).isSameAs(server.socket());
        assertThat(socket.getChannel()).isSameAs(server);
        assertThat(socket.isBound()).isTrue();
        assertThat(socket.getLocalPort()).isEqualTo(local(server).getPort());
        assertThat(socket.getLocalAddress()).isEqualTo(road.serverHost());
        DatagramSocket client = client().socket();
        assertThat(client.isBound()).isFalse();
        client.send(new DatagramPacket(new byte[] {8}, 1, socket.getLocalSocketAddress()));
        DatagramPacket packet = new DatagramPacket(new byte[4], 4);
        socket.receive(packet);
        assertThat(packet.getLength()).isOne();
        socket.setSoTimeout(30);
        assertThatThrownBy(() -> socket.receive(packet)).isInstanceOf(SocketTimeoutException.class);
        socket.setBroadcast(true);
        assertThat(server.getOption(StandardSocketOptions.SO_BROADCAST)).isTrue();
        socket.close();
        assertThat(server.isOpen()).isFalse();
    }
}
