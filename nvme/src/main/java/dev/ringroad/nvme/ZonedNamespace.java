package dev.ringroad.nvme;

import dev.ringroad.core.memory.DmaMemory;
import dev.ringroad.nvme.command.CommandSet;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.NamespaceNames;
import dev.ringroad.nvme.command.ZoneReport;
import dev.ringroad.nvme.command.ZonedNamespaceIdentity;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A namespace whose blocks are written in zones, each from its beginning on (Zoned Namespace
 * Command Set Specification 1.1). Reads, flushes and writes at a zone's write pointer go as with
 * any {@link NvmeNamespace}. Any thread may use it, with a queue pair of its own; the commands
 * answer 0 or a {@link Refusal}, as those of {@link QueuePair} do.
 */
public final class ZonedNamespace {
    private static final int SET_SHIFT = 24;
    private static final int APPEND_SHIFT_MAX = 20;

    private final NvmeNamespace namespace;
    private final ZonedNamespaceIdentity identity;
    private final long zoneBlocks;
    private final int appendBlocksMax;

    private ZonedNamespace(
            NvmeNamespace namespace, ZonedNamespaceIdentity identity, long zoneBlocks, int append) {
        this.namespace = namespace;
        this.identity = identity;
        this.zoneBlocks = zoneBlocks;
        this.appendBlocksMax = append;
    }

    /**
     * Identifies a namespace as a zoned one.
     *
     * @throws IOException when it is none, or its zones have no size that can be
     */
    public static ZonedNamespace of(NvmeController controller, int id) throws IOException {
        NvmeNamespace namespace = controller.namespace(id);
        String name = "Namespace " + Integer.toUnsignedString(id) + " of " + controller.name();
        if (!isZoned(controller, id)) {
            throw new IOException(name + " has no zones. Remedy: use it as an ordinary one.");
        }
        int set = CommandSet.ZONED << SET_SHIFT;
        MemorySegment answer =
                controller.identify(IdentifyKind.NAMESPACE_OF_COMMAND_SET, id, set).asReadOnly();
        ZonedNamespaceIdentity identity = new ZonedNamespaceIdentity(answer);
        long zoneBlocks = identity.zoneBlocks(namespace.identity().formatIndex());
        if (zoneBlocks <= 0 || zoneBlocks > namespace.blocks()) {
            throw new IOException(
                    name
                            + " says that its zones have 0x"
                            + Long.toHexString(zoneBlocks)
                            + " blocks");
        }
        int appendBlocks = appendBlocksMax(controller, namespace);
        return new ZonedNamespace(namespace, identity, zoneBlocks, appendBlocks);
    }

    /**
     * Whether a namespace is of the zoned command set; a controller without others is not asked.
     */
    public static boolean isZoned(NvmeController controller, int id) throws IOException {
        int sets = ControllerRegister.commandSets(controller.capabilities());
        if ((sets & ControllerRegister.COMMAND_SETS_OTHER) == 0) {
            return false;
        }
        MemorySegment list = controller.identify(IdentifyKind.NAMESPACE_NAMES, id, 0);
        @Nullable MemorySegment set = new NamespaceNames(list).name(NamespaceNames.COMMAND_SET);
        return set != null && set.get(ValueLayout.JAVA_BYTE, 0) == CommandSet.ZONED;
    }

    private static int appendBlocksMax(NvmeController controller, NvmeNamespace namespace)
            throws IOException {
        int set = CommandSet.ZONED << SET_SHIFT;
        MemorySegment answer = controller.identify(IdentifyKind.CONTROLLER_OF_COMMAND_SET, 0, set);
        int shift = answer.get(ValueLayout.JAVA_BYTE, 0) & 0xff;
        if (shift == 0 || shift > APPEND_SHIFT_MAX) {
            return namespace.transferBlocksMax();
        }
        long bytes = (long) controller.pageBytes() << shift;
        return (int) Math.min(namespace.transferBlocksMax(), bytes / namespace.blockDataBytes());
    }

    /** The same namespace for reads and writes. */
    public NvmeNamespace namespace() {
        return namespace;
    }

    public ZonedNamespaceIdentity identity() {
        return identity;
    }

    /** From the beginning of a zone to that of the next. */
    public long zoneBlocks() {
        return zoneBlocks;
    }

    /** The last one may be shorter. */
    public long zones() {
        return (namespace.blocks() + zoneBlocks - 1) / zoneBlocks;
    }

    /** The most blocks of one {@link #append}. */
    public int appendBlocksMax() {
        return appendBlocksMax;
    }

    /**
     * Reports zones, see {@link ZoneReport}.
     *
     * @param block in the first zone that is asked for
     * @param states of {@code ZoneReport.REPORT_…}
     * @param bytes of the answer: {@link ZoneReport#HEADER_BYTES} and {@link ZoneReport#ZONE_BYTES}
     *     for each zone that there is room for
     */
    public int report(
            long token,
            QueuePair queue,
            long block,
            int states,
            DmaMemory data,
            long offset,
            int bytes) {
        if (block < 0 || block >= namespace.blocks()) {
            return Refusal.OUT_OF_RANGE;
        }
        if (bytes < ZoneReport.HEADER_BYTES || offset < 0 || offset > data.byteSize() - bytes) {
            return Refusal.MEMORY_TOO_SMALL;
        }
        int words = bytes / Integer.BYTES - 1;
        return queue.submit(
                token,
                IoOpcode.ZONE_MANAGEMENT_RECEIVE,
                namespace.id(),
                data,
                offset,
                bytes,
                block,
                words | (long) (states << 8 | ZoneReport.PARTIAL) << 32,
                0);
    }

    /**
     * Changes the state of the zone that begins with a block.
     *
     * @param action {@link ZoneReport#OPEN}, {@code CLOSE}, {@code FINISH}, {@code RESET} or {@code
     *     OFFLINE}
     */
    public int manage(long token, QueuePair queue, long zoneBlock, int action) {
        if (zoneBlock < 0 || zoneBlock >= namespace.blocks()) {
            return Refusal.OUT_OF_RANGE;
        }
        return queue.submit(
                token,
                IoOpcode.ZONE_MANAGEMENT_SEND,
                namespace.id(),
                zoneBlock,
                (long) action << 32,
                0);
    }

    /** Changes the state of every zone that the action fits. */
    public int manageAll(long token, QueuePair queue, int action) {
        return queue.submit(
                token,
                IoOpcode.ZONE_MANAGEMENT_SEND,
                namespace.id(),
                0,
                (long) (action | ZoneReport.ALL) << 32,
                0);
    }

    /**
     * Writes where the zone's write pointer is. Where that was, {@link QueuePair#result} says while
     * the handler is told of it.
     *
     * @param zoneBlock the first block of the zone
     * @param blockCount 1 to {@link #appendBlocksMax}
     */
    public int append(
            long token,
            QueuePair queue,
            long zoneBlock,
            int blockCount,
            DmaMemory data,
            long offset) {
        if (blockCount > appendBlocksMax) {
            return Refusal.TOO_LONG;
        }
        return queue.transfer(
                token, IoOpcode.ZONE_APPEND, namespace, zoneBlock, blockCount, data, offset, 0, 0);
    }
}
