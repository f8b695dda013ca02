package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.Leaks;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

@ExtendWith(Leaks.class)
class UnixStreamTest {
    private static final int[] NONE = {};

    @TempDir Path folder;

    private final MemorySegment message = Arena.ofAuto().allocate(64);
    private final MemorySegment into = Arena.ofAuto().allocate(64);
    private UnixStream listener;
    private UnixStream client;
    private UnixStream server;

    @BeforeEach
    void connect() throws Exception {
        listener = UnixStream.listen(path(), false);
        client = UnixStream.connect(path(), false);
        server = Objects.requireNonNull(listener.accept());
    }

    @AfterEach
    void close() {
        server.close();
        client.close();
        listener.close();
        assertThat(Path.of(path())).doesNotExist();
    }

    private String path() {
        return folder.resolve("s").toString();
    }

    @Test
    void saysThatAFileOrAFolderIsNoSocket() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> UnixStream.listen(file.toString(), false))
                .hasMessageContaining(file + " is a file, not a socket");
        assertThatThrownBy(() -> UnixSeqPacket.listen(folder.toString(), false))
                .hasMessageContaining(folder + " is a folder, not a socket");
        assertThat(file).exists();
    }

    @Test
    void joinsWhatWasSentInPieces() {
        message.set(ValueLayout.JAVA_BYTE, 0, (byte) 7);
        assertThat(server.receive(into, 0, 64)).isEqualTo(-Errno.EAGAIN);
        assertThat(client.send(message, 3, NONE, 0)).isEqualTo(3);
        assertThat(client.send(message, 5, NONE, 0)).isEqualTo(5);
        assertThat(server.receive(into, 1, 8)).isEqualTo(8);
        assertThat(into.get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 7);
        assertThat(into.get(ValueLayout.JAVA_BYTE, 4)).isEqualTo((byte) 7);
    }

    @Test
    void takesNoMoreThanAskedFor() {
        assertThat(client.send(message, 10, NONE, 0)).isEqualTo(10);
        assertThat(server.receive(into, 0, 4)).isEqualTo(4);
        assertThat(server.receive(into, 0, 64)).isEqualTo(6);
    }

    @Test
    void closesAlsoWhatCouldMakeItWait() throws Exception {
        try (UnixStream sender = UnixStream.connect(path(), false);
                UnixStream receiver = Objects.requireNonNull(listener.accept());
                PollSet waiting = new PollSet(1)) {
            int[] numbers = {server.descriptor().number()};
            assertThat(sender.send(message, 1, numbers, 1)).isEqualTo(1);
            assertThat(receiver.receive(into, 0, 1)).isEqualTo(1);
            Descriptor copy = Objects.requireNonNull(receiver.takeReceivedDescriptor());
            assertThat(PeerFiles.closesAtOnce(copy.number())).isFalse();
            server.descriptor().close();
            assertThat(client.receive(into, 0, 1)).isEqualTo(-Errno.EAGAIN);
            copy.close();
            assertThat(copy.isOpen()).isFalse();
            waiting.add(client.descriptor().number(), PollSet.POLLIN);
            assertThat(waiting.poll(10_000_000_000L)).isEqualTo(1);
            assertThat(client.receive(into, 0, 1)).isZero();
        }
    }

    @Test
    void closesAtOnceWhatCannotMakeItWait() throws Exception {
        try (Descriptor memory = Memfd.create("memory", Mappings.ORDINARY_PAGE_BYTES);
                EventFd event = EventFd.create();
                Descriptor udp = Sockets.open(2, Sockets.DATAGRAM, 0, "", "");
                Descriptor tcp = Sockets.open(2, 1, 0, "", "");
                Descriptor file = Descriptor.open("/proc/self/status", 0, 0, "")) {
            assertThat(PeerFiles.closesAtOnce(memory.number())).isTrue();
            assertThat(PeerFiles.closesAtOnce(udp.number())).isTrue();
            assertThat(PeerFiles.closesAtOnce(tcp.number())).isFalse();
            assertThat(PeerFiles.closesAtOnce(event.descriptor().number())).isTrue();
            assertThat(PeerFiles.closesAtOnce(file.number())).isFalse();
        }
    }

    @Test
    void passesSeveralDescriptorsInOrder() throws Exception {
        try (Descriptor first = Memfd.create("first", Mappings.ORDINARY_PAGE_BYTES);
                Descriptor second = Memfd.create("second", Mappings.ORDINARY_PAGE_BYTES)) {
            Memfd.resize(first, 111);
            Memfd.resize(second, 222);
            int[] numbers = {first.number(), second.number()};
            assertThat(client.send(message, 8, NONE, 0)).isEqualTo(8);
            assertThat(client.send(message, 8, numbers, 2)).isEqualTo(8);
            assertThat(server.receive(into, 0, 8)).isEqualTo(8);
            assertThat(server.takeReceivedDescriptor()).isNull();
            assertThat(server.receive(into, 0, 8)).isEqualTo(8);
            try (Descriptor one = Objects.requireNonNull(server.takeReceivedDescriptor());
                    Descriptor two = Objects.requireNonNull(server.takeReceivedDescriptor())) {
                assertThat(Memfd.byteSize(one)).isEqualTo(111);
                assertThat(Memfd.byteSize(two)).isEqualTo(222);
            }
            assertThat(server.takeReceivedDescriptor()).isNull();
        }
    }

    @Test
    void closesDescriptorsThatNobodyTakes() throws Exception {
        try (Descriptor sent = Memfd.create("sent", Mappings.ORDINARY_PAGE_BYTES)) {
            int[] many = new int[UnixStream.DESCRIPTORS_KEPT + 5];
            Arrays.fill(many, sent.number());
            assertThat(client.send(message, 1, many, many.length)).isEqualTo(1);
            assertThat(server.receive(into, 0, 1)).isEqualTo(1);
        }
    }

    @Test
    void tellsTheEnd() {
        server.close();
        assertThat(client.receive(into, 0, 8)).isZero();
        assertThat(client.send(message, 1, NONE, 0)).isEqualTo(-Errno.EPIPE);
    }

    @Test
    void refusesASocketOfAnotherType() throws Exception {
        assertThatThrownBy(() -> UnixSeqPacket.connect(path(), false))
                .hasMessageContaining("another type");
        assertThatThrownBy(() -> UnixSeqPacket.listen(path(), false))
                .isInstanceOf(SystemCallException.class)
                .hasMessageContaining("stop the process that listens there");
    }
}
