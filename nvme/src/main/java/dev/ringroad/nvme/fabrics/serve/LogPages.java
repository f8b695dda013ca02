package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.AdminOpcode;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.ConnectData;
import dev.ringroad.nvme.command.DiscoveryLogPage;
import dev.ringroad.nvme.command.IoOpcode;
import dev.ringroad.nvme.command.LittleEndian;
import dev.ringroad.nvme.command.LogPageId;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** What Get Log Page tells (NVM Express Base Specification 2.0, section 5.16). */
final class LogPages {
    private static final int SMART_BYTES = 512;
    private static final int FIRMWARE_BYTES = 512;
    private static final int EFFECTS_BYTES = 4096;
    private static final int CHANGED_BYTES = 4096;

    /** A data unit of the SMART log: a thousand times 512 bytes. */
    private static final long DATA_UNIT_BYTES = 512_000;

    private static final int ROOM_KELVIN = 300;
    private static final int SPARE_PERCENT = 100;
    private static final int EFFECTS_IO = 1024;
    private static final int SUPPORTED = 1;
    private static final int CHANGES_BLOCKS = 2;

    /** A bit of double word 10: the event of this page stays as it is. */
    private static final int RETAIN_EVENT = 1 << 15;

    /** In an ANA log's double word 10: groups only, without their namespaces. */
    private static final int GROUPS_ONLY = 1 << 8;

    private final TargetDirectory directory;

    LogPages(TargetDirectory directory) {
        this.directory = directory;
    }

    /**
     * A page, or null for one that there is not.
     *
     * @param localAddress at which the host has reached us
     * @param fromStart whether it is read from its beginning
     */
    @Nullable MemorySegment page(
            TargetController controller,
            TargetCommand command,
            InetSocketAddress localAddress,
            boolean fromStart) {
        int id = command.doubleWord(10) & 0xFF;
        boolean release = fromStart && (command.doubleWord(10) & RETAIN_EVENT) == 0;
        TargetSubsystem subsystem = controller.subsystem();
        if (subsystem == null) {
            if (id != LogPageId.DISCOVERY) {
                return null;
            }
            if (release) {
                controller.logRead(TargetController.DISCOVERY_CHANGED);
            }
            return discovery(localAddress);
        }
        return switch (id) {
            case LogPageId.ERRORS -> controller.errors().page();
            case LogPageId.SMART -> smart(subsystem, controller.errors().count());
            case LogPageId.FIRMWARE_SLOTS -> firmware();
            case LogPageId.CHANGED_NAMESPACES -> changed(controller, release);
            case LogPageId.COMMAND_EFFECTS -> effects();
            case LogPageId.ANA -> {
                if (release) {
                    controller.logRead(TargetController.ANA_CHANGED);
                }
                yield ana(controller, subsystem, (command.doubleWord(10) & GROUPS_ONLY) != 0);
            }
            default -> null;
        };
    }

    private static MemorySegment zeroes(long bytes) {
        return MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    }

    private MemorySegment smart(TargetSubsystem subsystem, long failedCommands) {
        long reads = 0;
        long writes = 0;
        long readBytes = 0;
        long writtenBytes = 0;
        long errors = 0;
        for (TargetHome home : directory.homes()) {
            for (NamespaceLane lane : home.lanesSeen()) {
                if (lane.namespace.equals(subsystem.namespace(lane.namespace.id()))) {
                    reads += lane.reads;
                    writes += lane.writes;
                    readBytes += lane.readBytes;
                    writtenBytes += lane.writtenBytes;
                    errors += lane.mediaErrors;
                }
            }
        }
        MemorySegment page = zeroes(SMART_BYTES);
        LittleEndian.u16(page, 1, ROOM_KELVIN);
        LittleEndian.u8(page, 3, SPARE_PERCENT);
        LittleEndian.u64(page, 32, (readBytes + DATA_UNIT_BYTES - 1) / DATA_UNIT_BYTES);
        LittleEndian.u64(page, 48, (writtenBytes + DATA_UNIT_BYTES - 1) / DATA_UNIT_BYTES);
        LittleEndian.u64(page, 64, reads);
        LittleEndian.u64(page, 80, writes);
        LittleEndian.u64(page, 160, errors);
        LittleEndian.u64(page, 176, failedCommands);
        return page;
    }

    private static MemorySegment firmware() {
        MemorySegment page = zeroes(FIRMWARE_BYTES);
        LittleEndian.u8(page, 0, 1);
        // "1" and spaces, the revision that identify tells.
        LittleEndian.u64(page, 8, 0x20202020_20202031L);
        return page;
    }

    private static MemorySegment effects() {
        MemorySegment page = zeroes(EFFECTS_BYTES);
        int[] admin = {
            AdminOpcode.GET_LOG_PAGE,
            AdminOpcode.IDENTIFY,
            AdminOpcode.ABORT,
            AdminOpcode.SET_FEATURES,
            AdminOpcode.GET_FEATURES,
            AdminOpcode.ASYNCHRONOUS_EVENT_REQUEST,
            AdminOpcode.KEEP_ALIVE
        };
        for (int opcode : admin) {
            LittleEndian.u32(page, opcode * 4L, SUPPORTED);
        }
        int[] harmless = {IoOpcode.READ, IoOpcode.COMPARE, IoOpcode.FLUSH};
        for (int opcode : harmless) {
            LittleEndian.u32(page, EFFECTS_IO + opcode * 4L, SUPPORTED);
        }
        int[] changing = {IoOpcode.WRITE, IoOpcode.WRITE_ZEROES, IoOpcode.DATASET_MANAGEMENT};
        for (int opcode : changing) {
            LittleEndian.u32(page, EFFECTS_IO + opcode * 4L, SUPPORTED | CHANGES_BLOCKS);
        }
        return page;
    }

    private static MemorySegment changed(TargetController controller, boolean release) {
        MemorySegment page = zeroes(CHANGED_BYTES);
        int index = 0;
        for (int id : controller.takeChangedNamespaces()) {
            LittleEndian.u32(page, 4L * index++, id);
        }
        if (release) {
            controller.logRead(TargetController.NAMESPACES_CHANGED);
        }
        return page;
    }

    private static MemorySegment ana(
            TargetController controller, TargetSubsystem subsystem, boolean groupsOnly) {
        List<ExportedNamespace> namespaces = subsystem.namespaces();
        List<Integer> groups = subsystem.anaGroups().stream().sorted().toList();
        long bytes =
                AnaLogPage.HEADER_BYTES
                        + (long) groups.size() * AnaLogPage.GROUP_BYTES
                        + (groupsOnly ? 0 : (long) namespaces.size() * Integer.BYTES);
        MemorySegment memory = zeroes(bytes);
        long changes = subsystem.anaChanges();
        AnaLogPage page = new AnaLogPage(memory).changes(changes).groups(groups.size());
        long at = AnaLogPage.HEADER_BYTES;
        for (int group : groups) {
            int state = subsystem.anaState(controller.portIndex(), group);
            List<ExportedNamespace> members =
                    groupsOnly
                            ? List.of()
                            : namespaces.stream().filter(n -> n.anaGroup() == group).toList();
            page.group(at, group, members.size(), changes, state);
            for (int i = 0; i < members.size(); i++) {
                page.namespaceId(at, i, members.get(i).id());
            }
            at = page.behind(at);
        }
        return memory;
    }

    /** Every subsystem at every port. */
    private MemorySegment discovery(InetSocketAddress localAddress) {
        List<InetSocketAddress> ports = directory.ports();
        List<TargetSubsystem> subsystems = directory.subsystems();
        int count = ports.size() * subsystems.size();
        MemorySegment memory = zeroes(DiscoveryLogPage.byteSize(count));
        DiscoveryLogPage ignored =
                new DiscoveryLogPage(memory).generation(directory.generation()).entries(count);
        long at = DiscoveryLogPage.HEADER_BYTES;
        for (TargetSubsystem subsystem : subsystems) {
            for (int port = 0; port < ports.size(); port++) {
                InetSocketAddress where = ports.get(port);
                InetAddress address = where.getAddress();
                if (address.isAnyLocalAddress()) {
                    address = localAddress.getAddress();
                }
                boolean six = address instanceof Inet6Address;
                DiscoveryLogPage.Entry unused =
                        new DiscoveryLogPage.Entry(memory.asSlice(at, DiscoveryLogPage.Entry.BYTES))
                                .transport(DiscoveryLogPage.Entry.TRANSPORT_TCP)
                                .family(
                                        six
                                                ? DiscoveryLogPage.Entry.FAMILY_IPV6
                                                : DiscoveryLogPage.Entry.FAMILY_IPV4)
                                .kind(DiscoveryLogPage.Entry.NVM)
                                .requirements(DiscoveryLogPage.Entry.NO_FLOW_CONTROL)
                                .portId(port + 1)
                                .controllerId(ConnectData.ANY_CONTROLLER)
                                .adminQueueEntries(32)
                                .service(Integer.toString(where.getPort()))
                                .subsystemName(subsystem.name())
                                .address(withoutZone(address.getHostAddress()));
                at += DiscoveryLogPage.Entry.BYTES;
            }
        }
        return memory;
    }

    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }
}
