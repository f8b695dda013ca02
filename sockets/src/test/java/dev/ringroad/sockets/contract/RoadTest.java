package dev.ringroad.sockets.contract;

import dev.ringroad.sockets.Road;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** Runs every test of a contract over every road, and cleans up after each. */
@ParameterizedClass(name = "{0}")
@EnumSource(Road.Kind.class)
@Timeout(60)
abstract class RoadTest {
    @Parameter Road.Kind kind;

    Road road;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void openRoad() throws IOException {
        road = Road.open(kind);
    }

    @AfterEach
    void closeEverything() throws Exception {
        for (AutoCloseable closed : open.reversed()) {
            closed.close();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        road.close();
    }

    <T extends AutoCloseable> T closing(T resource) {
        synchronized (open) {
            open.add(resource);
        }
        return resource;
    }

    ServerSocketChannel listen() throws IOException {
        ServerSocketChannel listener = closing(road.server().openServerSocketChannel());
        listener.bind(road.anyServerPort());
        return listener;
    }

    /** Two ends of one connection. */
    record Connection(SocketChannel client, SocketChannel server) {}

    Connection connect() throws Exception {
        ServerSocketChannel listener = listen();
        SocketChannel client = closing(road.client().openSocketChannel());
        client.connect(listener.getLocalAddress());
        return new Connection(client, closing(listener.accept()));
    }

    InetSocketAddress address(ServerSocketChannel listener) throws IOException {
        return (InetSocketAddress) listener.getLocalAddress();
    }

    /** Runs in a platform thread of its own. */
    <T> Background<T> background(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofPlatform().start(task);
        threads.add(thread);
        return new Background<>(thread, task);
    }

    /** Runs in a virtual thread. */
    <T> Background<T> virtual(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        Thread thread = Thread.ofVirtual().start(task);
        threads.add(thread);
        return new Background<>(thread, task);
    }

    record Background<T>(Thread thread, Future<T> result) {
        T get() throws Exception {
            try {
                return result.get(30, TimeUnit.SECONDS);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
        }

        /** What it has thrown. */
        Throwable failure() throws Exception {
            try {
                throw new AssertionError("no failure but " + result.get(30, TimeUnit.SECONDS));
            } catch (ExecutionException e) {
                return e.getCause();
            }
        }

        /**
         * Returns when the thread waits, as far as one can see from outside: it is parked, or has
         * been inside the same native method twice. A test that uses this is right too when the
         * thread has not come that far.
         */
        Background<T> whenWaiting() throws InterruptedException {
            StackTraceElement before = null;
            for (int i = 0; i < 500; i++) {
                Thread.sleep(5);
                Thread.State state = thread.getState();
                StackTraceElement[] trace = thread.getStackTrace();
                StackTraceElement top = trace.length == 0 ? null : trace[0];
                boolean parked =
                        state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING;
                if (state == Thread.State.TERMINATED
                        || (top != null && parked)
                        || (top != null && top.isNativeMethod() && top.equals(before))) {
                    return this;
                }
                before = top;
            }
            return this;
        }
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(ByteBuffer buffer) {
        return StandardCharsets.UTF_8.decode(buffer).toString();
    }

    static String readText(SocketChannel channel, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        while (target.hasRemaining()) {
            if (channel.read(target) < 0) {
                break;
            }
        }
        return text(target.flip());
    }

    static void writeAll(SocketChannel channel, ByteBuffer source) throws IOException {
        while (source.hasRemaining()) {
            channel.write(source);
        }
    }
}
