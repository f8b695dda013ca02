package dev.ringroad.nvme.fabrics.serve;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * Exports block devices over NVMe/TCP (NVM Express TCP Transport Specification 1.0): a discovery
 * subsystem and any number of others, at one or more ports, each with its own states of access.
 *
 * <p>Its threads serve until {@link #close}; every method may be called by any thread. Devices stay
 * their owner's and are closed after it.
 */
public final class NvmeTcpTarget implements AutoCloseable {
    /** The port that IANA has given to NVMe/TCP. */
    public static final int DEFAULT_PORT = 4420;

    private static final int BACKLOG = 128;

    private final TargetDirectory directory;
    private final List<TargetThread> threads = new ArrayList<>();
    private final List<ServerSocketChannel> listeners = new ArrayList<>();
    private int next;

    private NvmeTcpTarget(TargetDirectory directory) {
        this.directory = directory;
    }

    /**
     * Begins to serve.
     *
     * @param subsystems what to export; namespaces may be added later
     * @param ports where to listen, 1 to 16 addresses; the index is the port's for {@link
     *     TargetSubsystem#anaState(int, int, int)}
     * @throws IOException when a port cannot be listened at or a device not be opened
     */
    public static NvmeTcpTarget open(
            TargetConfig config, List<TargetSubsystem> subsystems, List<InetSocketAddress> ports)
            throws IOException {
        if (ports.isEmpty() || ports.size() > TargetSubsystem.PORTS_MAX) {
            throw new IllegalArgumentException(
                    "A target listens at 1 to " + TargetSubsystem.PORTS_MAX + " addresses");
        }
        NvmeTcpTarget target = new NvmeTcpTarget(new TargetDirectory(config, subsystems));
        try {
            target.start(config, ports);
        } catch (Throwable t) {
            target.close();
            throw t;
        }
        return target;
    }

    private void start(TargetConfig config, List<InetSocketAddress> ports) throws IOException {
        for (int i = 0; i < config.threads(); i++) {
            threads.add(new TargetThread("nvme-tcp-" + i, config, directory, this::spread));
        }
        for (int i = 0; i < ports.size(); i++) {
            ServerSocketChannel listener = ServerSocketChannel.open();
            listeners.add(listener);
            listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            try {
                listener.bind(ports.get(i), BACKLOG);
            } catch (IOException e) {
                throw new IOException(
                        "Cannot listen at "
                                + ports.get(i)
                                + ": "
                                + e.getMessage()
                                + ". Choose another port or end what uses it; the address is to be one of this"
                                + " machine, and ports below 1024 want rights.",
                        e);
            }
            listener.configureBlocking(false);
            directory.addPort((InetSocketAddress) listener.getLocalAddress());
            threads.getFirst().listen(listener, i);
        }
        for (TargetThread thread : threads) {
            thread.start();
        }
        for (TargetThread thread : threads) {
            awaitServing(thread);
        }
    }

    private static void awaitServing(TargetThread thread) throws IOException {
        while (!thread.isServing()) {
            Throwable failure = thread.failure();
            if (failure != null) {
                throw new IOException(
                        "The target cannot open its devices: " + failure.getMessage(), failure);
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("Interrupted while the target began to serve", e);
            }
        }
    }

    /** One after the other, so that a host's queues are on all threads. */
    private void spread(TargetThread.Arrival arrival) {
        threads.get(next).adopt(arrival);
        next = (next + 1) % threads.size();
    }

    /** Where it listens, as it turned out. */
    public List<InetSocketAddress> ports() {
        return directory.ports();
    }

    /** What it exports. */
    public List<TargetSubsystem> subsystems() {
        return directory.subsystems();
    }

    /** What it has done so far. */
    public TargetStatistics statistics() {
        TargetStatistics sum = TargetStatistics.NONE;
        for (TargetHome home : directory.homes()) {
            sum = sum.plus(home.counters());
        }
        return sum;
    }

    /** Why one of its threads has ended, or null. */
    public @Nullable Throwable failure() {
        for (TargetThread thread : threads) {
            if (thread.failure() != null) {
                return thread.failure();
            }
        }
        return null;
    }

    /**
     * Ends every connection, waits for the devices, and listens no more; a second call does
     * nothing.
     */
    @Override
    public void close() {
        for (ServerSocketChannel listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                // It is gone either way.
            }
        }
        for (TargetThread thread : threads) {
            thread.stop();
        }
        boolean interrupted = false;
        for (TargetThread thread : threads) {
            interrupted |= awaitEnd(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * However often the caller is interrupted: the devices are the caller's to close after this.
     */
    private static boolean awaitEnd(TargetThread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
    }
}
