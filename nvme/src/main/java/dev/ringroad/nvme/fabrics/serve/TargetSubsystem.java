package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.block.BlockOperation;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.QualifiedName;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;

/**
 * A subsystem: namespaces under a name, and how well each port reaches them.
 *
 * <p>Any thread may use it; a change of an ANA state or of the namespaces is told to the hosts.
 */
public final class TargetSubsystem {
    /** The most namespaces, and their greatest id. */
    public static final int NAMESPACES_MAX = 128;

    /** The most ANA groups, and their greatest id. */
    public static final int ANA_GROUPS_MAX = 32;

    /** The most ports of a target. */
    static final int PORTS_MAX = 16;

    private final String name;
    private final String serialNumber;
    private final String modelNumber;
    private final Set<TargetController> controllers = new CopyOnWriteArraySet<>();
    // Replaced as a whole; an id is its index.
    private volatile @Nullable ExportedNamespace[] namespaces =
            new ExportedNamespace[NAMESPACES_MAX + 1];
    private volatile int[] anaStates = new int[PORTS_MAX * (ANA_GROUPS_MAX + 1)];
    private long anaChanges;

    /**
     * @param name its NQN
     * @param serialNumber at most 20 printable characters
     * @throws IllegalArgumentException for a name that is none
     */
    public TargetSubsystem(String name, String serialNumber) {
        if (!QualifiedName.isValid(name) || name.equals(QualifiedName.DISCOVERY)) {
            throw new IllegalArgumentException(
                    "The name of a subsystem is like nqn.2024-01.com.example:disk, not " + name);
        }
        if (serialNumber.length() > 20 || !serialNumber.matches("[ -~]*")) {
            throw new IllegalArgumentException(
                    "A serial number has at most 20 printable characters: " + serialNumber);
        }
        this.name = name;
        this.serialNumber = serialNumber;
        this.modelNumber = "Ringroad";
        Arrays.fill(anaStates, AnaLogPage.OPTIMIZED);
    }

    /** Its NQN. */
    public String name() {
        return name;
    }

    String serialNumber() {
        return serialNumber;
    }

    String modelNumber() {
        return modelNumber;
    }

    /**
     * Adds a namespace; hosts that are connected are told.
     *
     * @throws IllegalArgumentException when its id is taken
     */
    public synchronized void add(ExportedNamespace namespace) {
        @Nullable ExportedNamespace[] all = namespaces.clone();
        if (all[namespace.id()] != null) {
            throw new IllegalArgumentException(
                    name + " has a namespace " + namespace.id() + " already");
        }
        all[namespace.id()] = namespace;
        namespaces = all;
        for (TargetController controller : controllers) {
            controller.namespaceChanged(namespace.id());
        }
    }

    /** The namespace of an id, or null. */
    public @Nullable ExportedNamespace namespace(int id) {
        return id < 1 || id > NAMESPACES_MAX ? null : namespaces[id];
    }

    /** All of them, by id. */
    public List<ExportedNamespace> namespaces() {
        return Arrays.stream(namespaces)
                .filter(java.util.Objects::nonNull)
                .map(java.util.Objects::requireNonNull)
                .toList();
    }

    /** What every namespace can do. */
    Set<BlockOperation> operations() {
        Set<BlockOperation> common = EnumSet.allOf(BlockOperation.class);
        for (ExportedNamespace namespace : namespaces()) {
            common.retainAll(namespace.device().operations());
        }
        return Collections.unmodifiableSet(common);
    }

    /** The groups that have namespaces. */
    Set<Integer> anaGroups() {
        Set<Integer> groups = new HashSet<>();
        for (ExportedNamespace namespace : namespaces()) {
            groups.add(namespace.anaGroup());
        }
        return groups;
    }

    /**
     * Says how a port reaches a group from now on; hosts that are connected through it are told.
     *
     * @param port the port's index, from 0
     * @param state {@link AnaLogPage#OPTIMIZED} and others
     */
    public synchronized void anaState(int port, int group, int state) {
        int[] all = anaStates.clone();
        all[stateIndex(port, group)] = state;
        anaChanges++;
        anaStates = all;
        for (TargetController controller : controllers) {
            if (controller.portIndex() == port) {
                controller.anaChanged();
            }
        }
    }

    /** How a port reaches a group. */
    public int anaState(int port, int group) {
        return anaStates[stateIndex(port, group)];
    }

    /** Counts the changes of all states. */
    synchronized long anaChanges() {
        return anaChanges;
    }

    private static int stateIndex(int port, int group) {
        if (port < 0 || port >= PORTS_MAX || group < 1 || group > ANA_GROUPS_MAX) {
            throw new IllegalArgumentException("There is no group " + group + " of port " + port);
        }
        return port * (ANA_GROUPS_MAX + 1) + group;
    }

    void joined(TargetController controller) {
        boolean ignored = controllers.add(controller);
    }

    void left(TargetController controller) {
        boolean ignored = controllers.remove(controller);
    }

    /** The controller of an id that a host connects queues to, or null. */
    @Nullable TargetController controller(int id) {
        for (TargetController controller : controllers) {
            if (controller.id() == id) {
                return controller;
            }
        }
        return null;
    }
}
