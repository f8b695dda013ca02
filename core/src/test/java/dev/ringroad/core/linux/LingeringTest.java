package dev.ringroad.core.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A peer passes a TCP socket whose close waits until somebody reads what was written to it, for an
 * hour at most; it has no descriptor of it left itself.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LingeringTest {
    private static final int LINGER_SECONDS = 3600;
    private static final int[] NONE = {};

    @TempDir Path folder;

    private final MemorySegment message = Arena.ofAuto().allocate(64);
    private final MemorySegment into = Arena.ofAuto().allocate(64);
    private SocketChannel reader;
    private SocketChannel lingering;
    private int number;

    @BeforeEach
    void open() throws IOException {
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(anywhere)) {
            BitSet before = sockets();
            lingering = SocketChannel.open(server.getLocalAddress());
            BitSet made = sockets();
            made.andNot(before);
            reader = server.accept();
            number = made.nextSetBit(0);
        }
        lingering.setOption(StandardSocketOptions.SO_LINGER, LINGER_SECONDS);
        lingering.configureBlocking(false);
        ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
        while (lingering.write(bytes) > 0) {
            bytes.clear();
        }
    }

    /** What nobody reads ends with the reader, and with it the wait. */
    @AfterEach
    void close() throws IOException {
        lingering.close();
        reader.close();
    }

    private static BitSet sockets() {
        BitSet numbers = new BitSet();
        for (String name : KernelText.names("/proc/self/fd")) {
            int number = Integer.parseInt(name);
            int type = Sockets.typeOf(number);
            numbers.set(number, type == 1);
        }
        return numbers;
    }

    private String path() {
        return folder.resolve("s").toString();
    }

    private void forget() throws IOException {
        lingering.close();
    }

    @Test
    void holdsNobodyUpWhenItWasReceived() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false);
                UnixSeqPacket client = UnixSeqPacket.connect(path(), false);
                UnixSeqPacket server = Objects.requireNonNull(listener.accept())) {
            assertThat(client.send(message, 1, number)).isEqualTo(1);
            forget();
            assertThat(server.receive(into)).isEqualTo(1);
            Objects.requireNonNull(server.takeReceivedDescriptor()).close();
        }
    }

    @Test
    void holdsNobodyUpWhenItWasNeverReceived() throws Exception {
        try (UnixSeqPacket listener = UnixSeqPacket.listen(path(), false);
                UnixSeqPacket client = UnixSeqPacket.connect(path(), false);
                UnixSeqPacket server = Objects.requireNonNull(listener.accept())) {
            // A message without bytes looks like the end, and there may be more behind it.
            assertThat(client.send(message, 0, -1)).isZero();
            assertThat(client.send(message, 0, number)).isZero();
            forget();
            assertThat(server.descriptor().isOpen()).isTrue();
        }
    }

    @Test
    void holdsNobodyUpInAConnectionThatWasNeverAccepted() throws Exception {
        try (UnixStream listener = UnixStream.listen(path(), false);
                UnixStream client = UnixStream.connect(path(), false)) {
            assertThat(client.send(message, 1, NONE, 0)).isEqualTo(1);
            assertThat(client.send(message, 1, new int[] {number}, 1)).isEqualTo(1);
            forget();
            assertThat(listener.descriptor().isOpen()).isTrue();
        }
    }
}
