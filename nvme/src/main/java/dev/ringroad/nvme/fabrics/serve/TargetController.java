package dev.ringroad.nvme.fabrics.serve;

import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.NvmeStatus;

import org.jspecify.annotations.Nullable;

import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/**
 * A controller, made as a host connects its admin queue, and gone with it.
 *
 * <p>Its queues may be on several threads, so what changes is guarded, or volatile where the I/O
 * path looks at it.
 */
final class TargetController {
    /** Kinds of events, by index. */
    static final int NAMESPACES_CHANGED = 0;

    static final int ANA_CHANGED = 1;
    static final int DISCOVERY_CHANGED = 2;

    /** A result of an asynchronous event request: a notice, its information, its log page. */
    private static final int[] EVENT_RESULTS = {
        0x02 | 0x00 << 8 | 0x04 << 16, 0x02 | 0x03 << 8 | 0x0C << 16, 0x02 | 0xF0 << 8 | 0x70 << 16
    };

    /** The bit of the feature that lets an event be sent. */
    private static final int[] EVENT_FEATURES = {1 << 8, 1 << 11, 1 << 31};

    private static final int READY_MASK = ControllerRegister.CC_ENABLE;

    private final int id;
    private final @Nullable TargetSubsystem subsystem;
    private final String hostName;
    private final byte[] hostId;
    private final int portIndex;
    private final @Nullable TargetConnection[] queues;
    private final ErrorLog errors = new ErrorLog();
    private final BitSet changedNamespaces = new BitSet();
    private long keepAliveNanos;
    private int configuration;
    private int status;
    private int eventFeature;
    private int sentEvents;
    private volatile int pendingEvents;
    private volatile boolean ready;
    private volatile boolean lost;
    // Written by all its threads, each with a time that does no harm if it is overwritten.
    private volatile long trafficNanos;

    /**
     * @param subsystem null for a discovery controller
     * @param queuesMax I/O queues
     */
    TargetController(
            int id,
            @Nullable TargetSubsystem subsystem,
            String hostName,
            byte[] hostId,
            int portIndex,
            int queuesMax) {
        this.id = id;
        this.subsystem = subsystem;
        this.hostName = hostName;
        this.hostId = hostId;
        this.portIndex = portIndex;
        this.queues = new TargetConnection[queuesMax + 1];
    }

    int id() {
        return id;
    }

    /** Null for a discovery controller. */
    @Nullable TargetSubsystem subsystem() {
        return subsystem;
    }

    /**
     * Notes a command that failed.
     *
     * @return the status that its host is told: if there is a log, that it says more
     */
    int failed(int queueId, TargetCommand command, int status) {
        if (subsystem == null) {
            return status;
        }
        errors.add(queueId, command, status);
        return status | NvmeStatus.MORE;
    }

    /** Its commands that failed. */
    ErrorLog errors() {
        return errors;
    }

    String hostName() {
        return hostName;
    }

    boolean isOf(String otherHostName, byte[] otherHostId) {
        return hostName.equals(otherHostName) && java.util.Arrays.equals(hostId, otherHostId);
    }

    byte[] hostId() {
        return hostId.clone();
    }

    int portIndex() {
        return portIndex;
    }

    /** How many I/O queues it may have. */
    int queuesMax() {
        return queues.length - 1;
    }

    /** Takes a queue; false when its id is taken. */
    synchronized boolean attach(int queueId, TargetConnection connection) {
        if (lost || queues[queueId] != null) {
            return false;
        }
        queues[queueId] = connection;
        return true;
    }

    /** A queue's connection ends. With the admin queue the controller goes. */
    synchronized void detach(int queueId, TargetConnection connection) {
        if (queues[queueId] != connection) {
            return;
        }
        queues[queueId] = null;
        if (queueId == 0) {
            lose();
            TargetSubsystem mine = subsystem;
            if (mine != null) {
                mine.left(this);
            }
        }
    }

    /** Ends it: each connection sees it before long and closes. */
    synchronized void lose() {
        lost = true;
        ready = false;
        for (TargetConnection connection : queues) {
            if (connection != null) {
                connection.wake();
            }
        }
    }

    boolean isLost() {
        return lost;
    }

    /** Whether I/O is allowed. */
    boolean isReady() {
        return ready;
    }

    synchronized int configuration() {
        return configuration;
    }

    synchronized int status() {
        return status;
    }

    /** CC is written (Base Specification, section 3.1.3.5): enables, disables, shuts down. */
    synchronized void configure(int value) {
        boolean enable = (value & READY_MASK) != 0;
        boolean enabled = (configuration & READY_MASK) != 0;
        configuration = value;
        if (enable && !enabled) {
            status = ControllerRegister.CSTS_READY;
            ready = true;
        } else if (!enable && enabled) {
            status = 0;
            ready = false;
            dropQueues();
        }
        if ((value & ControllerRegister.CC_SHUTDOWN_MASK) != 0) {
            status |= ControllerRegister.CSTS_SHUTDOWN_COMPLETE;
            ready = false;
        }
    }

    /** A reset ends the I/O queues: their ids are free, their connections see it and close. */
    private void dropQueues() {
        for (int i = 1; i < queues.length; i++) {
            TargetConnection connection = queues[i];
            if (connection != null) {
                connection.drop();
                queues[i] = null;
            }
        }
    }

    synchronized void keepAliveMillis(long millis) {
        keepAliveNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    }

    synchronized long keepAliveMillis() {
        return TimeUnit.NANOSECONDS.toMillis(keepAliveNanos);
    }

    void traffic(long nowNanos) {
        trafficNanos = nowNanos;
    }

    /** When it is lost unless the host says something; {@link Long#MAX_VALUE} for never. */
    synchronized long deadlineNanos() {
        return keepAliveNanos == 0 || lost ? Long.MAX_VALUE : trafficNanos + keepAliveNanos;
    }

    synchronized int eventFeature() {
        return eventFeature;
    }

    synchronized void eventFeature(int value) {
        eventFeature = value;
    }

    synchronized void namespaceChanged(int namespaceId) {
        changedNamespaces.set(namespaceId);
        raise(NAMESPACES_CHANGED);
    }

    synchronized void anaChanged() {
        raise(ANA_CHANGED);
    }

    private void raise(int kind) {
        pendingEvents |= 1 << kind;
        TargetConnection admin = queues[0];
        if (admin != null) {
            admin.wake();
        }
    }

    /** Whether there may be an event to send. */
    boolean hasEvents() {
        return pendingEvents != 0;
    }

    /**
     * Takes an event that is to be sent now: one that the host wants and whose log page it has read
     * since the last of its kind.
     *
     * @return the result of the request that it is sent with; 0 for none
     */
    synchronized int takeEvent() {
        for (int kind = 0; kind < EVENT_RESULTS.length; kind++) {
            int bit = 1 << kind;
            if ((pendingEvents & ~sentEvents & bit) != 0
                    && (eventFeature & EVENT_FEATURES[kind]) != 0) {
                pendingEvents &= ~bit;
                sentEvents |= bit;
                return EVENT_RESULTS[kind];
            }
        }
        return 0;
    }

    /** The log page of an event was read. */
    synchronized void logRead(int kind) {
        sentEvents &= ~(1 << kind);
    }

    /** The ids of namespaces that changed since the last time; they are forgotten. */
    synchronized int[] takeChangedNamespaces() {
        int[] ids = changedNamespaces.stream().toArray();
        changedNamespaces.clear();
        return ids;
    }
}
