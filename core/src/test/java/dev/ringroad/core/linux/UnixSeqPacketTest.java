package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

@ExtendWith(Leaks.class)
class UnixSeqPacketTest {
    @TempDir Path folder;

    private final MemorySegment message = Arena.ofAuto().allocate(64);
    private final MemorySegment into = Arena.ofAuto().allocate(64);

    /** The JDK opens a socket of its own with the first channel, and keeps it. */
    @BeforeAll
    static void letTheJdkOpenWhatItKeeps() throws IOException {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).close();
    }

    private String path() {
        return folder.resolve("s").toString();
    }

    @Test
    void keepsTheBoundsOfMessages() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false)) {
            assertThat(listener.accept()).isNull();
            try (UnixSeqPacket client = UnixSeqPacket.connect(path(), false);
                    UnixSeqPacket server = Objects.requireNonNull(listener.accept())) {
                assertThat(server.receive(into)).isEqualTo(-Errno.EAGAIN);
                assertThat(client.send(message, 3, -1)).isEqualTo(3);
                assertThat(client.send(message, 5, -1)).isEqualTo(5);
                assertThat(server.receive(into)).isEqualTo(3);
                assertThat(server.receive(into)).isEqualTo(5);
                assertThat(server.takeReceivedDescriptor()).isNull();
                assertThat(client.send(message, 64, -1)).isEqualTo(64);
                assertThat(server.receive(into.asSlice(0, 10))).isEqualTo(-Errno.EMSGSIZE);
                assertThat(server.peerCredentials().pid()).isEqualTo(ProcessHandle.current().pid());
                assertThat(server.peerCredentials().uid()).isEqualTo(Processes.userId());
            }
        }
        assertThat(Path.of(path())).doesNotExist();
    }

    @Test
    void tellsTheEnd() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false);
                UnixSeqPacket client = UnixSeqPacket.connect(path(), false)) {
            Objects.requireNonNull(listener.accept()).close();
            assertThat(client.receive(into)).isZero();
            assertThat(client.send(message, 1, -1)).isEqualTo(-Errno.EPIPE);
        }
    }

    @Test
    void passesADescriptorThatTheReceiverOwns() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false);
                UnixSeqPacket client = UnixSeqPacket.connect(path(), false);
                UnixSeqPacket server = Objects.requireNonNull(listener.accept());
                Descriptor sent = Memfd.create("sent", Mappings.ORDINARY_PAGE_BYTES)) {
            Memfd.resize(sent, 12345);
            assertThat(client.send(message, 1, sent.number())).isEqualTo(1);
            assertThat(server.receive(into)).isEqualTo(1);
            assertThat(server.receive(into)).isEqualTo(-Errno.EAGAIN);
            try (Descriptor received = Objects.requireNonNull(server.takeReceivedDescriptor())) {
                assertThat(received.number()).isNotEqualTo(sent.number());
                assertThat(Memfd.byteSize(received)).isEqualTo(12345);
            }
            assertThat(server.takeReceivedDescriptor()).isNull();
        }
    }

    @Test
    void closesDescriptorsThatNobodyTakes() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false);
                UnixSeqPacket client = UnixSeqPacket.connect(path(), false);
                UnixSeqPacket server = Objects.requireNonNull(listener.accept());
                Descriptor sent = Memfd.create("sent", Mappings.ORDINARY_PAGE_BYTES)) {
            for (int i = 0; i < 3; i++) {
                client.send(message, 1, sent.number());
                assertThat(server.receive(into)).isEqualTo(1);
            }
        }
    }

    @Test
    void anAbstractNameLeavesNoFile() throws Exception {
        String name = "ringroad-test-" + ProcessHandle.current().pid();
        try (UnixSeqPacket listener = UnixSeqPacket.listen(name, true);
                UnixSeqPacket client = UnixSeqPacket.connect(name, true);
                UnixSeqPacket server = Objects.requireNonNull(listener.accept())) {
            client.send(message, 2, -1);
            assertThat(server.receive(into)).isEqualTo(2);
            assertThatThrownBy(() -> UnixSeqPacket.listen(name, true))
                    .hasMessageContaining("EADDRINUSE");
        }
    }

    @Test
    void refusesAPathWhereSomebodyListens() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false)) {
            assertThatThrownBy(() -> UnixSeqPacket.listen(path(), false))
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining(
                            "choose another path, or stop the process that listens there");
            assertThat(listener.descriptor().isOpen()).isTrue();
            assertThat(Path.of(path())).exists();
        }
    }

    @Test
    void replacesTheSocketOfAProcessThatDied() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path()));
        }
        assertThat(Path.of(path())).exists();
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false);
                UnixSeqPacket client = UnixSeqPacket.connect(path(), false)) {
            assertThat(listener.descriptor().isOpen()).isTrue();
            assertThat(client.descriptor().isOpen()).isTrue();
        }
    }

    @Test
    void neverReplacesAFileOrTheSocketOfSomebodyElse() throws Exception {
        Files.writeString(Path.of(path()), "precious");
        assertThatThrownBy(() -> UnixSeqPacket.listen(path(), false))
                .hasMessageContaining("is a file, not a socket");
        assertThat(Path.of(path())).hasContent("precious");
        Files.delete(Path.of(path()));

        UnixSeqPacket first = UnixSeqPacket.listen(path(), false);
        Files.delete(Path.of(path()));
        try (UnixSeqPacket second = UnixSeqPacket.listen(path(), false)) {
            first.close();
            assertThat(Path.of(path())).exists();
            assertThat(second.descriptor().isOpen()).isTrue();
        }
    }

    @Test
    void saysWhyItCannotConnect() throws Exception {
        assertThatThrownBy(() -> UnixSeqPacket.connect(path(), false))
                .hasMessageContaining("ENOENT")
                .hasMessageContaining("start the listener of this socket first");
        try (ServerSocketChannel stream = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            stream.bind(UnixDomainSocketAddress.of(path()));
            assertThatThrownBy(() -> UnixSeqPacket.connect(path(), false))
                    .hasMessageContaining("of another type");
        }
        assertThatThrownBy(() -> UnixSeqPacket.connect("x".repeat(108), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("1 to 107 bytes");
        assertThatThrownBy(() -> UnixSeqPacket.listen("", false)).isInstanceOf(IOException.class);
    }
}
