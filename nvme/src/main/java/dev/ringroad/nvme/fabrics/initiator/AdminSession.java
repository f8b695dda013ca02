package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.nvme.command.AnaLogPage;
import dev.ringroad.nvme.command.CompletionEntry;
import dev.ringroad.nvme.command.ControllerRegister;
import dev.ringroad.nvme.command.FeatureId;
import dev.ringroad.nvme.command.IdentifyController;
import dev.ringroad.nvme.command.IdentifyKind;
import dev.ringroad.nvme.command.IdentifyNamespace;
import dev.ringroad.nvme.command.LogPageId;
import dev.ringroad.nvme.command.NamespaceList;
import dev.ringroad.nvme.command.NamespaceNames;
import dev.ringroad.nvme.command.NvmeStatus;
import dev.ringroad.nvme.command.SubmissionEntry;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A controller that is brought up, what it says of itself, and its end. One thread, which waits for
 * answers.
 *
 * <pre>
 *   ICReq ► Connect ► CAP ► CC.EN ► CSTS.RDY ► identify ► number of queues ► namespaces ► ANA, events
 * </pre>
 */
final class AdminSession implements AutoCloseable {
    /** Events that there is something to be read for: changes of namespaces, of ANA states. */
    static final int EVENT_NAMESPACES = 1 << 8;

    static final int EVENT_ANA = 1 << 11;

    /** A controller with more namespaces than this is not believed. */
    private static final int NAMESPACES_MAX = 16 * 1024;

    private static final int ANA_BYTES_MAX = 1 << 20;

    private static final long POLL_NANOS = 1_000_000;

    /** How long a controller may take to shut down at most. */
    private static final long SHUTDOWN_NANOS_MAX = 5_000_000_000L;

    private static final int CAPSULE_UNIT_BYTES = 16;

    private final AdminQueue queue;
    private final HostConfig config;
    private final MemorySegment page =
            Arena.ofAuto().allocate(IdentifyController.BYTES, Long.BYTES);
    private final MemorySegment controller =
            Arena.ofAuto().allocate(IdentifyController.BYTES, Long.BYTES);
    private final Map<Integer, NamespaceIdentity> namespaces = new LinkedHashMap<>();
    private Map<Integer, AnaState> anaStates = Map.of();
    private int controllerId;
    private int queues;
    private int queueEntries;
    private int configuration;

    private AdminSession(AdminQueue queue, HostConfig config) {
        this.queue = queue;
        this.config = config;
    }

    /**
     * Connects and enables a controller.
     *
     * @param wake ends a wait, after which {@code cancelled} is asked
     * @throws IOException when it could not; the message says what was tried and why it failed
     */
    static AdminSession open(
            InetSocketAddress address,
            String subsystem,
            HostConfig config,
            EventFd wake,
            BooleanSupplier cancelled)
            throws IOException {
        AdminQueue queue = new AdminQueue(address, config, wake, cancelled);
        AdminSession session = new AdminSession(queue, config);
        try {
            queue.awaitInitialized();
            session.enable(subsystem);
            return session;
        } catch (Throwable t) {
            queue.close();
            throw t;
        }
    }

    private void enable(String subsystem) throws IOException {
        int connected = queue.connect(config, subsystem);
        controllerId = connected & 0xFFFF;
        if (connected >>> 16 != 0) {
            throw new IOException(
                    subsystem
                            + " wants its hosts to authenticate themselves, which this initiator does not do.");
        }
        long cap = queue.property(ControllerRegister.CAP, Long.BYTES);
        queueEntries = ControllerRegister.queueEntriesMax(cap);
        int sets = ControllerRegister.commandSets(cap);
        int set =
                (sets & ControllerRegister.COMMAND_SETS_OTHER) != 0
                        ? ControllerRegister.CC_COMMAND_SETS_ALL
                        : ControllerRegister.CC_COMMAND_SETS_NVM;
        configuration =
                ControllerRegister.CC_ENABLE
                        | set
                        | SubmissionEntry.BYTES_SHIFT
                                << ControllerRegister.CC_SUBMISSION_ENTRY_SHIFT
                        | CompletionEntry.BYTES_SHIFT
                                << ControllerRegister.CC_COMPLETION_ENTRY_SHIFT;
        queue.setProperty(ControllerRegister.CC, configuration);
        awaitReady(ControllerRegister.timeoutMillis(cap));
        require(queue.identify(IdentifyKind.CONTROLLER, 0, controller), "identify itself");
    }

    private void awaitReady(int timeoutMillis) throws IOException {
        long start = System.nanoTime();
        long most = Math.max(timeoutMillis, 500) * 1_000_000L;
        while (true) {
            int status = (int) queue.property(ControllerRegister.CSTS, Integer.BYTES);
            if ((status & ControllerRegister.CSTS_FATAL) != 0) {
                throw new IOException("The controller has failed as it was enabled (CSTS.CFS).");
            }
            if ((status & ControllerRegister.CSTS_READY) != 0) {
                return;
            }
            if (System.nanoTime() - start > most) {
                throw new IOException(
                        "The controller was not ready within " + timeoutMillis + " ms.");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /**
     * Shuts the controller down, so that it has nothing in a cache that could be lost when the
     * connection goes (NVM Express Base Specification 2.0, section 3.6.2, message-based controller
     * shutdown), and waits until it has, but not for long. Whoever does not answer is left as it
     * is. I/O has ended before.
     *
     * @return whether it has shut down
     */
    boolean shutDown() {
        long most = Math.min(config.commandTimeout().toNanos(), SHUTDOWN_NANOS_MAX);
        queue.leave(System.nanoTime() + most);
        try {
            int cc = configuration & ~ControllerRegister.CC_SHUTDOWN_MASK;
            queue.setProperty(ControllerRegister.CC, cc | ControllerRegister.CC_SHUTDOWN_NORMAL);
            while (!isShutDown()) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            return true;
        } catch (IOException _) {
            // It is closed either way, and there is nobody who could do anything about it.
            return false;
        }
    }

    private boolean isShutDown() throws IOException {
        long status = queue.property(ControllerRegister.CSTS, Integer.BYTES);
        return (status & ControllerRegister.CSTS_SHUTDOWN_MASK)
                == ControllerRegister.CSTS_SHUTDOWN_COMPLETE;
    }

    private static void require(int status, String what) throws IOException {
        if (status != NvmeStatus.SUCCESS) {
            throw new IOException(
                    "The controller would not " + what + ": " + NvmeStatus.sentence(status) + ".");
        }
    }

    /** Goes on with what an I/O controller has: queues, namespaces, events. */
    void prepareIo() throws IOException {
        int wanted = config.queues() - 1;
        require(
                queue.feature(FeatureId.NUMBER_OF_QUEUES, wanted | wanted << 16),
                "give I/O queues");
        long granted = queue.result();
        queues = (int) Math.min(Math.min(granted & 0xFFFF, granted >>> 16 & 0xFFFF), wanted) + 1;
        readNamespaces();
        readAna();
        int events = identity().asynchronousEvents() & (EVENT_NAMESPACES | EVENT_ANA);
        if (events != 0 && queue.feature(FeatureId.ASYNCHRONOUS_EVENTS, events) == 0) {
            queue.askEvent();
        }
    }

    /** Reads again which namespaces there are. */
    void readNamespaces() throws IOException {
        Map<Integer, NamespaceIdentity> found = new LinkedHashMap<>();
        MemorySegment ids = Arena.ofAuto().allocate(NamespaceList.BYTES, Long.BYTES);
        NamespaceList list = new NamespaceList(ids);
        int above = 0;
        int count;
        do {
            require(
                    queue.identify(IdentifyKind.ACTIVE_NAMESPACES, above, ids),
                    "list its namespaces");
            count = list.count();
            for (int i = 0; i < count; i++) {
                int id = list.id(i);
                if (Integer.compareUnsigned(id, above) <= 0 || found.size() == NAMESPACES_MAX) {
                    throw new IOException(
                            "The controller's list of namespaces is out of order or endless.");
                }
                above = id;
                found.put(id, namespace(id));
            }
        } while (count == NamespaceList.IDS_MAX);
        namespaces.clear();
        namespaces.putAll(found);
    }

    /** Reads which namespaces have changed, without which no further change would be told. */
    void acknowledgeNamespaces() throws IOException {
        page.fill((byte) 0);
        require(queue.logPage(LogPageId.CHANGED_NAMESPACES, 0, page), "tell what has changed");
    }

    private NamespaceIdentity namespace(int id) throws IOException {
        require(queue.identify(IdentifyKind.NAMESPACE, id, page), "identify namespace " + id);
        IdentifyNamespace told = new IdentifyNamespace(page);
        NamespaceReader reader = new NamespaceReader(identity(), told, id);
        String fallback = reader.name();
        page.fill((byte) 0);
        // Not every controller knows this list; what identify itself says does then.
        boolean named = queue.identify(IdentifyKind.NAMESPACE_NAMES, id, page) == 0;
        String uuid = named ? NamespaceReader.uuid(new NamespaceNames(page)) : "";
        return reader.identity(uuid.isEmpty() ? fallback : uuid);
    }

    /** Reads again how groups of namespaces are reached; does nothing where there are none. */
    void readAna() throws IOException {
        if ((identity().multipath() & IdentifyController.ANA_REPORTING) == 0) {
            return;
        }
        long groups = identity().admin().anaGroups() & 0xFFFF_FFFFL;
        long ids = identity().io().namespacesAllowed() & 0xFFFF_FFFFL;
        long bytes =
                AnaLogPage.HEADER_BYTES + groups * AnaLogPage.GROUP_BYTES + ids * Integer.BYTES;
        int room = (int) Math.min(bytes, ANA_BYTES_MAX);
        MemorySegment log = Arena.ofAuto().allocate(room, Long.BYTES);
        require(queue.logPage(LogPageId.ANA, 0, log), "tell its ANA states");
        anaStates = anaStates(new AnaLogPage(log));
    }

    private static Map<Integer, AnaState> anaStates(AnaLogPage log) throws IOException {
        Map<Integer, AnaState> found = new HashMap<>();
        long at = AnaLogPage.HEADER_BYTES;
        for (int left = log.groups(); left > 0; left--) {
            if (!log.isWhole(at)) {
                throw new IOException(
                        "The controller's log of ANA states is longer than it can be.");
            }
            found.put(log.groupId(at), AnaState.of(log.state(at)));
            at = log.behind(at);
        }
        return Map.copyOf(found);
    }

    AdminQueue queue() {
        return queue;
    }

    IdentifyController identity() {
        return new IdentifyController(controller);
    }

    int controllerId() {
        return controllerId;
    }

    int queues() {
        return queues;
    }

    int queueEntries() {
        return queueEntries;
    }

    /** The most data that travel along with an I/O command. */
    int capsuleDataBytes() {
        long capsule =
                (identity().fabrics().ioQueueCapsuleUnits() & 0xFFFF_FFFFL) * CAPSULE_UNIT_BYTES;
        long data = Math.min(capsule - SubmissionEntry.BYTES, PduOutput.CAPSULE_DATA_BYTES_MAX);
        // An offset of the data within the capsule would have to be padded; nobody has one.
        return identity().fabrics().inCapsuleDataOffsetUnits() == 0 ? (int) Math.max(0, data) : 0;
    }

    Map<Integer, NamespaceIdentity> namespaces() {
        return namespaces;
    }

    Map<Integer, AnaState> anaStates() {
        return anaStates;
    }

    @Override
    public void close() {
        queue.close();
    }
}
