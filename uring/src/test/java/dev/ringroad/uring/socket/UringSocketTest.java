package dev.ringroad.uring.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.core.linux.OpenDescriptors;
import dev.ringroad.core.linux.StreamSockets;
import dev.ringroad.core.linux.SystemCallException;
import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringThread;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Sockets for threads that wait, between themselves and with those of java.net. */
@Timeout(30)
final class UringSocketTest {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(LOOPBACK, 0);

    private OpenDescriptors before;
    private UringThread thread;
    private UringSockets sockets;
    private ExecutorService threads;

    // The JDK keeps a descriptor from the first close of a socket on.
    @BeforeAll
    static void closeASocketOfTheJdks() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, LOOPBACK);
                Socket client = new Socket(LOOPBACK, listener.getLocalPort());
                Socket server = listener.accept()) {
            assertThat(client.getLocalPort()).isEqualTo(server.getPort());
        }
    }

    @BeforeEach
    void start() throws IOException {
        before = OpenDescriptors.now();
        thread = UringThread.start("sockets", UringConfig.of(256), 4096, 0);
        sockets = new UringSockets(thread.loop());
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterEach
    void stop() throws IOException {
        threads.close();
        thread.close();
        assertThat(thread.failure()).isNull();
        assertThat(OpenDescriptors.now().beyond(before)).isEmpty();
    }

    private record Pair(UringSocket client, UringSocket server) implements AutoCloseable {
        @Override
        public void close() {
            client.close();
            server.close();
        }
    }

    private Pair pair() throws Exception {
        return pair(ANY_PORT);
    }

    private Pair pair(SocketAddress at) throws Exception {
        try (UringServerSocket listener = sockets.listen(at, 16)) {
            Future<UringSocket> accepted = threads.submit(listener::accept);
            return new Pair(sockets.connect(listener.localAddress()), accepted.get());
        }
    }

    private static byte[] random(int bytes) {
        byte[] made = new byte[bytes];
        new Random(bytes).nextBytes(made);
        return made;
    }

    private static void awaitWaiting(Thread waiter) {
        while (waiter.getState() != Thread.State.WAITING
                && waiter.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
    }

    /** Runs something that waits; the exception that ends the wait. */
    private static CompletableFuture<Throwable> failing(Callable<?> wait, List<Thread> waiters) {
        CompletableFuture<Throwable> failure = new CompletableFuture<>();
        Thread waiter =
                Thread.ofVirtual()
                        .start(
                                () -> {
                                    try {
                                        Object answer = wait.call();
                                        failure.completeExceptionally(
                                                new AssertionError("It answered " + answer));
                                    } catch (Exception e) {
                                        failure.complete(e);
                                    }
                                });
        waiters.add(waiter);
        awaitWaiting(waiter);
        return failure;
    }

    private static Throwable of(CompletableFuture<Throwable> failure) throws Exception {
        return failure.get(60, TimeUnit.SECONDS);
    }

    @Test
    void bytesGoBothWaysUntilTheEnd() throws Exception {
        try (Pair pair = pair()) {
            byte[] bytes = random(1_000_000);
            Future<?> writer =
                    threads.submit(
                            () -> {
                                pair.client().outputStream().write(bytes);
                                pair.client().shutdownOutput();
                                return null;
                            });
            assertThat(pair.server().inputStream().readAllBytes()).isEqualTo(bytes);
            writer.get();
            pair.server().write(ByteBuffer.wrap(bytes, 10, 20));
            ByteBuffer back = ByteBuffer.allocateDirect(20);
            while (back.hasRemaining()) {
                assertThat(pair.client().read(back)).isPositive();
            }
            assertThat(back.flip()).isEqualTo(ByteBuffer.wrap(bytes, 10, 20));
            assertThat(pair.client().read(ByteBuffer.allocate(0))).isZero();
        }
    }

    @Test
    void addressesAndOptionsAreTheKernels() throws Exception {
        try (Pair pair = pair()) {
            assertThat(pair.client().remoteAddress()).isEqualTo(pair.server().localAddress());
            assertThat(pair.server().remoteAddress()).isEqualTo(pair.client().localAddress());
            pair.client().noDelay(true);
            pair.client().keepAlive(true);
            pair.client().sendBufferBytes(10_000);
            pair.client().receiveBufferBytes(12_000);
            assertThat(pair.client().option(StreamSockets.TCP, StreamSockets.TCP_NODELAY))
                    .isEqualTo(1);
            assertThat(option(pair, StreamSockets.SO_KEEPALIVE)).isEqualTo(1);
            assertThat(option(pair, StreamSockets.SO_SNDBUF)).isEqualTo(20_000);
            assertThat(option(pair, StreamSockets.SO_RCVBUF)).isEqualTo(24_000);
            assertThatThrownBy(() -> pair.client().option(12345, 1))
                    .isInstanceOf(SystemCallException.class);
        }
    }

    private static int option(Pair pair, int option) throws IOException {
        return pair.client().option(StreamSockets.SOL_SOCKET, option);
    }

    @Test
    void talksToJavaNet() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, LOOPBACK);
                UringSocket ours = sockets.connect(listener.getLocalSocketAddress());
                Socket theirs = listener.accept()) {
            theirs.getOutputStream().write(7);
            assertThat(ours.inputStream().read()).isEqualTo(7);
            ours.outputStream().write(200);
            assertThat(theirs.getInputStream().read()).isEqualTo(200);
            theirs.shutdownOutput();
            assertThat(ours.inputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void ipv6AndUnixDomain(@TempDir Path folder) throws Exception {
        UnixDomainSocketAddress path = UnixDomainSocketAddress.of(folder.resolve("socket"));
        InetSocketAddress six = new InetSocketAddress(InetAddress.getByName("::1"), 0);
        for (SocketAddress at : List.of(path, six)) {
            try (Pair pair = pair(at)) {
                pair.client().outputStream().write(new byte[] {1, 2, 3});
                assertThat(pair.server().inputStream().readNBytes(3)).containsExactly(1, 2, 3);
            }
        }
        String tooLong = "x".repeat(200);
        assertThatThrownBy(() -> sockets.connect(UnixDomainSocketAddress.of(tooLong)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("107");
    }

    @Test
    void thousandConnectionsWaitWithoutHoldingCarriers() throws Exception {
        try (UringServerSocket listener = sockets.listen(ANY_PORT, 2000)) {
            List<Future<Boolean>> clients = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                byte[] message = random(1 + i);
                clients.add(
                        threads.submit(
                                () -> {
                                    try (UringSocket own =
                                            sockets.connect(listener.localAddress())) {
                                        own.write(ByteBuffer.wrap(message));
                                        byte[] back = own.inputStream().readNBytes(message.length);
                                        return java.util.Arrays.equals(message, back);
                                    }
                                }));
            }
            for (int i = 0; i < 1000; i++) {
                UringSocket each = listener.accept();
                var _ =
                        threads.submit(
                                () -> {
                                    try (each) {
                                        return each.inputStream().transferTo(each.outputStream());
                                    }
                                });
            }
            for (Future<Boolean> client : clients) {
                assertThat(client.get()).isTrue();
            }
        }
    }

    @Test
    void refusedUnreachableAndUnansweredConnects() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
            port = free.getLocalPort();
        }
        assertThatThrownBy(() -> sockets.connect(new InetSocketAddress(LOOPBACK, port)))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("refused")
                .hasCauseInstanceOf(SystemCallException.class);
        InetSocketAddress nowhere = new InetSocketAddress("255.255.255.255", 9);
        assertThatThrownBy(() -> sockets.connect(nowhere)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> sockets.connect(InetSocketAddress.createUnresolved("no.such", 1)))
                .isInstanceOf(java.net.UnknownHostException.class)
                .hasMessageContaining("no.such");
        assertThat(SocketFailures.ofConnect(nowhere, 113))
                .isInstanceOf(NoRouteToHostException.class);
        // One connection fills the backlog of 0; the kernel leaves further ones unanswered.
        try (ServerSocket full = new ServerSocket(0, 1, LOOPBACK)) {
            List<UringSocket> filling = new ArrayList<>();
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 100; i++) {
                                    filling.add(
                                            sockets.connect(
                                                    full.getLocalSocketAddress(),
                                                    Duration.ofMillis(100)));
                                }
                            })
                    .isInstanceOf(SocketTimeoutException.class);
            filling.forEach(UringSocket::close);
        }
    }

    @Test
    void portInUse() throws Exception {
        try (UringServerSocket listener = sockets.listen(ANY_PORT, 1)) {
            assertThatThrownBy(() -> sockets.listen(listener.localAddress(), 1))
                    .isInstanceOf(SystemCallException.class)
                    .hasMessageContaining("EADDRINUSE");
        }
    }

    @Test
    void timeOutEndsTheWaitAndNothingElse() throws Exception {
        try (Pair pair = pair()) {
            pair.client().readTimeout(Duration.ofMillis(1));
            assertThatThrownBy(() -> pair.client().inputStream().read())
                    .isInstanceOf(SocketTimeoutException.class);
            pair.client().readTimeout(Duration.ZERO);
            pair.server().outputStream().write(5);
            assertThat(pair.client().inputStream().read()).isEqualTo(5);
        }
        try (UringServerSocket listener = sockets.listen(ANY_PORT, 1)) {
            listener.acceptTimeout(Duration.ofMillis(1));
            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
            assertThat(listener.isOpen()).isTrue();
        }
    }

    @Test
    @SuppressWarnings("try") // closes before the end of the block, which is what is tested
    void closingEndsWhoWaits() throws Exception {
        List<Thread> waiters = new ArrayList<>();
        try (Pair pair = pair();
                UringServerSocket listener = sockets.listen(ANY_PORT, 1)) {
            CompletableFuture<Throwable> read =
                    failing(() -> pair.client().inputStream().read(), waiters);
            CompletableFuture<Throwable> accept = failing(listener::accept, waiters);
            pair.client().close();
            listener.close();
            assertThat(of(read))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Socket closed");
            assertThat(of(accept))
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Socket closed");
            assertThatThrownBy(() -> pair.client().inputStream().read())
                    .isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> pair.client().outputStream().write(1))
                    .isInstanceOf(SocketException.class);
            assertThat(pair.server().inputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void interruptClosesAsInJavaNet() throws Exception {
        List<Thread> waiters = new ArrayList<>();
        try (Pair pair = pair();
                UringServerSocket listener = sockets.listen(ANY_PORT, 1)) {
            CompletableFuture<Throwable> read =
                    failing(() -> pair.client().inputStream().read(), waiters);
            CompletableFuture<Throwable> accept = failing(listener::accept, waiters);
            waiters.forEach(Thread::interrupt);
            assertThat(of(read)).hasMessageContaining("Closed by interrupt");
            assertThat(of(accept)).hasMessageContaining("Closed by interrupt");
            assertThat(pair.client().isOpen()).isFalse();
            assertThat(listener.isOpen()).isFalse();
        }
    }

    @Test
    void peersResetIsAnException() throws Exception {
        try (Pair pair = pair()) {
            pair.server().resetOnClose(true);
            pair.server().close();
            assertThatThrownBy(() -> pair.client().inputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
            assertThatThrownBy(
                            () -> {
                                for (int i = 0; i < 10; i++) {
                                    pair.client().outputStream().write(1);
                                }
                            })
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void shutInputFindsTheEnd() throws Exception {
        try (Pair pair = pair()) {
            pair.client().shutdownInput();
            assertThat(pair.client().inputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    @SuppressWarnings("try") // closes before the end of the block, which is what is tested
    void futuresReadWriteAcceptAndAreCancelled() throws Exception {
        try (UringServerSocket listener = sockets.listen(ANY_PORT, 4)) {
            CompletableFuture<UringSocket> givenUp = listener.acceptAsync();
            assertThat(givenUp.cancel(true)).isTrue();
            try (UringSocket client = sockets.connect(listener.localAddress());
                    UringSocket server = acceptWithin(listener)) {
                assertThat(client.writeAsync(ByteBuffer.wrap(random(100))).get()).isEqualTo(100);
                ByteBuffer into = ByteBuffer.allocate(200);
                assertThat(server.readAsync(into).get()).isEqualTo(100);
                assertThat(server.readAsync(ByteBuffer.allocate(0)).get()).isZero();
                assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(random(100)));
                CompletableFuture<Integer> read = client.readAsync(ByteBuffer.allocate(1));
                client.close();
                assertThatThrownBy(read::get)
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(SocketException.class);
            }
        }
    }

    // The connection of the future that was given up, or one's own.
    private static UringSocket acceptWithin(UringServerSocket listener) throws Exception {
        listener.acceptTimeout(Duration.ofMillis(20));
        while (true) {
            try {
                return listener.accept();
            } catch (SocketTimeoutException e) {
                assertThat(listener.isOpen()).isTrue();
            }
        }
    }

    @Test
    void loopThatEndsEndsWhoWaits() throws Exception {
        List<Thread> waiters = new ArrayList<>();
        try (Pair pair = pair()) {
            CompletableFuture<Throwable> read =
                    failing(() -> pair.client().inputStream().read(), waiters);
            thread.close();
            assertThat(of(read)).isInstanceOf(SocketException.class);
            assertThatThrownBy(() -> pair.client().inputStream().read())
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("Remedy: close sockets before the loop");
            assertThat(pair.client().readAsync(ByteBuffer.allocate(1)))
                    .failsWithin(Duration.ofSeconds(10))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(SocketException.class);
        }
    }
}
