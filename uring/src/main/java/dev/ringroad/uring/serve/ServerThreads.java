package dev.ringroad.uring.serve;

import dev.ringroad.uring.UringConfig;
import dev.ringroad.uring.UringLoop;
import dev.ringroad.uring.UringThread;
import dev.ringroad.uring.socket.ConnectionHandler;
import dev.ringroad.uring.socket.ServerConfig;
import dev.ringroad.uring.socket.ServerStatistics;
import dev.ringroad.uring.socket.UringServer;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Servers at one port, a loop on a thread of its own for each; the kernel spreads connections over
 * them. Nothing is shared between them.
 */
public final class ServerThreads implements AutoCloseable {
    private static final int ENTRIES = 4096;
    private static final int COMPLETION_ENTRIES = 16384;

    private final List<UringThread> threads = new ArrayList<>();
    private final List<UringServer> servers = new ArrayList<>();
    private final List<AutoCloseable> closeables = new CopyOnWriteArrayList<>();

    /**
     * Makes what one of the servers does; each has its own, made on its loop's thread. One that is
     * {@link AutoCloseable} is closed when its loop has ended.
     */
    @FunctionalInterface
    public interface Service {
        /** For this loop; called before there is a connection. */
        ConnectionHandler handler(UringLoop loop) throws IOException;
    }

    private ServerThreads() {}

    /**
     * Starts so many threads, and listens.
     *
     * @param config for each of them
     * @param otherRequests that a service begins itself, the most at a time for each thread
     * @throws IOException if it cannot listen there, or the kernel refuses a ring; with the remedy
     */
    public static ServerThreads start(
            ServerConfig config, int threads, int otherRequests, Service service)
            throws IOException {
        ServerThreads made = new ServerThreads();
        try {
            ServerConfig each = threads > 1 ? config.withSharedPort() : config;
            for (int i = 0; i < threads; i++) {
                made.add("ringroad-serve-" + i, each, otherRequests, service);
                each = each.withAddress(made.address()); // the first may have chosen the port
            }
            return made;
        } catch (Throwable t) {
            made.close();
            throw t;
        }
    }

    private void add(String name, ServerConfig config, int otherRequests, Service service)
            throws IOException {
        UringThread thread =
                UringThread.start(
                        name,
                        UringConfig.of(ENTRIES).withCompletionEntries(COMPLETION_ENTRIES),
                        config.requestsMax() + otherRequests,
                        0);
        threads.add(thread);
        CompletableFuture<UringServer> opened = new CompletableFuture<>();
        boolean ignored = thread.loop().offer(loop -> open(loop, config, service, opened));
        try {
            servers.add(opened.join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException refused
                    ? refused
                    : new IOException("The server " + name + " could not start", e.getCause());
        }
    }

    private void open(
            UringLoop loop,
            ServerConfig config,
            Service service,
            CompletableFuture<UringServer> opened) {
        try {
            ConnectionHandler handler = service.handler(loop);
            if (handler instanceof AutoCloseable closeable) {
                closeables.add(closeable);
            }
            opened.complete(UringServer.open(loop, config, handler));
        } catch (Throwable t) { // an Error too: who started the server waits for one or the other
            opened.completeExceptionally(t);
        }
    }

    /** Where they listen, with the port that the kernel chose. */
    public SocketAddress address() {
        return servers.getFirst().address();
    }

    /** What ended one of the threads before its time, or null. */
    public @Nullable Throwable failure() {
        for (UringThread thread : threads) {
            if (thread.failure() != null) {
                return thread.failure();
            }
        }
        return null;
    }

    /** What all of them have done; exact once they are closed. */
    public ServerStatistics statistics() {
        ServerStatistics sum = ServerStatistics.none();
        for (UringServer server : servers) {
            sum = sum.plus(server.statistics());
        }
        return sum;
    }

    /** Ends all connections and threads; a second call does nothing. */
    @Override
    public void close() {
        threads.forEach(UringThread::close);
        for (AutoCloseable each : closeables) {
            try {
                each.close();
            } catch (Exception e) {
                throw new IllegalStateException("A service could not be closed", e);
            }
        }
        closeables.clear();
    }
}
