package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.QualifiedName;

import org.jspecify.annotations.Nullable;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What a target has: its subsystems, its ports, and the ids of its controllers. Any thread may use
 * it; subsystems and ports are set before it serves.
 */
final class TargetDirectory {
    /** Ids above are reserved. */
    private static final int CONTROLLER_ID_LAST = 0xFFEF;

    private final TargetConfig config;
    private final List<TargetSubsystem> subsystems;
    private final List<InetSocketAddress> ports = new ArrayList<>();
    private final AtomicInteger nextControllerId;
    private final List<TargetHome> homes = new CopyOnWriteArrayList<>();

    TargetDirectory(TargetConfig config, List<TargetSubsystem> subsystems) {
        this.config = config;
        this.subsystems = List.copyOf(subsystems);
        this.nextControllerId = new AtomicInteger(config.controllerIdFirst());
    }

    List<TargetSubsystem> subsystems() {
        return subsystems;
    }

    synchronized void addPort(InetSocketAddress address) {
        ports.add(address);
    }

    /** Where it listens; the index is the port's. */
    synchronized List<InetSocketAddress> ports() {
        return List.copyOf(ports);
    }

    /** A thread begins to serve. */
    void opened(TargetHome home) {
        boolean ignored = homes.add(home);
    }

    /** What its threads have. */
    List<TargetHome> homes() {
        return homes;
    }

    /** Changes when the discovery log does, which is fixed as long as a target serves. */
    long generation() {
        return 1;
    }

    /** The subsystem of a name, or null. */
    @Nullable TargetSubsystem subsystem(String name) {
        for (TargetSubsystem subsystem : subsystems) {
            if (subsystem.name().equals(name)) {
                return subsystem;
            }
        }
        return null;
    }

    /** Whether there is a subsystem of this name, that of discovery included. */
    boolean has(String name) {
        return name.equals(QualifiedName.DISCOVERY) || subsystem(name) != null;
    }

    private int nextId() {
        return nextControllerId.getAndUpdate(
                last -> last == CONTROLLER_ID_LAST ? config.controllerIdFirst() : last + 1);
    }

    private static boolean isUsed(@Nullable TargetSubsystem subsystem, int id) {
        return subsystem != null && subsystem.controller(id) != null;
    }

    /** Makes a controller for a host that connects an admin queue; null when all ids are used. */
    @Nullable TargetController newController(
            @Nullable TargetSubsystem subsystem, String hostName, byte[] hostId, int portIndex) {
        int id = nextId();
        // They go round, and some stay for long; a host would be led to another's controller.
        for (int left = CONTROLLER_ID_LAST - config.controllerIdFirst();
                isUsed(subsystem, id);
                left--) {
            if (left == 0) {
                return null;
            }
            id = nextId();
        }
        int queues = subsystem == null ? 0 : config.queuesMax();
        TargetController controller =
                new TargetController(id, subsystem, hostName, hostId, portIndex, queues);
        if (subsystem != null) {
            subsystem.joined(controller);
        }
        return controller;
    }
}
