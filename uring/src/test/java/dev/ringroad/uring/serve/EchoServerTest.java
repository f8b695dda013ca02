package dev.ringroad.uring.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.Limits;
import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.uring.socket.ServerConfig;
import dev.ringroad.uring.socket.ServerStatistics;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.zip.CRC32;

/** The server's core as an echo, with java.net's sockets at the other end. */
@Timeout(30)
final class EchoServerTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    /** The JDK keeps one to close others with. */
    private static final int JDK_SOCKETS = 1;

    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(LOOPBACK, 0);

    private OpenDescriptors before;
    private ServerThreads server;

    @BeforeEach
    void count() throws IOException {
        before = OpenDescriptors.now();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        if (server != null) {
            server.close();
            assertThat(server.failure()).isNull();
        }
        // The JDK keeps what its virtual threads wait with.
        assertThat(OpenDescriptors.now().beyond(before)).doesNotContainKey("anon_inode:[io_uring]");
        assertThat(OpenDescriptors.now().beyond(before).getOrDefault("socket", 0))
                .isLessThanOrEqualTo(JDK_SOCKETS);
    }

    private void start(ServerConfig config) throws IOException {
        start(config, 1);
    }

    private void start(ServerConfig config, int threads) throws IOException {
        server = ServerThreads.start(config, threads, 0, _ -> new EchoHandler());
    }

    private Socket connect() throws IOException {
        Socket made = new Socket(LOOPBACK, ((InetSocketAddress) server.address()).getPort());
        made.setSoTimeout(60_000);
        return made;
    }

    private void await(Predicate<ServerStatistics> condition) {
        while (!condition.test(server.statistics())) {
            assertThat(server.failure()).isNull();
            Thread.yield();
        }
    }

    private static byte[] random(int bytes, long seed) {
        byte[] made = new byte[bytes];
        new Random(seed).nextBytes(made);
        return made;
    }

    private static void exchange(Socket socket, byte[] message) throws IOException {
        socket.getOutputStream().write(message);
        assertThat(socket.getInputStream().readNBytes(message.length)).isEqualTo(message);
    }

    @Test
    void messagesOfAllSizesComeBack() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16));
        try (Socket socket = connect()) {
            for (int bytes : new int[] {1, 2, 63, 64, 4095, 4096, 4160, 4161, 60_000}) {
                exchange(socket, random(bytes, bytes));
            }
        }
        await(statistics -> statistics.open() == 0);
        assertThat(server.statistics().bytesSent()).isEqualTo(server.statistics().bytesReceived());
    }

    @Test
    void peerThatSendsOneByteAtATimeIsServed() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16));
        try (Socket socket = connect()) {
            socket.setTcpNoDelay(true);
            byte[] message = random(300, 1);
            for (byte one : message) {
                socket.getOutputStream().write(one);
            }
            assertThat(socket.getInputStream().readNBytes(message.length)).isEqualTo(message);
        }
    }

    @Test
    void halfCloseStillGetsEverythingBack() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16));
        byte[] message = random(3_000_000, 2);
        try (Socket socket = connect();
                ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> writer =
                    writers.submit(
                            () -> {
                                socket.getOutputStream().write(message);
                                socket.shutdownOutput();
                                return null;
                            });
            assertThat(socket.getInputStream().readAllBytes()).isEqualTo(message);
            writer.get();
        }
    }

    @Test
    void peerThatNeverReadsIsNotReadFrom() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16));
        try (SocketChannel silent = SocketChannel.open(server.address())) {
            silent.configureBlocking(false);
            ByteBuffer bytes = ByteBuffer.allocateDirect(64 * 1024);
            while (server.statistics().pauses() == 0) {
                bytes.clear();
                int ignored = silent.write(bytes);
            }
            // Until both sockets are full, and nothing more is taken.
            int refused = 0;
            while (refused < 100_000) {
                bytes.clear();
                refused = silent.write(bytes) == 0 ? refused + 1 : 0;
            }
            try (Socket other = connect()) {
                exchange(other, random(100_000, 3)); // the others are served meanwhile
            }
            silent.configureBlocking(true);
            silent.shutdownOutput();
            long received = 0;
            bytes.clear();
            for (int got = silent.read(bytes); got >= 0; got = silent.read(bytes)) {
                received += got;
                bytes.clear();
            }
            long sent = received;
            await(statistics -> statistics.bytesReceived() == sent + 100_000);
        }
    }

    @Test
    void fewBuffersForManyStarveNobody() throws Exception {
        start(ServerConfig.of(ANY_PORT, 64).withReceiveBuffers(16, 256));
        checksums(64, 40, 5_000);
        assertThat(server.statistics().resets()).isZero();
    }

    @Test
    void thousandConnectionsAtOnceKeepTheirData() throws Exception {
        assertThat(Limits.openDescriptors().soft()).isGreaterThan(2500);
        start(ServerConfig.of(ANY_PORT, 1024));
        checksums(1000, 20, 3_000);
        assertThat(server.statistics().accepted()).isEqualTo(1000);
    }

    @Test
    void threadsShareThePort() throws Exception {
        start(ServerConfig.of(ANY_PORT, 256), 2);
        checksums(100, 10, 3_000);
        assertThat(server.statistics().accepted()).isEqualTo(100);
    }

    private void checksums(int connections, int rounds, int bytesMax) throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                int seed = i;
                results.add(clients.submit(client(seed, rounds, bytesMax)));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        }
        await(statistics -> statistics.open() == 0);
    }

    private Callable<Boolean> client(int seed, int rounds, int bytesMax) {
        return () -> {
            Random random = new Random(seed);
            CRC32 sent = new CRC32();
            CRC32 received = new CRC32();
            try (Socket socket = connect()) {
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                for (int i = 0; i < rounds; i++) {
                    byte[] message = random(1 + random.nextInt(bytesMax), random.nextLong());
                    sent.update(message);
                    out.write(message);
                    received.update(in.readNBytes(message.length));
                }
            }
            return sent.getValue() == received.getValue();
        };
    }

    @Test
    @SuppressWarnings("try") // closes before the end of the block, which is what is tested
    void connectionsBeyondTheLimitWaitOrAreClosed() throws Exception {
        start(ServerConfig.of(ANY_PORT, 2));
        try (Socket first = connect();
                Socket second = connect()) {
            exchange(first, random(10, 1));
            exchange(second, random(10, 2));
            try (Socket third = connect()) { // the kernel's backlog takes it
                first.close();
                third.setTcpNoDelay(true);
                exchange(third, random(10, 3));
            } catch (SocketException e) {
                assertThat(e).hasMessageContaining("reset"); // accepted while there was no place
            }
        }
        await(statistics -> statistics.open() == 0);
    }

    @Test
    void resetEndsOneConnectionOnly() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16));
        try (Socket other = connect()) {
            for (int i = 0; i < 20; i++) {
                try (Socket rude = connect()) {
                    exchange(rude, random(10, i));
                    rude.setSoLinger(true, 0);
                }
            }
            await(statistics -> statistics.resets() == 20);
            exchange(other, random(10, 9));
        }
    }

    @Test
    void idleConnectionIsClosed() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16).withIdleMillis(200));
        try (Socket idle = connect()) {
            exchange(idle, random(10, 1));
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(server.statistics().timeOuts()).isEqualTo(1);
    }

    @Test
    void closingTheServerEndsConnectionsInAllStates() throws Exception {
        start(ServerConfig.of(ANY_PORT, 16));
        try (Socket quiet = connect();
                SocketChannel full = SocketChannel.open(server.address())) {
            exchange(quiet, random(10, 1));
            full.configureBlocking(false);
            ByteBuffer bytes = ByteBuffer.allocateDirect(64 * 1024);
            while (server.statistics().pauses() == 0) {
                bytes.clear();
                int ignored = full.write(bytes);
            }
            server.close();
            assertThat(quiet.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void portInUseIsSaidWithTheRemedy() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, LOOPBACK)) {
            InetSocketAddress taken = new InetSocketAddress(LOOPBACK, other.getLocalPort());
            assertThatThrownBy(() -> start(ServerConfig.of(taken, 16)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("EADDRINUSE")
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void addressOfAnotherMachineIsRefused() {
        InetSocketAddress foreign = new InetSocketAddress("192.0.2.1", 0);
        assertThatThrownBy(() -> start(ServerConfig.of(foreign, 16)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("EADDRNOTAVAIL");
    }

    @Test
    void listensAtIpv6AndUnixDomainAddresses(@TempDir Path folder) throws Exception {
        start(ServerConfig.of(new InetSocketAddress(InetAddress.getByName("::1"), 0), 16));
        try (Socket socket = new Socket("::1", ((InetSocketAddress) server.address()).getPort())) {
            exchange(socket, random(100, 1));
        }
        server.close();
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of(folder.resolve("echo"));
        start(ServerConfig.of(path, 16));
        assertThat(server.address()).isEqualTo(path);
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            assertThat(channel.connect(path)).isTrue();
            ByteBuffer bytes = ByteBuffer.wrap(random(100, 2));
            channel.write(bytes);
            ByteBuffer back = ByteBuffer.allocate(100);
            while (back.hasRemaining()) {
                assertThat(channel.read(back)).isPositive();
            }
            assertThat(back.array()).isEqualTo(bytes.array());
        }
    }
}
