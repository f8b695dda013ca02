package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A namespace that can be reached over several paths (NVM Express Base Specification 2.0, section
 * 2.4.1 and 8.1), each with a controller of its own.
 *
 * <p>A request goes to a path whose access is optimized, in turns if there are several; else to one
 * that is not optimized. What a path did not carry out, because it had no connection or its access
 * had changed, goes to another at once. What it may have carried out is sent again as far as {@link
 * RetryPolicy} allows, else it is completed as GONE or TIMED_OUT. Where there is no path, requests
 * wait for one, but no longer than the configuration's time of controller loss.
 *
 * <p>Paths know nothing of each other: one that fails, reconnects or is lost resets none.
 */
public final class MultipathDevice implements BlockDevice {
    private final List<RemoteNamespace> paths;
    private final HostConfig config;
    private final List<String> troubles;
    private final Set<BlockOperation> operations = EnumSet.allOf(BlockOperation.class);
    private final BlockGeometry geometry;

    private MultipathDevice(List<RemoteNamespace> paths, HostConfig config, List<String> troubles) {
        this.paths = List.copyOf(paths);
        this.config = config;
        this.troubles = List.copyOf(troubles);
        RemoteNamespace first = paths.getFirst();
        int requestBlocksMax = Integer.MAX_VALUE;
        for (RemoteNamespace path : paths) {
            operations.retainAll(path.operations());
            requestBlocksMax = Math.min(requestBlocksMax, path.geometry().requestBlocksMax());
        }
        BlockGeometry one = first.geometry();
        geometry =
                new BlockGeometry(
                        one.blockBytes(),
                        one.blocks(),
                        0,
                        requestBlocksMax,
                        1,
                        one.preferredBlocks());
    }

    /**
     * Connects over every path that there is; there must be one at least. Paths that cannot be
     * connected now are named by {@link #troubles}, and used once they can be. A namespace without
     * a name in the whole world has no such paths, as nobody could say that they lead to it.
     *
     * @param config its policy of retries and its time of controller loss are those of the whole
     * @throws IOException when there is no path, or paths lead to different namespaces
     */
    public static MultipathDevice connect(
            List<InetSocketAddress> addresses, String subsystem, int namespaceId, HostConfig config)
            throws IOException {
        HostConfig each = config.withFailFast(true).withRetries(RetryPolicy.NEVER, 1);
        List<RemoteNamespace> paths = new ArrayList<>();
        try {
            Map<InetSocketAddress, String> missing = new LinkedHashMap<>();
            for (InetSocketAddress address : addresses) {
                addPath(address, subsystem, namespaceId, each, paths, missing);
            }
            List<String> troubles = List.copyOf(missing.values());
            if (paths.isEmpty()) {
                throw new IOException(
                        "No path to " + subsystem + " could be connected: " + troubles);
            }
            checkSame(paths);
            addLater(paths, subsystem, each, missing);
            return new MultipathDevice(paths, config, troubles);
        } catch (Throwable t) {
            paths.forEach(path -> path.controller().close());
            throw t;
        }
    }

    private static void addPath(
            InetSocketAddress address,
            String subsystem,
            int namespaceId,
            HostConfig config,
            List<RemoteNamespace> into,
            Map<InetSocketAddress, String> missing)
            throws IOException {
        RemoteController controller;
        try {
            controller = RemoteController.connect(address, subsystem, config);
        } catch (IOException e) {
            missing.put(address, String.valueOf(e.getMessage()));
            return;
        }
        try {
            into.add(controller.open(namespaceId));
        } catch (Throwable t) {
            controller.close();
            throw t;
        }
    }

    /** Behind the paths that there are, those that there may be. */
    private static void addLater(
            List<RemoteNamespace> paths,
            String subsystem,
            HostConfig config,
            Map<InetSocketAddress, String> missing)
            throws IOException {
        RemoteNamespace known = paths.getFirst();
        if (known.identity().name().isEmpty()) {
            return;
        }
        for (Map.Entry<InetSocketAddress, String> each : missing.entrySet()) {
            paths.add(
                    known.over(
                            RemoteController.later(
                                    each.getKey(), subsystem, config, each.getValue())));
        }
    }

    /** Two namespaces are one only if they say so: with a name that is unique in the world. */
    private static void checkSame(List<RemoteNamespace> paths) throws IOException {
        NamespaceIdentity first = paths.getFirst().identity();
        for (RemoteNamespace path : paths) {
            NamespaceIdentity other = path.identity();
            boolean named = !first.name().isEmpty() && first.name().equals(other.name());
            if (paths.size() > 1 && (!named || !other.continues(first))) {
                throw new IOException(
                        path.name()
                                + " is not the namespace of "
                                + paths.getFirst().name()
                                + ": they have the names \""
                                + other.name()
                                + "\" and \""
                                + first.name()
                                + "\". Connect them as devices of their own.");
            }
        }
    }

    /** Its paths, each of which may be live or not. */
    public List<RemoteNamespace> paths() {
        return paths;
    }

    /** Why paths were not there at the start: a sentence for each. */
    public List<String> troubles() {
        return troubles;
    }

    RetryPolicy retryPolicy() {
        return config.retryPolicy();
    }

    int attemptsMax() {
        return config.attemptsMax();
    }

    Duration patience() {
        return config.controllerLoss();
    }

    @Override
    public String name() {
        return paths.size() + " paths to " + paths.getFirst().name();
    }

    @Override
    public BlockGeometry geometry() {
        return geometry;
    }

    @Override
    public Set<BlockOperation> operations() {
        return Collections.unmodifiableSet(operations);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        List<BlockChannel> channels = new ArrayList<>();
        try {
            for (RemoteNamespace path : paths) {
                channels.add(path.openChannel(depth));
            }
            return new MultipathChannel(this, channels);
        } catch (Throwable t) {
            channels.forEach(BlockChannel::close);
            throw t;
        }
    }

    /** Closes the paths' controllers too, which are its own. */
    @Override
    public void close() {
        for (RemoteNamespace path : paths) {
            path.controller().close();
        }
    }
}
