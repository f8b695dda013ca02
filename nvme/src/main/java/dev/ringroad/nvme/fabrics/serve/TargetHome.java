package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockChannel;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** What all connections of one thread share: buffers, ways to the devices, counters. */
final class TargetHome implements AutoCloseable {
    private final TargetConfig config;
    private final TargetDirectory directory;
    private final TransferPool pool;
    private final LentMemory memory = new LentMemory();
    private final TargetCounters counters = new TargetCounters();
    private final IoExecutor io;
    private final AdminExecutor admin;
    private final FabricsExecutor fabrics;
    private final Map<ExportedNamespace, NamespaceLane> lanes = new IdentityHashMap<>();
    // What is polled; an array, as it is gone through all the time.
    private BlockChannel[] channels = new BlockChannel[0];
    // What others read of the lanes.
    private volatile List<NamespaceLane> lanesSeen = List.of();

    private TargetHome(TargetConfig config, TargetDirectory directory, TransferPool pool) {
        this.config = config;
        this.directory = directory;
        this.pool = pool;
        this.io = new IoExecutor(this);
        this.admin = new AdminExecutor(this);
        this.fabrics = new FabricsExecutor(this);
    }

    /** Opens a channel to each device, for the calling thread. */
    static TargetHome open(TargetConfig config, TargetDirectory directory) throws IOException {
        TransferPool pool = TransferPool.allocate(config.smallBuffers(), config.largeBuffers());
        TargetHome home = new TargetHome(config, directory, pool);
        try {
            for (TargetSubsystem subsystem : directory.subsystems()) {
                for (ExportedNamespace namespace : subsystem.namespaces()) {
                    pool.register(namespace.device());
                }
            }
            for (TargetSubsystem subsystem : directory.subsystems()) {
                for (ExportedNamespace namespace : subsystem.namespaces()) {
                    home.open(namespace);
                }
            }
        } catch (Throwable t) {
            home.close();
            throw t;
        }
        directory.opened(home);
        return home;
    }

    TargetConfig config() {
        return config;
    }

    TargetDirectory directory() {
        return directory;
    }

    TransferPool pool() {
        return pool;
    }

    /** For what connections receive and answer. */
    LentMemory memory() {
        return memory;
    }

    TargetCounters counters() {
        return counters;
    }

    IoExecutor io() {
        return io;
    }

    AdminExecutor admin() {
        return admin;
    }

    FabricsExecutor fabrics() {
        return fabrics;
    }

    /**
     * The way to a namespace, opened now if it was added while the target serves; null if it fails.
     */
    @Nullable NamespaceLane lane(ExportedNamespace namespace) {
        NamespaceLane known = lanes.get(namespace);
        if (known != null) {
            return known;
        }
        try {
            return open(namespace);
        } catch (IOException e) {
            return null;
        }
    }

    private NamespaceLane open(ExportedNamespace namespace) throws IOException {
        int depth = config.smallBuffers() + config.largeBuffers();
        BlockChannel channel = namespace.device().openChannel(Math.min(depth, 256));
        NamespaceLane lane = new NamespaceLane(namespace, channel);
        lanes.put(namespace, lane);
        channels = java.util.Arrays.copyOf(channels, channels.length + 1);
        channels[channels.length - 1] = channel;
        lanesSeen = List.copyOf(lanes.values());
        return lane;
    }

    /** For other threads. */
    List<NamespaceLane> lanesSeen() {
        return lanesSeen;
    }

    /** Polls every device; how many requests were completed. */
    int poll(long nowNanos) {
        int work = 0;
        for (BlockChannel channel : channels) {
            if (channel.outstanding() > 0) {
                work += channel.poll(nowNanos);
            }
        }
        return work;
    }

    /** Whether a device has requests. */
    boolean isBusy() {
        for (BlockChannel channel : channels) {
            if (channel.outstanding() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Closes channels, which have nothing under way, and gives the memory back. */
    @Override
    public void close() {
        List<BlockChannel> all = new ArrayList<>(List.of(channels));
        channels = new BlockChannel[0];
        for (BlockChannel channel : all) {
            channel.close();
        }
        pool.close();
    }
}
