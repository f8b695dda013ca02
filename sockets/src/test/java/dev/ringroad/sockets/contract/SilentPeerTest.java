package dev.ringroad.sockets.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ringroad.sockets.Road;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Connecting to an address where nobody is, which loopback does not have. */
@Timeout(60)
class SilentPeerTest {
    private static final InetSocketAddress NOBODY = new InetSocketAddress("10.77.0.99", 7);

    private Road road;

    @BeforeEach
    void openRoad() throws Exception {
        road = Road.open(Road.Kind.STACK);
    }

    @AfterEach
    void closeRoad() {
        road.close();
    }

    private static Throwable failure(FutureTask<?> task) throws InterruptedException {
        try {
            throw new AssertionError("no failure but " + task.get());
        } catch (ExecutionException e) {
            return e.getCause();
        }
    }

    private static <T> FutureTask<T> start(boolean platform, Callable<T> work, Thread[] started)
            throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        started[0] = platform ? Thread.ofPlatform().start(task) : Thread.ofVirtual().start(task);
        Thread.sleep(50);
        return task;
    }

    @Test
    void connectsTimeOut() throws Exception {
        Socket socket = road.socket();
        assertThatThrownBy(() -> socket.connect(NOBODY, 50))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Connect timed out");
        assertThat(socket.isClosed()).isTrue();
        SocketChannel channel = road.client().openSocketChannel();
        assertThatThrownBy(() -> channel.socket().connect(NOBODY, 50))
                .isInstanceOf(SocketTimeoutException.class)
                .hasMessage("Connect timed out");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void interruptEndsAWaitingConnect() throws Exception {
        for (boolean platform : new boolean[] {true, false}) {
            Thread[] thread = new Thread[1];
            SocketChannel channel = road.client().openSocketChannel();
            FutureTask<Boolean> connecting = start(platform, () -> channel.connect(NOBODY), thread);
            thread[0].interrupt();
            assertThat(failure(connecting)).isInstanceOf(ClosedByInterruptException.class);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void closingEndsAWaitingConnect() throws Exception {
        for (boolean platform : new boolean[] {true, false}) {
            SocketChannel channel = road.client().openSocketChannel();
            FutureTask<Boolean> connecting =
                    start(platform, () -> channel.connect(NOBODY), new Thread[1]);
            while (!channel.isConnectionPending()) {
                Thread.sleep(1);
            }
            channel.close();
            assertThat(failure(connecting)).isExactlyInstanceOf(AsynchronousCloseException.class);
            Socket socket = road.socket();
            FutureTask<Void> other =
                    start(
                            platform,
                            () -> {
                                socket.connect(NOBODY);
                                return null;
                            },
                            new Thread[1]);
            socket.close();
            assertThat(failure(other)).isInstanceOf(SocketException.class);
        }
    }
}
