package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Every operation on sockets, with java.net at the other end, over loopback. */
final class SocketOperationsTest extends SocketFixture {
    private int connected(ServerSocket server) {
        int socket = socket(STREAM);
        sockets.prepareConnect(socket, loopback(server.getLocalPort()));
        assertThat(Completions.result(ring)).isZero();
        return socket;
    }

    private static ServerSocket server() throws IOException {
        return new ServerSocket(0, 16, LOOPBACK);
    }

    private static String read(Socket peer, int bytes) throws IOException {
        peer.setSoTimeout(10_000);
        return new String(peer.getInputStream().readNBytes(bytes), StandardCharsets.UTF_8);
    }

    private static void write(Socket peer, String text) throws IOException {
        peer.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void connectsSendsReceivesAndShutsDown() throws Exception {
        try (ServerSocket server = server()) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                sockets.prepareSend(socket, text("xhellox"), 1, 5, 0);
                assertThat(Completions.result(ring)).isEqualTo(5);
                assertThat(read(peer, 5)).isEqualTo("hello");
                MemorySegment into = arena.allocate(16);
                sockets.prepareReceiveWhenReady(socket, into, 2, 14, 0);
                assertThat(ring.submit()).isEqualTo(1);
                write(peer, "world");
                assertThat(Completions.result(ring)).isEqualTo(5);
                assertThat(text(into, 2, 5)).isEqualTo("world");
                sockets.prepareShutdown(socket, 1);
                assertThat(Completions.result(ring)).isZero();
                assertThat(peer.getInputStream().read()).isEqualTo(-1);
            }
            sockets.prepareReceive(socket, arena.allocate(4), 0, 4, 0);
            assertThat(Completions.result(ring)).isZero();
            close(socket);
        }
    }

    @Test
    void refusedConnectionIsAResult() throws Exception {
        int port;
        try (ServerSocket server = server()) {
            port = server.getLocalPort();
        }
        int socket = socket(STREAM);
        sockets.prepareConnect(socket, loopback(port));
        assertThat(Completions.result(ring)).isEqualTo(-Errno.ECONNREFUSED);
        close(socket);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> sockets.prepareConnect(socket, arena.allocate(129)));
    }

    @Test
    void bindsListensAndAcceptsManyWithOneEntry() throws Exception {
        int port;
        try (ServerSocket free = server()) {
            port = free.getLocalPort();
        }
        int listener = socket(STREAM);
        sockets.prepareBind(listener, loopback(port)).link();
        sockets.prepareListen(listener, 16);
        assertThat(Completions.of(ring, 2)).extracting(One::result).containsExactly(0, 0);
        sockets.prepareAcceptMultishot(listener, 0).token(5);
        assertThat(ring.submit()).isEqualTo(1);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            clients.add(new Socket(LOOPBACK, port));
            One one = Completions.of(ring, 1).getFirst();
            assertThat(one.token()).isEqualTo(5);
            assertThat(Completion.isLast(one.flags())).isFalse();
            write(clients.get(i), "client" + i);
            MemorySegment into = arena.allocate(7);
            sockets.prepareReceive(one.result(), into, 0, 7, 0);
            assertThat(Completions.result(ring)).isEqualTo(7);
            assertThat(text(into, 0, 7)).isEqualTo("client" + i);
            close(one.result());
        }
        ring.control().prepareCancel(5, 0).token(6);
        assertThat(Completions.of(ring, 2))
                .extracting(One::result)
                .containsExactlyInAnyOrder(0, -Errno.ECANCELED);
        for (Socket client : clients) {
            client.close();
        }
        close(listener);
    }

    @Test
    void acceptsOnceAndIntoTheTableOfFiles() throws Exception {
        FileTable table = ring.registerFiles(8);
        table.chooseFrom(0, 8);
        sockets.prepareSocketDirect(AF_INET, STREAM, 0, 7);
        assertThat(Completions.result(ring)).isZero();
        int port;
        try (ServerSocket free = server()) {
            port = free.getLocalPort();
        }
        sockets.prepareBind(7, loopback(port)).fixedFile().link();
        sockets.prepareListen(7, 16).fixedFile();
        assertThat(Completions.of(ring, 2)).extracting(One::result).containsExactly(0, 0);
        sockets.prepareAccept(7, 0).fixedFile();
        assertThat(ring.submit()).isEqualTo(1);
        try (Socket first = new Socket(LOOPBACK, port)) {
            close(Completions.result(ring));
            sockets.prepareAcceptMultishotDirect(7, 0).fixedFile().token(1);
            assertThat(ring.submit()).isEqualTo(1);
            try (Socket second = new Socket(LOOPBACK, port)) {
                int index = Completions.of(ring, 1).getFirst().result();
                assertThat(index).isBetween(0, 6);
                sockets.prepareSend(index, text("direct"), 0, 6, 0).fixedFile();
                assertThat(Completions.result(ring)).isEqualTo(6);
                assertThat(read(second, 6)).isEqualTo("direct");
            }
            assertThat(first.isConnected()).isTrue();
        }
    }

    @Test
    void multishotReceivesIntoBuffersOfAGroup() throws Exception {
        try (ServerSocket server = server();
                BufferGroup group = ring.registerBufferGroup(3, 8, 64, false)) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                sockets.prepareReceiveMultishot(socket, 3, 0).token(1);
                assertThat(ring.submit()).isEqualTo(1);
                for (int i = 0; i < 20; i++) {
                    write(peer, "message " + i);
                    One one = Completions.of(ring, 1).getFirst();
                    int id = Completion.bufferId(one.flags());
                    assertThat(text(group.memory(), group.offset(id), one.result()))
                            .isEqualTo("message " + i);
                    group.giveBack(id);
                    group.publish();
                }
            }
            One end = Completions.of(ring, 1).getFirst();
            assertThat(end.result()).isZero();
            assertThat(Completion.isLast(end.flags())).isTrue();
            close(socket);
        }
    }

    @Test
    void groupWithoutBuffersSaysSo() throws Exception {
        try (ServerSocket server = server();
                BufferGroup group = ring.registerBufferGroup(3, 1, 4, false)) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                sockets.prepareReceiveMultishot(socket, group.group(), 0);
                assertThat(ring.submit()).isEqualTo(1);
                write(peer, "12345678");
                List<One> all = Completions.of(ring, 2);
                assertThat(all.get(0).result()).isEqualTo(4);
                assertThat(all.get(1).result()).isEqualTo(-Errno.ENOBUFS);
                assertThat(Completion.isLast(all.get(1).flags())).isTrue();
                group.giveBack(0);
                group.publish();
                sockets.prepareReceive(socket, group.group(), 0);
                assertThat(Completions.result(ring)).isEqualTo(4);
                assertThat(text(group.memory(), group.offset(0), 4)).isEqualTo("5678");
            }
            close(socket);
        }
    }

    @Test
    void incrementalBuffersAreFilledBitByBit() throws Exception {
        try (ServerSocket server = server();
                BufferGroup group = ring.registerBufferGroup(3, 2, 4096, true)) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                sockets.prepareReceiveMultishot(socket, 3, 0);
                assertThat(ring.submit()).isEqualTo(1);
                long at = 0;
                for (int i = 0; i < 3; i++) {
                    write(peer, "part" + i);
                    One one = Completions.of(ring, 1).getFirst();
                    assertThat(Completion.bufferId(one.flags())).isZero();
                    assertThat(one.flags() & Completion.BUFFER_MORE).isNotZero();
                    assertThat(text(group.memory(), group.offset(0) + at, 5)).isEqualTo("part" + i);
                    at += one.result();
                }
            }
            close(socket);
        }
    }

    @Test
    void bundlesFillSeveralBuffersAtOnce() throws Exception {
        try (ServerSocket server = server();
                BufferGroup group = ring.registerBufferGroup(3, 16, 8, false)) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                String text = "a message that takes four buffers";
                write(peer, text);
                sockets.prepareReceiveBundles(socket, 3, 0);
                StringBuilder received = new StringBuilder();
                int completions = 0;
                while (received.length() < text.length()) {
                    for (One one : Completions.of(ring, 1)) {
                        int id = Completion.bufferId(one.flags());
                        received.append(text(group.memory(), group.offset(id), one.result()));
                        completions++;
                    }
                }
                assertThat(received).hasToString(text);
                assertThat(completions).as("fewer than buffers").isLessThan(5);
            }
            close(socket);
        }
    }

    @Test
    void zeroCopySendsTellWhenTheBufferIsFree() throws Exception {
        MemorySegment memory = arena.allocate(8192, 4096);
        ring.registerBuffers(1).set(0, memory);
        try (ServerSocket server = server()) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                for (boolean fixed : new boolean[] {false, true}) {
                    memory.asSlice(100).copyFrom(text("zero"));
                    if (fixed) {
                        sockets.prepareSendZeroCopyFixed(socket, memory, 100, 4, 0, 0).token(1);
                    } else {
                        sockets.prepareSendZeroCopy(socket, memory, 100, 4, 0).token(1);
                    }
                    assertThat(ring.submit()).isEqualTo(1);
                    assertThat(read(peer, 4)).isEqualTo("zero");
                    List<One> all = Completions.of(ring, 2);
                    assertThat(all.get(0).result()).isEqualTo(4);
                    assertThat(all.get(0).flags() & Completion.MORE).isNotZero();
                    assertThat(all.get(1).flags() & Completion.NOTIFICATION).isNotZero();
                    assertThat(Completion.isLast(all.get(1).flags())).isTrue();
                }
            }
            close(socket);
        }
    }

    private MemorySegment message(MemorySegment... pieces) {
        MemorySegment vector = Segments.vector(arena, pieces);
        MemorySegment message = arena.allocate(56, 8); // struct msghdr
        message.set(JAVA_LONG, 16, vector.address());
        message.set(JAVA_LONG, 24, pieces.length);
        return message;
    }

    @Test
    void messagesOfSeveralPieces() throws Exception {
        try (ServerSocket server = server()) {
            int socket = connected(server);
            try (Socket peer = server.accept()) {
                sockets.prepareSendMessage(socket, message(text("ab"), text("cde")), 0);
                assertThat(Completions.result(ring)).isEqualTo(5);
                sockets.prepareSendMessageZeroCopy(socket, message(text("f"), text("g")), 0);
                assertThat(ring.submit()).isEqualTo(1);
                assertThat(read(peer, 7)).isEqualTo("abcdefg");
                assertThat(Completions.of(ring, 2).getFirst().result()).isEqualTo(2);
                write(peer, "12345");
                MemorySegment first = arena.allocate(2);
                MemorySegment second = arena.allocate(8);
                sockets.prepareReceiveMessage(socket, message(first, second), 0);
                assertThat(Completions.result(ring)).isEqualTo(5);
                assertThat(text(first, 0, 2) + text(second, 0, 3)).isEqualTo("12345");
            }
            close(socket);
        }
    }

    @Test
    void datagramsAreSentToAnAddress() throws Exception {
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            peer.setSoTimeout(10_000);
            int socket = socket(DATAGRAM);
            MemorySegment to = loopback(peer.getLocalPort());
            sockets.prepareSendTo(socket, text("datagram"), 0, 8, 0, to);
            assertThat(Completions.result(ring)).isEqualTo(8);
            DatagramPacket packet = new DatagramPacket(new byte[100], 100);
            peer.receive(packet);
            assertThat(new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8))
                    .isEqualTo("datagram");
            close(socket);
        }
    }
}
