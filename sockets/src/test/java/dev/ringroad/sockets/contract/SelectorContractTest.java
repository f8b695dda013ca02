package dev.ringroad.sockets.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.sockets.Road;
import dev.ringroad.sockets.kernel.KernelSockets;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.IllegalSelectorException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** What a Selector does, whoever carries the channels in it. */
class SelectorContractTest extends RoadTest {
    private Selector selector() throws Exception {
        return closing(road.client().openSelector());
    }

    private static <C extends SelectableChannel> C nonBlocking(C channel) throws Exception {
        channel.configureBlocking(false);
        return channel;
    }

    /** Selects until something is there, which on a busy machine may take a few rounds. */
    private static void selectSome(Selector selector) throws Exception {
        while (selector.select(1000) == 0) {
            assertThat(selector.isOpen()).isTrue();
            assertThat(Thread.currentThread().isInterrupted()).as("timed out").isFalse();
        }
    }

    @Test
    void readableOnlyWhenThereAreBytes() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key =
                nonBlocking(c.client()).register(selector, SelectionKey.OP_READ, "attached");
        assertThat(key.attachment()).isEqualTo("attached");
        assertThat(key.channel()).isSameAs(c.client());
        assertThat(c.client().keyFor(selector)).isSameAs(key);
        assertThat(c.client().isRegistered()).isTrue();
        assertThat(selector.selectNow()).isZero();
        assertThat(selector.select(20)).isZero();
        writeAll(c.server(), bytes("ab"));
        selectSome(selector);
        assertThat(selector.selectedKeys()).containsExactly(key);
        assertThat(key.isReadable()).isTrue();
        assertThat(key.isWritable()).isFalse();
        // Still selected, nothing new: no key counts as updated.
        assertThat(selector.selectNow()).isZero();
        selector.selectedKeys().clear();
        assertThat(selector.selectNow()).isOne();
        assertThat(readText(c.client(), 2)).isEqualTo("ab");
        selector.selectedKeys().clear();
        assertThat(selector.selectNow()).isZero();
    }

    @Test
    void writableWhileThereIsRoom() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, SelectionKey.OP_WRITE);
        assertThat(selector.select()).isOne();
        assertThat(key.isWritable()).isTrue();
        selector.selectedKeys().clear();
        ByteBuffer block = ByteBuffer.allocateDirect(200_000);
        int idle = 0;
        while (idle < 30) {
            idle = c.client().write(block.clear()) == 0 ? idle + 1 : 0;
            if (idle > 0) {
                Thread.sleep(1);
            }
        }
        assertThat(selector.selectNow()).isZero();
        Background<Void> reader =
                background(
                        () -> {
                            ByteBuffer target = ByteBuffer.allocateDirect(200_000);
                            while (c.server().read(target.clear()) >= 0) {
                                continue;
                            }
                            return null;
                        });
        selectSome(selector);
        assertThat(key.isWritable()).isTrue();
        c.client().close();
        reader.get();
    }

    @Test
    void connectingIsSelected() throws Exception {
        ServerSocketChannel listener = listen();
        Selector selector = selector();
        SocketChannel client = nonBlocking(closing(road.client().openSocketChannel()));
        // Registered before anybody knows who will carry it, as Netty does.
        SelectionKey key = client.register(selector, 0);
        if (!client.connect(address(listener))) {
            key.interestOps(SelectionKey.OP_CONNECT);
            selectSome(selector);
            assertThat(key.isConnectable()).isTrue();
            assertThat(client.finishConnect()).isTrue();
        }
        selector.selectedKeys().clear();
        key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        selectSome(selector);
        assertThat(key.isWritable()).isTrue();
        assertThat(key.isReadable()).isFalse();
        key.interestOps(SelectionKey.OP_READ);
        selector.selectedKeys().clear();
        assertThat(selector.selectNow()).isZero();
        writeAll(closing(listener.accept()), bytes("x"));
        selectSome(selector);
        assertThat(key.isReadable()).isTrue();
    }

    @Test
    void refusedConnectionIsSelected() throws Exception {
        ServerSocketChannel listener = listen();
        InetSocketAddress nobody = address(listener);
        listener.close();
        Selector selector = selector();
        SocketChannel client = nonBlocking(closing(road.client().openSocketChannel()));
        SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
        try {
            client.connect(nobody);
            selectSome(selector);
            assertThat(key.isConnectable()).isTrue();
            client.finishConnect();
            throw new AssertionError("connected to nobody");
        } catch (ConnectException refused) {
            assertThat(client.isOpen()).isFalse();
        }
    }

    @Test
    void keysOfUnconnectedChannelsWaitForTheConnection() throws Exception {
        ServerSocketChannel listener = listen();
        Selector selector = selector();
        SocketChannel client = nonBlocking(closing(road.client().openSocketChannel()));
        client.bind(null);
        SelectionKey key = client.register(selector, SelectionKey.OP_CONNECT);
        if (!client.connect(address(listener))) {
            selectSome(selector);
            assertThat(key.isConnectable()).isTrue();
            assertThat(client.finishConnect()).isTrue();
        }
        assertThat(client.isConnected()).isTrue();
    }

    @Test
    void acceptingIsSelected() throws Exception {
        ServerSocketChannel one = nonBlocking(listen());
        ServerSocketChannel all = closing(road.server().openServerSocketChannel());
        nonBlocking(all.bind(null));
        Selector selector = closing(road.server().openSelector());
        SelectionKey keyOfOne = one.register(selector, SelectionKey.OP_ACCEPT);
        SelectionKey keyOfAll = all.register(selector, SelectionKey.OP_ACCEPT);
        assertThat(selector.selectNow()).isZero();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.connect(address(one));
        selectSome(selector);
        assertThat(selector.selectedKeys()).containsExactly(keyOfOne);
        assertThat(closing(one.accept()).getRemoteAddress()).isEqualTo(client.getLocalAddress());
        selector.selectedKeys().clear();
        InetAddress[] hosts = {road.serverHost(), InetAddress.ofLiteral("127.0.0.1")};
        for (InetAddress host : hosts) {
            SocketChannel other = closing(road.client().openSocketChannel());
            other.connect(new InetSocketAddress(host, address(all).getPort()));
            selectSome(selector);
            assertThat(selector.selectedKeys()).containsExactly(keyOfAll);
            assertThat(closing(all.accept()).getRemoteAddress()).isEqualTo(other.getLocalAddress());
            selector.selectedKeys().clear();
            assertThat(selector.selectNow()).isZero();
        }
    }

    @Test
    void kindsOfChannelsMix() throws Exception {
        Selector selector = selector();
        Connection c = connect();
        Pipe pipe = road.client().openPipe();
        closing(pipe.sink());
        SelectionKey ofPipe =
                nonBlocking(closing(pipe.source())).register(selector, SelectionKey.OP_READ);
        SelectionKey ofTcp = nonBlocking(c.client()).register(selector, SelectionKey.OP_READ);
        DatagramChannel datagrams = closing(road.client().openDatagramChannel());
        datagrams.bind(new InetSocketAddress("127.0.0.1", 0));
        SelectionKey ofUdp = nonBlocking(datagrams).register(selector, SelectionKey.OP_READ);
        assertThat(selector.keys()).containsExactlyInAnyOrder(ofPipe, ofTcp, ofUdp);
        for (int round = 0; round < 3; round++) {
            Background<Set<SelectionKey>> selecting =
                    background(
                            () -> {
                                selectSome(selector);
                                return new HashSet<>(selector.selectedKeys());
                            });
            selecting.whenWaiting();
            switch (round) {
                case 0 -> pipe.sink().write(bytes("p"));
                case 1 -> writeAll(c.server(), bytes("t"));
                default ->
                        closing(road.client().openDatagramChannel())
                                .send(bytes("u"), datagrams.getLocalAddress());
            }
            assertThat(selecting.get())
                    .containsExactly(round == 0 ? ofPipe : round == 1 ? ofTcp : ofUdp);
            selector.selectedKeys().clear();
            ByteBuffer one = ByteBuffer.allocate(1);
            switch (round) {
                case 0 -> pipe.source().read(one);
                case 1 -> c.client().read(one);
                default -> datagrams.receive(one);
            }
        }
        // All three at once.
        pipe.sink().write(bytes("p"));
        writeAll(c.server(), bytes("t"));
        closing(road.client().openDatagramChannel()).send(bytes("u"), datagrams.getLocalAddress());
        Set<SelectionKey> seen = new HashSet<>();
        while (seen.size() < 3) {
            selector.select();
            seen.addAll(selector.selectedKeys());
        }
        assertThat(seen).containsExactlyInAnyOrder(ofPipe, ofTcp, ofUdp);
    }

    @Test
    void wakeupEndsOneSelection() throws Exception {
        Selector selector = selector();
        nonBlocking(connect().client()).register(selector, SelectionKey.OP_READ);
        Background<Integer> selecting = background(() -> selector.select());
        selecting.whenWaiting();
        assertThat(selector.wakeup()).isSameAs(selector);
        assertThat(selecting.get()).isZero();
        selector.wakeup();
        selector.wakeup();
        assertThat(selector.select()).isZero();
        assertThat(selector.select(20)).isZero();
        selector.wakeup();
        assertThat(selector.selectNow()).isZero();
        assertThat(selector.select(20)).isZero();
    }

    @Test
    void wakeupEndsASelectionInAVirtualThread() throws Exception {
        Selector selector = selector();
        nonBlocking(connect().client()).register(selector, SelectionKey.OP_READ);
        Background<Integer> selecting = virtual(() -> selector.select());
        selecting.whenWaiting();
        selector.wakeup();
        assertThat(selecting.get()).isZero();
    }

    @Test
    void readinessEndsASelectionInAVirtualThread() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        nonBlocking(c.client()).register(selector, SelectionKey.OP_READ);
        Background<Integer> selecting = virtual(() -> selector.select());
        selecting.whenWaiting();
        writeAll(c.server(), bytes("x"));
        assertThat(selecting.get()).isOne();
    }

    @Test
    void interruptEndsASelectionAndStays() throws Exception {
        for (boolean withChannel : new boolean[] {true, false}) {
            Selector selector = selector();
            if (withChannel) {
                nonBlocking(connect().client()).register(selector, SelectionKey.OP_READ);
            }
            Background<Boolean> selecting =
                    background(
                            () -> {
                                selector.select();
                                return Thread.currentThread().isInterrupted() && selector.isOpen();
                            });
            selecting.whenWaiting();
            selecting.thread().interrupt();
            assertThat(selecting.get()).isTrue();
        }
    }

    @Test
    void closingEndsASelection() throws Exception {
        for (boolean withChannel : new boolean[] {true, false}) {
            Selector selector = road.client().openSelector();
            SocketChannel client = nonBlocking(connect().client());
            SelectionKey key = withChannel ? client.register(selector, SelectionKey.OP_READ) : null;
            Background<Integer> selecting = background(() -> selector.select());
            selecting.whenWaiting();
            selector.close();
            assertThat(selecting.get()).isZero();
            assertThatThrownBy(selector::selectNow).isInstanceOf(ClosedSelectorException.class);
            assertThatThrownBy(selector::keys).isInstanceOf(ClosedSelectorException.class);
            if (key != null) {
                assertThat(key.isValid()).isFalse();
                assertThat(client.isRegistered()).isFalse();
                client.configureBlocking(true);
            }
            assertThatThrownBy(() -> nonBlocking(client).register(selector, 0))
                    .isInstanceOf(ClosedSelectorException.class);
        }
    }

    @Test
    void cancelledKeysGoWithTheNextSelection() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, SelectionKey.OP_READ);
        writeAll(c.server(), bytes("x"));
        selectSome(selector);
        key.cancel();
        assertThat(key.isValid()).isFalse();
        assertThatThrownBy(key::interestOps).isInstanceOf(CancelledKeyException.class);
        assertThat(selector.keys()).containsExactly(key);
        assertThat(c.client().isRegistered()).isTrue();
        assertThatThrownBy(() -> c.client().register(selector, 0))
                .isInstanceOf(CancelledKeyException.class);
        assertThat(selector.selectNow()).isZero();
        assertThat(selector.keys()).isEmpty();
        assertThat(selector.selectedKeys()).isEmpty();
        assertThat(c.client().isRegistered()).isFalse();
        SelectionKey again = c.client().register(selector, SelectionKey.OP_READ);
        assertThat(again).isNotSameAs(key);
        selectSome(selector);
        assertThat(again.isReadable()).isTrue();
    }

    @Test
    void cancelledChannelMayBlockAgain() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, SelectionKey.OP_READ);
        assertThatThrownBy(() -> c.client().configureBlocking(true))
                .isInstanceOf(IllegalBlockingModeException.class);
        key.cancel();
        c.client().configureBlocking(true);
        assertThat(c.client().isBlocking()).isTrue();
        writeAll(c.server(), bytes("x"));
        assertThat(readText(c.client(), 1)).isEqualTo("x");
        assertThatThrownBy(() -> c.client().register(selector, SelectionKey.OP_READ))
                .isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void closedChannelsLeaveTheSelector() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, SelectionKey.OP_READ);
        c.client().close();
        assertThat(key.isValid()).isFalse();
        assertThat(selector.selectNow()).isZero();
        assertThat(selector.keys()).isEmpty();
        // The peer hears of it although the channel was registered.
        assertThat(c.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }

    @Test
    void listenerClosedWhileRegisteredFreesItsPort() throws Exception {
        Selector selector = closing(road.server().openSelector());
        ServerSocketChannel listener = nonBlocking(listen());
        InetSocketAddress where = address(listener);
        listener.register(selector, SelectionKey.OP_ACCEPT);
        listener.close();
        selector.selectNow();
        closing(road.server().openServerSocketChannel()).bind(where);
    }

    @Test
    void twoSelectorsMayWatchOneChannel() throws Exception {
        Connection c = connect();
        Selector first = selector();
        Selector second = selector();
        nonBlocking(c.client());
        SelectionKey a = c.client().register(first, SelectionKey.OP_READ);
        SelectionKey b = c.client().register(second, SelectionKey.OP_READ);
        assertThat(c.client().keyFor(second)).isSameAs(b);
        writeAll(c.server(), bytes("x"));
        selectSome(first);
        selectSome(second);
        a.cancel();
        first.selectNow();
        assertThat(c.client().isRegistered()).isTrue();
        assertThat(b.isValid()).isTrue();
        second.selectedKeys().clear();
        assertThat(second.selectNow()).isOne();
    }

    @Test
    void actionsGetTheKeys() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key =
                nonBlocking(c.client())
                        .register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        List<SelectionKey> seen = new ArrayList<>();
        assertThat(selector.select(seen::add)).isOne();
        assertThat(seen).containsExactly(key);
        assertThat(key.readyOps()).isEqualTo(SelectionKey.OP_WRITE);
        assertThat(selector.selectedKeys()).isEmpty();
        writeAll(c.server(), bytes("x"));
        while (!key.isReadable()) {
            selector.select(seen::add, 100);
        }
        assertThat(selector.selectNow(seen::add)).isOne();
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
        assertThat(key.interestOpsOr(0)).isEqualTo(SelectionKey.OP_READ);
        assertThatThrownBy(
                        () ->
                                selector.select(
                                        k -> {
                                            throw new IllegalArgumentException("from the action");
                                        }))
                .hasMessage("from the action");
        assertThat(selector.selectNow(seen::add)).isOne();
        assertThatThrownBy(() -> selector.selectNow(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> selector.select(-1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(
                        () ->
                                selector.select(
                                        k -> {
                                            try {
                                                selector.selectNow();
                                            } catch (IOException e) {
                                                throw new UncheckedIOException(e);
                                            }
                                        }))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keySetsKeepTheirRules() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, SelectionKey.OP_WRITE);
        selector.select();
        assertThatThrownBy(() -> selector.keys().remove(key))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> selector.selectedKeys().add(key))
                .isInstanceOf(UnsupportedOperationException.class);
        assertThat(selector.selectedKeys())
                .isSameAs(selector.selectedKeys())
                .contains(key)
                .hasSize(1);
        Iterator<SelectionKey> each = selector.selectedKeys().iterator();
        assertThat(each.next()).isSameAs(key);
        each.remove();
        assertThat(each.hasNext()).isFalse();
        assertThat(selector.selectedKeys()).isEmpty();
        assertThat(selector.selectNow()).isOne();
        assertThat(selector.selectedKeys().remove(key)).isTrue();
        assertThat(selector.selectedKeys().remove(key)).isFalse();
        assertThatThrownBy(() -> key.interestOps(SelectionKey.OP_ACCEPT))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> c.server().register(selector, 0))
                .isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void endOfStreamAndResetAreReadable() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, SelectionKey.OP_READ);
        c.server().shutdownOutput();
        selectSome(selector);
        assertThat(key.isReadable()).isTrue();
        assertThat(c.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
        Connection d = connect();
        SelectionKey other = nonBlocking(d.client()).register(selector, SelectionKey.OP_READ);
        key.cancel();
        d.server().setOption(StandardSocketOptions.SO_LINGER, 0);
        d.server().close();
        selectSome(selector);
        assertThat(other.isReadable()).isTrue();
        assertThatThrownBy(() -> d.client().read(ByteBuffer.allocate(1)))
                .hasMessage("Connection reset");
    }

    @Test
    void manyChannelsInOneSelector() throws Exception {
        Selector selector = selector();
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Connection c = connect();
            nonBlocking(c.client()).register(selector, SelectionKey.OP_READ, i);
            connections.add(c);
        }
        for (int i = 0; i < 50; i += 3) {
            writeAll(connections.get(i).server(), bytes("x"));
        }
        Set<Object> seen = new HashSet<>();
        while (seen.size() < 17) {
            selector.select();
            for (Iterator<SelectionKey> each = selector.selectedKeys().iterator();
                    each.hasNext(); ) {
                SelectionKey key = each.next();
                each.remove();
                seen.add(key.attachment());
                ((SocketChannel) key.channel()).read(ByteBuffer.allocate(1));
            }
        }
        assertThat(seen).allMatch(number -> (Integer) number % 3 == 0);
        assertThat(selector.selectNow()).isZero();
    }

    @Test
    void registeringAndClosingRaceWithSelecting() throws Exception {
        ServerSocketChannel listener = listen();
        Selector selector = selector();
        AtomicBoolean over = new AtomicBoolean();
        Background<Void> selecting =
                background(
                        () -> {
                            while (!over.get()) {
                                selector.select(5);
                                selector.selectedKeys().clear();
                            }
                            return null;
                        });
        for (int i = 0; i < 100; i++) {
            SocketChannel client = closing(road.client().openSocketChannel());
            client.connect(address(listener));
            nonBlocking(client);
            SelectionKey key =
                    client.register(selector, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
            selector.wakeup();
            if (i % 3 == 0) {
                key.cancel();
            }
            client.close();
            assertThat(key.isValid()).isFalse();
            closing(listener.accept()).close();
        }
        over.set(true);
        selecting.get();
        selector.selectNow();
        assertThat(selector.keys()).isEmpty();
    }

    @Test
    void interestChangedByAnotherThreadCountsAfterWakeup() throws Exception {
        Connection c = connect();
        Selector selector = selector();
        SelectionKey key = nonBlocking(c.client()).register(selector, 0);
        writeAll(c.server(), bytes("x"));
        Background<Boolean> selecting =
                background(
                        () -> {
                            while (selector.select() == 0) {
                                continue;
                            }
                            return key.isReadable();
                        });
        selecting.whenWaiting();
        key.interestOps(SelectionKey.OP_READ);
        selector.wakeup();
        assertThat(selecting.get()).isTrue();
    }

    @Test
    void foreignChannelsAreRefused() throws Exception {
        Selector jdk = closing(KernelSockets.provider().openSelector());
        if (kind != Road.Kind.KERNEL) {
            SocketChannel client = nonBlocking(closing(road.client().openSocketChannel()));
            assertThatThrownBy(() -> client.register(jdk, 0))
                    .isInstanceOf(IllegalSelectorException.class);
        }
    }
}
