package dev.ringroad.nvme.block.drive;

import dev.ringroad.core.memory.SharedRegion;
import dev.ringroad.nvme.NvmeController;
import dev.ringroad.nvme.NvmeNamespace;
import dev.ringroad.nvme.ZonedNamespace;
import dev.ringroad.nvme.block.BlockChannel;
import dev.ringroad.nvme.block.BlockDevice;
import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoOpcode;

import org.jspecify.annotations.Nullable;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A namespace of an NVMe controller. A channel is a queue pair of its own.
 *
 * <p>Memory of a registered region goes to the drive without a copy, where the device's address
 * space takes regions at all; any other memory by way of the channel's own.
 *
 * <p>A namespace with zones is read-only here: its blocks cannot be written in any order, which is
 * what a block device promises. {@link ZonedNamespace} writes it.
 */
public final class NvmeDrive implements BlockDevice {
    private static final int REQUEST_BYTES_MAX = 256 << 10;
    private static final int WRITE_PROTECTED = 1;

    private final NvmeController controller;
    private final NvmeNamespace namespace;
    private final String name;
    private final BlockGeometry geometry;
    private final Set<BlockOperation> operations;
    private final DriveRegions regions;
    private final @Nullable Closeable owned;

    private NvmeDrive(NvmeController controller, NvmeNamespace namespace, @Nullable Closeable owned)
            throws IOException {
        this.controller = controller;
        this.namespace = namespace;
        this.owned = owned;
        name = controller.name() + "/" + Integer.toUnsignedString(namespace.id());
        geometry = geometry(namespace);
        operations = operations(controller, namespace);
        regions = new DriveRegions(controller.dma());
    }

    /**
     * Makes a block device of a namespace. Both stay the caller's: the controller is closed after
     * the device.
     *
     * @throws IOException when the controller does not tell whether the namespace has zones
     */
    public static NvmeDrive of(NvmeController controller, NvmeNamespace namespace)
            throws IOException {
        return new NvmeDrive(controller, namespace, null);
    }

    /**
     * Makes a block device that gives the controller back after itself.
     *
     * @param owned what is closed for that
     */
    static NvmeDrive owning(NvmeController controller, NvmeNamespace namespace, Closeable owned)
            throws IOException {
        return new NvmeDrive(controller, namespace, owned);
    }

    private static BlockGeometry geometry(NvmeNamespace namespace) {
        IdentifyNamespace identity = namespace.identity();
        boolean preferences = (identity.features() & IdentifyNamespace.PREFERENCES) != 0;
        return new BlockGeometry(
                namespace.blockBytes(),
                namespace.blocks(),
                namespace.metadataBytes(),
                Math.clamp(
                        REQUEST_BYTES_MAX / namespace.blockDataBytes(),
                        1,
                        namespace.transferBlocksMax()),
                1,
                preferences ? identity.preferredWriteGranularityBlocks() + 1 : 1);
    }

    private static Set<BlockOperation> operations(
            NvmeController controller, NvmeNamespace namespace) throws IOException {
        EnumSet<BlockOperation> known = EnumSet.of(BlockOperation.READ, BlockOperation.FLUSH);
        if (controller.supports(IoOpcode.COMPARE)) {
            known.add(BlockOperation.COMPARE);
        }
        boolean writable = (namespace.identity().attributes() & WRITE_PROTECTED) == 0;
        if (writable && !ZonedNamespace.isZoned(controller, namespace.id())) {
            known.add(BlockOperation.WRITE);
            if (controller.supports(IoOpcode.WRITE_ZEROES)) {
                known.add(BlockOperation.WRITE_ZEROES);
            }
            if (controller.supports(IoOpcode.DATASET_MANAGEMENT)) {
                known.add(BlockOperation.UNMAP);
            }
            // A fused pair with metadata in a buffer of their own is more than anybody has.
            boolean separate = namespace.metadataBytes() > 0 && !namespace.metadataExtendsBlocks();
            if (controller.compareAndWriteBlocksMax() > 0 && !separate) {
                known.add(BlockOperation.COMPARE_AND_WRITE);
            }
        }
        return Collections.unmodifiableSet(known);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public BlockGeometry geometry() {
        return geometry;
    }

    @Override
    public Set<BlockOperation> operations() {
        return operations;
    }

    @Override
    public BlockChannel openChannel(int depth) throws IOException {
        if (depth < 1) {
            throw new IllegalArgumentException("A channel has a depth of at least 1, not " + depth);
        }
        return DriveChannel.open(this, depth);
    }

    NvmeController controller() {
        return controller;
    }

    NvmeNamespace namespace() {
        return namespace;
    }

    DriveRegions regions() {
        return regions;
    }

    @Override
    public void register(SharedRegion region) throws IOException {
        regions.register(region);
    }

    @Override
    public void unregister(SharedRegion region) {
        regions.unregister(region);
    }

    @Override
    public void close() throws IOException {
        regions.close();
        if (owned != null) {
            owned.close();
        }
    }
}
