package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockGeometry;
import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.command.CommandSet;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.IoCapabilities;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NamespaceNames;
import dev.ringroad.nvme.command.QualifiedName;
import dev.ringroad.nvme.fabrics.pdu.CapsulePdu;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.UUID;

/** What Identify tells (NVM Express Base Specification 2.0, section 5.17). */
final class IdentifyPages {
    private static final int PAGE_BYTES = 4096;
    private static final int CAPSULE_UNIT = 16;
    private static final int TRANSFER_SHIFT =
            Integer.numberOfTrailingZeros(TransferPool.LARGE_BYTES / PAGE_BYTES);

    /** SGLS: supported at any alignment, and with an offset for data in capsules. */
    private static final int SGL_SUPPORT = 1 | 1 << 20;

    /** OAES: changes of namespaces and of ANA states; of the discovery log. */
    private static final int IO_EVENTS = 1 << 8 | 1 << 11;

    private static final int DISCOVERY_EVENTS = 1 << 31;

    /** CTRATT: host identifiers of 128 bits, and traffic keeps a controller alive. */
    private static final int ATTRIBUTES = 1 | 1 << 6;

    private static final int KEEP_ALIVE_UNIT = 10;
    private static final int ABORTS_MAX = 4;

    /** LPA: the effects log, and pages from an offset on. */
    private static final int LOG_ATTRIBUTES = 1 << 1 | 1 << 2;

    /** ANACAP: all five states, and namespaces that stay in their groups. */
    private static final int ANA_CAPABILITIES = 0x1F | 1 << 6;

    private static final int ANA_TRANSITION_SECONDS = 10;
    private static final int NAMESPACE_SHARED = 1;
    private static final int NAMESPACE_WRITE_PROTECTED = 1;

    private final TargetConfig config;

    IdentifyPages(TargetConfig config) {
        this.config = config;
    }

    /** A page, or null for one that there is not. */
    @Nullable MemorySegment page(TargetController controller, TargetCommand command) {
        MemorySegment page = MemorySegment.ofArray(new byte[PAGE_BYTES]);
        TargetSubsystem subsystem = controller.subsystem();
        int kind = command.doubleWord(10) & 0xFF;
        if (kind == IdentifyKind.CONTROLLER) {
            controller(new IdentifyController(page), controller, subsystem);
            return page;
        }
        if (subsystem == null) {
            return null;
        }
        boolean nvm = command.doubleWord(11) >>> 24 == CommandSet.NVM;
        int id = command.namespaceId();
        return switch (kind) {
            case IdentifyKind.NAMESPACE -> namespace(page, subsystem, id) ? page : null;
            case IdentifyKind.ACTIVE_NAMESPACES -> {
                active(new NamespaceList(page), subsystem, id);
                yield page;
            }
            case IdentifyKind.NAMESPACE_NAMES -> names(page, subsystem, id) ? page : null;
            // Nothing but zeroes: no limits and no features beyond the common ones.
            case IdentifyKind.NAMESPACE_OF_COMMAND_SET ->
                    nvm && subsystem.namespace(id) != null ? page : null;
            case IdentifyKind.CONTROLLER_OF_COMMAND_SET -> nvm ? page : null;
            default -> null;
        };
    }

    private void controller(
            IdentifyController page,
            TargetController controller,
            @Nullable TargetSubsystem subsystem) {
        page.firmwareRevision("1")
                .transferShift(TRANSFER_SHIFT)
                .controllerId(controller.id())
                .version(FabricsExecutor.VERSION)
                .attributes(ATTRIBUTES);
        page.admin()
                .abortLimit(ABORTS_MAX - 1)
                .asynchronousEventLimit(AdminExecutor.EVENT_REQUESTS_MAX - 1)
                .logPageAttributes(LOG_ATTRIBUTES)
                .keepAliveUnit(KEEP_ALIVE_UNIT);
        page.io().outstandingCommandsMax(config.queueEntriesMax()).sglSupport(SGL_SUPPORT);
        if (subsystem == null) {
            page.serialNumber("discovery")
                    .modelNumber("Ringroad")
                    .controllerType(IdentifyController.TYPE_DISCOVERY)
                    .asynchronousEvents(DISCOVERY_EVENTS)
                    .subsystemName(QualifiedName.DISCOVERY);
        } else {
            io(page, subsystem);
        }
    }

    private static void io(IdentifyController page, TargetSubsystem subsystem) {
        int capsule = CapsulePdu.COMMAND_BYTES + CapsulePdu.ADMIN_DATA_BYTES_MAX;
        page.serialNumber(subsystem.serialNumber())
                .modelNumber(subsystem.modelNumber())
                .controllerType(IdentifyController.TYPE_IO)
                .asynchronousEvents(IO_EVENTS)
                .subsystemName(subsystem.name())
                .multipath(
                        IdentifyController.MULTIPLE_PORTS
                                | IdentifyController.MULTIPLE_CONTROLLERS
                                | IdentifyController.ANA_REPORTING);
        page.admin()
                .anaTransitionSeconds(ANA_TRANSITION_SECONDS)
                .anaCapabilities(ANA_CAPABILITIES)
                .anaGroupIdMax(TargetSubsystem.ANA_GROUPS_MAX)
                .anaGroups(TargetSubsystem.ANA_GROUPS_MAX)
                .errorLogEntries(ErrorLog.ENTRIES - 1);
        page.io()
                .submissionEntryShifts(IoCapabilities.entryShifts(6, 6))
                .completionEntryShifts(IoCapabilities.entryShifts(4, 4))
                .namespaces(TargetSubsystem.NAMESPACES_MAX)
                .namespacesAllowed(TargetSubsystem.NAMESPACES_MAX)
                .optionalCommands(optional(subsystem.operations()))
                .fusedOperations(fused(subsystem.operations()))
                .atomicCompareAndWriteBlocks(atomicBlocks(subsystem) - 1)
                .volatileWriteCache(IoCapabilities.CACHE_PRESENT);
        page.fabrics()
                .ioQueueCapsuleUnits(capsule / CAPSULE_UNIT)
                .ioQueueResponseUnits(CapsulePdu.COMPLETION_BYTES / CAPSULE_UNIT)
                .sglDescriptorsMax(1);
    }

    private static int optional(Set<BlockOperation> operations) {
        return (operations.contains(BlockOperation.COMPARE) ? IoCapabilities.COMPARE_SUPPORTED : 0)
                | (operations.contains(BlockOperation.UNMAP)
                        ? IoCapabilities.DATASET_MANAGEMENT_SUPPORTED
                        : 0)
                | (operations.contains(BlockOperation.WRITE_ZEROES)
                        ? IoCapabilities.WRITE_ZEROES_SUPPORTED
                        : 0);
    }

    private static int fused(Set<BlockOperation> operations) {
        boolean both =
                operations.contains(BlockOperation.COMPARE)
                        && operations.contains(BlockOperation.COMPARE_AND_WRITE);
        return both ? IoCapabilities.COMPARE_AND_WRITE_SUPPORTED : 0;
    }

    /** What a compare-and-write may cover, whichever the namespace. */
    private static int atomicBlocks(TargetSubsystem subsystem) {
        int least = Short.MAX_VALUE;
        for (ExportedNamespace namespace : subsystem.namespaces()) {
            BlockGeometry geometry = namespace.device().geometry();
            int fit = Math.max(1, FusedCommands.DATA_BYTES_MAX / geometry.blockBytes());
            least = Math.min(least, Math.min(fit, geometry.requestBlocksMax()));
        }
        return least;
    }

    /** False for an id that cannot be; a free id has a page of zeroes. */
    private static boolean namespace(MemorySegment memory, TargetSubsystem subsystem, int id) {
        if (id < 1 || id > TargetSubsystem.NAMESPACES_MAX) {
            return false;
        }
        ExportedNamespace namespace = subsystem.namespace(id);
        if (namespace != null) {
            BlockGeometry geometry = namespace.device().geometry();
            boolean writable = namespace.device().operations().contains(BlockOperation.WRITE);
            IdentifyNamespace page =
                    new IdentifyNamespace(memory)
                            .blocks(geometry.blocks())
                            .capacityBlocks(geometry.blocks())
                            .usedBlocks(geometry.blocks())
                            .sharing(NAMESPACE_SHARED)
                            .anaGroupId(namespace.anaGroup())
                            .attributes(writable ? 0 : NAMESPACE_WRITE_PROTECTED)
                            .format(0, Integer.numberOfTrailingZeros(geometry.blockBytes()), 0);
            MemorySegment.copy(bytes(namespace.uuid()), 0, page.globalId(), 0, 16);
        }
        return true;
    }

    /** Ids above the one that was asked with, in order. */
    private static void active(NamespaceList list, TargetSubsystem subsystem, int above) {
        int index = 0;
        for (ExportedNamespace namespace : subsystem.namespaces()) {
            if (Integer.compareUnsigned(namespace.id(), above) > 0) {
                list.id(index++, namespace.id());
            }
        }
    }

    private static boolean names(MemorySegment memory, TargetSubsystem subsystem, int id) {
        ExportedNamespace namespace = subsystem.namespace(id);
        if (namespace == null) {
            return false;
        }
        NamespaceNames names = new NamespaceNames(memory);
        MemorySegment uuid = bytes(namespace.uuid());
        MemorySegment.copy(uuid, 0, names.add(NamespaceNames.UUID, 16), 0, 16);
        MemorySegment.copy(uuid, 0, names.add(NamespaceNames.NGUID, 16), 0, 16);
        // Of the NVM command set, which is zero.
        MemorySegment ignored = names.add(NamespaceNames.COMMAND_SET, 1);
        return true;
    }

    /** A UUID in the order in which it is written. */
    private static MemorySegment bytes(UUID uuid) {
        byte[] bytes = new byte[16];
        ByteBuffer ignored =
                ByteBuffer.wrap(bytes)
                        .putLong(uuid.getMostSignificantBits())
                        .putLong(uuid.getLeastSignificantBits());
        return MemorySegment.ofArray(bytes);
    }
}
