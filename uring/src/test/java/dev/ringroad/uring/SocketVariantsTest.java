package dev.ringroad.uring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import dev.ringroad.core.linux.Errno;
import dev.ringroad.uring.Completions.One;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The rarer ways to accept, receive and send. */
final class SocketVariantsTest extends SocketFixture {
    private int bound(int type) {
        int socket = socket(type);
        sockets.prepareBind(socket, loopback(0));
        assertThat(Completions.result(ring)).isZero();
        return socket;
    }

    // The kernel chose it; /proc tells.
    private static int port(int socket) throws IOException {
        String inode =
                Files.readSymbolicLink(Path.of("/proc/self/fd/" + socket))
                        .toString()
                        .replaceAll("\\D", "");
        for (String table : List.of("/proc/net/tcp", "/proc/net/udp")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+");
                if (fields.length > 9 && fields[9].equals(inode)) {
                    return Integer.parseInt(fields[1].substring(fields[1].indexOf(':') + 1), 16);
                }
            }
        }
        throw new IOException("No port of socket " + inode);
    }

    @Test
    void acceptTellsWhoThePeerIsOrPutsItIntoAPlace() throws Exception {
        int listener = bound(STREAM);
        sockets.prepareListen(listener, 8);
        assertThat(Completions.result(ring)).isZero();
        FileTable table = ring.registerFiles(4);
        table.chooseFrom(0, 4);
        int port = port(listener);
        try (Socket first = new Socket(LOOPBACK, port);
                Socket second = new Socket(LOOPBACK, port)) {
            MemorySegment address = arena.allocate(16, 4);
            MemorySegment bytes = arena.allocateFrom(JAVA_INT, 16);
            sockets.prepareAccept(listener, address, bytes, 0);
            int accepted = Completions.result(ring);
            assertThat(accepted).isNotNegative();
            assertThat(bytes.get(JAVA_INT, 0)).isEqualTo(16);
            assertThat(Short.toUnsignedInt(Short.reverseBytes(address.get(JAVA_SHORT, 2))))
                    .isEqualTo(first.getLocalPort());
            close(accepted);
            sockets.prepareAcceptDirect(listener, 0, 2);
            assertThat(Completions.result(ring)).isZero();
            sockets.prepareSend(2, text("two"), 0, 3, 0).fixedFile();
            assertThat(Completions.result(ring)).isEqualTo(3);
            second.setSoTimeout(10_000);
            assertThat(second.getInputStream().readNBytes(3)).asString().isEqualTo("two");
        }
        close(listener);
    }

    @Test
    void messagesComeAgainAndAgainWithTheirSenders() throws Exception {
        int socket = bound(DATAGRAM);
        int port = port(socket);
        try (BufferGroup group = ring.registerBufferGroup(9, 8, 128, false);
                DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            MemorySegment message = arena.allocate(56, 8);
            message.set(JAVA_INT, 8, 16); // msg_namelen
            sockets.prepareReceiveMessageMultishot(socket, message, 9, 0).token(1);
            assertThat(ring.submit()).isOne();
            for (int i = 0; i < 5; i++) {
                byte[] text = ("datagram " + i).getBytes(StandardCharsets.UTF_8);
                peer.send(new DatagramPacket(text, text.length, LOOPBACK, port));
                One one = Completions.of(ring, 1).getFirst();
                assertThat(Completion.isLast(one.flags())).isFalse();
                int id = Completion.bufferId(one.flags());
                long at = group.offset(id);
                ReceivedMessage received =
                        ReceivedMessage.of(group.memory(), at, one.result(), 16, 0);
                assertThat(received.addressBytes()).isEqualTo(16);
                assertThat(received.controlBytes()).isZero();
                assertThat(received.flags()).isZero();
                String payload =
                        text(group.memory(), at + received.payloadAt(), received.payloadBytes());
                assertThat(payload).isEqualTo("datagram " + i);
                MemorySegment sender = group.memory().asSlice(at + ReceivedMessage.ADDRESS_AT, 16);
                int high = Byte.toUnsignedInt(sender.get(JAVA_BYTE, 2));
                int low = Byte.toUnsignedInt(sender.get(JAVA_BYTE, 3));
                assertThat(high << 8 | low).isEqualTo(peer.getLocalPort());
                group.giveBack(id);
                group.publish();
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ReceivedMessage.of(group.memory(), 0, 31, 16, 0));
            assertThat(ring.cancelNow(1, 0, 1_000_000_000)).isZero();
            assertThat(Completions.result(ring)).isEqualTo(-Errno.ECANCELED);
        }
        close(socket);
    }

    @Test
    void buffersOfAGroupAreSentOneByOneAndTogether() throws Exception {
        try (Pair pair = new Pair(ring)) {
            MemorySegment memory = text("abcdefghijkl");
            ring.buffers().prepareProvide(memory, 4, 2, 0);
            assertThat(Completions.result(ring)).isZero();
            sockets.prepareSend(pair.socket, 2, 0);
            One one = Completions.of(ring, 1).getFirst();
            assertThat(one.result()).isEqualTo(4);
            String sent = text(memory, 4L * Completion.bufferId(one.flags()), 4);
            assertThat(pair.read(4)).isEqualTo(sent);
        }
        try (Pair pair = new Pair(ring);
                BufferGroup group = ring.registerBufferGroup(3, 4, 4, false)) {
            for (int id = 0; id < 4; id++) {
                MemorySegment to = group.memory().asSlice(group.offset(id), 4);
                to.copyFrom(text("p" + id + "p "));
            }
            sockets.prepareSendBundle(pair.socket, 3, 0);
            One one = Completions.of(ring, 1).getFirst();
            assertThat(one.result()).isEqualTo(16);
            assertThat(Completion.bufferId(one.flags())).isZero();
            assertThat(pair.read(16)).isEqualTo("p0p p1p p2p p3p ");
        }
    }

    @Test
    void bundleIsReceivedOnce() throws Exception {
        try (Pair pair = new Pair(ring);
                BufferGroup group = ring.registerBufferGroup(3, 8, 4, false)) {
            pair.write("0123456789");
            MemorySegment all = arena.allocate(10);
            sockets.prepareReceive(pair.socket, all, 0, 10, 2 | 0x100); // MSG_PEEK, MSG_WAITALL
            assertThat(Completions.result(ring)).isEqualTo(10);
            sockets.prepareReceiveBundle(pair.socket, 3, 0);
            One one = Completions.of(ring, 1).getFirst();
            assertThat(one.result()).as("more than a buffer's").isBetween(5, 10);
            assertThat(Completion.isLast(one.flags())).isTrue();
            int first = Completion.bufferId(one.flags());
            String received = text(group.memory(), group.offset(first), one.result());
            assertThat("0123456789").startsWith(received);
        }
    }

    @Test
    void vectorsAreSentWithoutAMessage() throws Exception {
        try (Pair pair = new Pair(ring)) {
            MemorySegment vector = Segments.vector(arena, text("ab"), text("cde"));
            sockets.prepareSendVector(pair.socket, vector, 2, 0);
            assertThat(Completions.result(ring)).isEqualTo(5);
            assertThat(pair.read(5)).isEqualTo("abcde");
        }
    }

    @Test
    void zeroCopyReportsThatLoopbackCopies() throws Exception {
        try (Pair pair = new Pair(ring)) {
            MemorySegment data = text("report");
            sockets.prepareSendZeroCopyReporting(pair.socket, data, 0, 6, 0);
            assertThat(ring.submit()).isOne();
            assertThat(pair.read(6)).isEqualTo("report");
            List<One> both = Completions.of(ring, 2);
            assertThat(both.get(0).result()).isEqualTo(6);
            assertThat(both.get(1).flags() & Completion.NOTIFICATION).isNotZero();
            assertThat(Completion.wasCopied(both.get(1).result())).isTrue();
        }
    }

    @Test
    void datagramsAreSentToAnAddressWithoutCopy() throws Exception {
        sockets.prepareSocket(AF_INET, DATAGRAM, 0);
        int socket = Completions.result(ring);
        try (DatagramSocket peer = new DatagramSocket(0, LOOPBACK)) {
            peer.setSoTimeout(10_000);
            MemorySegment to = loopback(peer.getLocalPort());
            MemorySegment data = text("zero copy");
            sockets.prepareSendToZeroCopy(socket, data, 0, 9, 0, to);
            assertThat(Completions.of(ring, 2).getFirst().result()).isEqualTo(9);
            DatagramPacket packet = new DatagramPacket(new byte[32], 32);
            peer.receive(packet);
            assertThat(packet.getLength()).isEqualTo(9);
        }
        close(socket);
    }

    @Test
    void zeroCopyReceiveWithoutItsMemoryIsRefused() throws Exception {
        try (Pair pair = new Pair(ring)) {
            sockets.prepareReceiveZeroCopy(pair.socket, 0, 0);
            assertThat(Completions.result(ring)).isEqualTo(-Errno.EINVAL);
        }
    }
}
