package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.block.BlockRequest;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IoCapabilities;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A namespace of a {@link RemoteController} as a block device. Each channel has a connection of its
 * own, which is made when it is polled first and made again when it was lost; requests wait
 * meanwhile, until the controller is given up.
 *
 * <p>Each request is completed once:
 *
 * <ul>
 *   <li>answered: as the controller says;
 *   <li>no answer in time: TIMED_OUT, and the association is ended, as its memory and its
 *       identifier are free only when no answer can come any more;
 *   <li>its connection was lost before its command had left whole: it is sent again;
 *   <li>after that: it is sent again if {@link RetryPolicy} allows, else GONE. Of a write that is
 *       completed as GONE or TIMED_OUT nobody knows whether it has happened, or still will: blocks
 *       may hold the old content, the new, or a mixture by blocks, and may change until the target
 *       has given the old association up.
 * </ul>
 */
public final class RemoteNamespace implements BlockDevice {
    private final RemoteController controller;
    private final NamespaceIdentity identity;
    private final Set<BlockOperation> operations;

    /** What a compare-and-write may cover. */
    private final int atomicBlocksMax;

    private final boolean ownsController;

    RemoteNamespace(
            RemoteController controller, NamespaceIdentity identity, boolean ownsController) {
        this(
                controller,
                identity,
                operationsOf(controller),
                controller.identity().io().atomicCompareAndWriteBlocks() + 1,
                ownsController);
    }

    private RemoteNamespace(
            RemoteController controller,
            NamespaceIdentity identity,
            Set<BlockOperation> operations,
            int atomicBlocksMax,
            boolean ownsController) {
        this.ownsController = ownsController;
        this.atomicBlocksMax = atomicBlocksMax;
        this.controller = controller;
        this.identity = identity;
        this.operations = operations;
    }

    /** The same namespace over a path that is not connected yet. */
    RemoteNamespace over(RemoteController other) {
        return new RemoteNamespace(other, identity, operations, atomicBlocksMax, false);
    }

    /**
     * Connects to a controller for the sake of one namespace; it is closed with the namespace.
     *
     * @throws IOException when that failed; the message says where and why
     */
    public static RemoteNamespace connect(
            InetSocketAddress address, String subsystem, int namespaceId, HostConfig config)
            throws IOException {
        RemoteController controller = RemoteController.connect(address, subsystem, config);
        try {
            return new RemoteNamespace(controller, controller.find(namespaceId), true);
        } catch (Throwable t) {
            controller.close();
            throw t;
        }
    }

    private static Set<BlockOperation> operationsOf(RemoteController controller) {
        IdentifyController told = controller.identity();
        EnumSet<BlockOperation> known =
                EnumSet.of(BlockOperation.READ, BlockOperation.WRITE, BlockOperation.FLUSH);
        int optional = told.io().optionalCommands();
        if ((optional & IoCapabilities.WRITE_ZEROES_SUPPORTED) != 0) {
            known.add(BlockOperation.WRITE_ZEROES);
        }
        if ((optional & IoCapabilities.DATASET_MANAGEMENT_SUPPORTED) != 0) {
            known.add(BlockOperation.UNMAP);
        }
        if ((optional & IoCapabilities.COMPARE_SUPPORTED) != 0) {
            known.add(BlockOperation.COMPARE);
            // Two commands that have to be under way at once.
            boolean fused =
                    (told.io().fusedOperations() & IoCapabilities.COMPARE_AND_WRITE_SUPPORTED) != 0;
            if (fused && controller.queueDepth() > 1) {
                known.add(BlockOperation.COMPARE_AND_WRITE);
            }
        }
        return Collections.unmodifiableSet(known);
    }

    /** Whether a request would have to be atomic for more blocks than the controller can. */
    boolean exceedsAtomic(BlockRequest request) {
        return request.operation() == BlockOperation.COMPARE_AND_WRITE
                && request.blockCount() > atomicBlocksMax;
    }

    /** Its controller. */
    public RemoteController controller() {
        return controller;
    }

    /** What it is. */
    public NamespaceIdentity identity() {
        return identity;
    }

    @Override
    public String name() {
        return "tcp:"
                + controller.address().getHostString()
                + ":"
                + controller.address().getPort()
                + "/"
                + controller.subsystem()
                + "/"
                + identity.id();
    }

    @Override
    public BlockGeometry geometry() {
        return identity.geometry();
    }

    @Override
    public Set<BlockOperation> operations() {
        return operations;
    }

    /** How the path reaches it at this moment. */
    public AnaState anaState() {
        return controller.anaState(identity);
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        if (depth < 1) {
            throw new IllegalArgumentException(
                    "A channel is at least 1 request deep, not " + depth);
        }
        controller.takeChannel();
        try {
            return new RemoteChannel(this);
        } catch (Throwable t) {
            controller.giveChannelBack();
            throw t;
        }
    }

    /** Closes its controller if that is its own; else who has connected it does. */
    @Override
    public void close() {
        if (ownsController) {
            controller.close();
        }
    }
}
