package dev.ringroad.nvme.fabrics.initiator;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.linux.PollSet;
import dev.ringroad.nvme.command.IdentifyController;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A controller of another machine, over one path: an admin queue with a thread that keeps it alive,
 * and connections for I/O that belong to the channels of its namespaces.
 *
 * <pre>
 *              connection lost, answer overdue, nonsense received
 *   LIVE ─────────────────────────────────────────────────────────► CONNECTING ──► OVER
 *     ▲                                                              │   after a time without
 *     └──────────────────────────────────────────────────────────────┘   success, or when closed
 *                    connected: another association
 * </pre>
 *
 * <p>The loss of any of its connections ends the association as a whole (NVM Express Base
 * Specification 2.0, on the association of a host with a controller): the other connections are
 * closed too, and a new one begins with a controller whose queues nobody has used. No other
 * controller, and so no other path, notices anything.
 *
 * <p>Any thread may use it.
 */
public final class RemoteController implements AutoCloseable {
    private static final int EVENT_TYPE_NOTICE = 2;
    private static final int NOTICE_NAMESPACES = 0;
    private static final int NOTICE_ANA = 3;
    private static final String CLOSED = "it was closed";

    private final InetSocketAddress address;
    private final String subsystem;
    private final HostConfig config;
    private final EventFd wake;
    private final CopyOnWriteArrayList<EventFd> sleepers = new CopyOnWriteArrayList<>();
    private @Nullable Thread keeper;
    private volatile byte[] identity = new byte[IdentifyController.BYTES];

    private volatile Association association =
            Association.without(0, Association.State.CONNECTING, "it was not connected yet");
    private volatile Map<Integer, NamespaceIdentity> namespaces = Map.of();
    private volatile Map<Integer, AnaState> anaStates = Map.of();
    private volatile boolean closed;
    private volatile long brokenNumber = -1;
    private volatile String brokenWhy = "";
    private final AtomicLong reconnects = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final AtomicInteger channels = new AtomicInteger();

    // The keeper's own: since when there is no use in this controller, and its present patience.
    private long uselessSinceNanos;
    private long delayNanos;

    private RemoteController(
            InetSocketAddress address, String subsystem, HostConfig config, EventFd wake) {
        this.address = address;
        this.subsystem = subsystem;
        this.config = config;
        this.wake = wake;
    }

    /**
     * Connects, and waits until the controller is ready and has told what it is.
     *
     * @param subsystem its NVMe qualified name
     * @throws IOException when that failed; the message says where and why
     */
    public static RemoteController connect(
            InetSocketAddress address, String subsystem, HostConfig config) throws IOException {
        RemoteController made = new RemoteController(address, subsystem, config, EventFd.create());
        AdminSession session;
        try {
            session = made.open();
        } catch (Throwable t) {
            made.wake.close();
            throw t;
        }
        made.publish(session);
        made.begin(session, "");
        return made;
    }

    /**
     * One that could not be connected now and is connected later, at the pace of reconnecting.
     *
     * @param trouble why it was not: a sentence
     */
    static RemoteController later(
            InetSocketAddress address, String subsystem, HostConfig config, String trouble)
            throws IOException {
        RemoteController made = new RemoteController(address, subsystem, config, EventFd.create());
        made.begin(null, withoutStop(trouble));
        return made;
    }

    private void begin(@Nullable AdminSession session, String trouble) {
        Thread thread =
                Thread.ofPlatform()
                        .daemon(true)
                        .name("nvme-tcp " + address)
                        .unstarted(() -> keep(session, trouble));
        keeper = thread;
        thread.start();
    }

    private AdminSession open() throws IOException {
        AdminSession session;
        try {
            session = AdminSession.open(address, subsystem, config, wake, this::isGivenUp);
        } catch (RuntimeException e) {
            throw nonsense(e);
        }
        try {
            session.prepareIo();
            return session;
        } catch (RuntimeException e) {
            session.close();
            throw nonsense(e);
        } catch (Throwable t) {
            session.close();
            throw t;
        }
    }

    /** What a controller says is held against what it can be; this is for what slips through. */
    private IOException nonsense(RuntimeException e) {
        return new IOException("What the controller at " + address + " says makes no sense.", e);
    }

    private boolean isGivenUp() {
        Association now = association;
        return closed || (now.isLive() && brokenNumber == now.number);
    }

    /** The address of this path. */
    public InetSocketAddress address() {
        return address;
    }

    /** The subsystem's NVMe qualified name. */
    public String subsystem() {
        return subsystem;
    }

    /** What this host asked for. */
    public HostConfig config() {
        return config;
    }

    /** What it said of itself when it was connected last. */
    public IdentifyController identity() {
        return new IdentifyController(MemorySegment.ofArray(identity));
    }

    /** Whether it is connected at this moment. */
    public boolean isLive() {
        return association.isLive();
    }

    /** Whether it was closed, or could not be reached again for too long. */
    public boolean isOver() {
        return association.state == Association.State.OVER;
    }

    /** Why it is not connected: a sentence without a full stop; empty when it is. */
    public String trouble() {
        return association.trouble;
    }

    /** How many connections for I/O the controller allows. */
    public int queues() {
        return association.queues;
    }

    /** Commands under way in each of them. */
    int queueDepth() {
        return association.queueDepth(config);
    }

    /** The controller's id, which each association has anew. */
    public int controllerId() {
        return association.controllerId;
    }

    /** How often it was connected again. */
    public long reconnects() {
        return reconnects.get();
    }

    /** The namespaces that it has, by their ids. */
    public Map<Integer, NamespaceIdentity> namespaces() {
        return new TreeMap<>(namespaces);
    }

    /** How this path reaches a namespace, as far as is known. */
    public AnaState anaState(NamespaceIdentity namespace) {
        Map<Integer, AnaState> states = anaStates;
        if (states.isEmpty()) {
            return AnaState.OPTIMIZED;
        }
        AnaState state = states.get(namespace.anaGroup());
        return state == null ? AnaState.INACCESSIBLE : state;
    }

    /**
     * A namespace as a block device, to be closed before the controller.
     *
     * @throws IOException when there is none of that id, or none that is a block device
     */
    public RemoteNamespace open(int namespaceId) throws IOException {
        return new RemoteNamespace(this, find(namespaceId), false);
    }

    NamespaceIdentity find(int namespaceId) throws IOException {
        NamespaceIdentity found = namespaces.get(namespaceId);
        if (found == null) {
            throw new IOException(
                    subsystem
                            + " at "
                            + address
                            + " has no namespace "
                            + namespaceId
                            + "; it has "
                            + namespaces().keySet()
                            + ".");
        }
        if (!found.unusable().isEmpty()) {
            throw new IOException(
                    "Namespace "
                            + namespaceId
                            + " of "
                            + subsystem
                            + " cannot be used: "
                            + found.unusable()
                            + ".");
        }
        return found;
    }

    Association association() {
        return association;
    }

    /**
     * Takes a place for a channel's connection, of which all namespaces share as many as there are
     * queues.
     *
     * @throws IOException when all are taken, as far as is known
     */
    void takeChannel() throws IOException {
        int open = channels.incrementAndGet();
        Association now = association;
        if (now.isLive() && open > now.queues) {
            channels.decrementAndGet();
            throw new IOException(
                    this
                            + " allows "
                            + now.queues
                            + " queues, all of which are in use. Close a channel first, or ask for more queues.");
        }
    }

    void giveChannelBack() {
        channels.decrementAndGet();
    }

    /** Signalled whenever the association or an ANA state changes. */
    void addSleeper(EventFd event) {
        sleepers.add(event);
    }

    void removeSleeper(EventFd event) {
        sleepers.remove(event);
    }

    /** A channel has lost its connection; whatever else belongs to the association ends too. */
    synchronized void broken(long number, String why) {
        if (number > brokenNumber) {
            brokenWhy = why;
            brokenNumber = number;
            wake.signal();
        }
    }

    private void publish(AdminSession session) {
        identity = session.identity().bytes().toArray(ValueLayout.JAVA_BYTE);
        namespaces = Map.copyOf(session.namespaces());
        anaStates = session.anaStates();
        publish(Association.live(association.number + 1, session));
    }

    private void publish(Association next) {
        Association before = association;
        association = next;
        before.end();
        signalSleepers();
    }

    /** Moves on whenever the association, the namespaces or an ANA state changes. */
    long changes() {
        return changes.get();
    }

    private void signalSleepers() {
        changes.incrementAndGet();
        for (EventFd sleeper : sleepers) {
            sleeper.signal();
        }
    }

    private void keep(@Nullable AdminSession first, String whyNot) {
        uselessSinceNanos = System.nanoTime();
        delayNanos = config.reconnectFirst().toNanos();
        @Nullable AdminSession session = first == null ? reconnect(whyNot) : first;
        while (session != null) {
            long begun = System.nanoTime();
            String trouble = serve(session);
            if (closed && brokenNumber != association.number) {
                leave(session);
                return;
            }
            session.close();
            long now = System.nanoTime();
            boolean lasted = now - begun >= config.reconnectMost().toNanos();
            if (lasted || association.isProved()) {
                uselessSinceNanos = now;
                delayNanos = config.reconnectFirst().toNanos();
            }
            session = reconnect(trouble);
        }
    }

    /** Ends a connection that is well: first I/O, then the controller. */
    private void leave(AdminSession session) {
        publish(Association.without(association.number + 1, Association.State.OVER, CLOSED));
        boolean ignored = session.shutDown();
        session.close();
    }

    /** Keeps a controller alive until it is lost, and says why it is. */
    private String serve(AdminSession session) {
        long keepAliveNanos = config.keepAlive().toNanos() / 2;
        boolean kept = keepAliveNanos > 0;
        long next = kept ? System.nanoTime() + keepAliveNanos : Long.MAX_VALUE;
        try {
            while (true) {
                session.queue().idle(next);
                long event = session.queue().takeEvent();
                if (event >= 0) {
                    happened(session, event);
                }
                if (kept && System.nanoTime() - next >= 0) {
                    session.queue().keepAlive();
                    next = System.nanoTime() + keepAliveNanos;
                }
            }
        } catch (IOException e) {
            long number = association.number;
            return brokenNumber == number ? brokenWhy : words(e);
        } catch (RuntimeException e) {
            return words(nonsense(e));
        }
    }

    private static String words(IOException e) {
        return withoutStop(String.valueOf(e.getMessage()));
    }

    private static String withoutStop(String message) {
        return message.endsWith(".") ? message.substring(0, message.length() - 1) : message;
    }

    private void happened(AdminSession session, long event) throws IOException {
        if ((event & 7) != EVENT_TYPE_NOTICE) {
            return;
        }
        switch ((int) (event >>> 8 & 0xFF)) {
            case NOTICE_NAMESPACES -> {
                session.acknowledgeNamespaces();
                session.readNamespaces();
                namespaces = Map.copyOf(session.namespaces());
            }
            case NOTICE_ANA -> {
                session.readAna();
                anaStates = session.anaStates();
            }
            default -> {
                return;
            }
        }
        signalSleepers();
    }

    /**
     * Connects anew, at longer and longer intervals; null when that is over. An association that
     * was lost soon, before any command has succeeded, counts as an attempt that failed.
     */
    private @Nullable AdminSession reconnect(String why) {
        long number = association.number;
        publish(Association.without(number + 1, Association.State.CONNECTING, why));
        String trouble = why;
        while (!closed) {
            if (System.nanoTime() - uselessSinceNanos >= config.controllerLoss().toNanos()) {
                trouble = "it was of no use for " + config.controllerLoss() + ": " + trouble;
                break;
            }
            await(delayNanos);
            delayNanos = Math.min(2 * delayNanos, config.reconnectMost().toNanos());
            if (closed) {
                break;
            }
            try {
                AdminSession session = open();
                reconnects.incrementAndGet();
                publish(session);
                return session;
            } catch (IOException e) {
                trouble = words(e);
            }
        }
        String last = closed ? CLOSED : trouble;
        publish(Association.without(number + 2, Association.State.OVER, last));
        return null;
    }

    private void await(long nanos) {
        long until = System.nanoTime() + nanos;
        try (PollSet set = new PollSet(1)) {
            for (long left = nanos; left > 0 && !closed; left = until - System.nanoTime()) {
                set.clear();
                set.add(wake.descriptor().number(), PollSet.POLLIN);
                var _ = set.poll(left);
                var _ = wake.drain();
            }
        }
    }

    /**
     * Shuts the controller down, for which it has some seconds, and closes every connection.
     * Requests that are under way are completed as GONE when their channels are polled next.
     */
    @Override
    public void close() {
        closed = true;
        wake.signal();
        Thread thread = keeper;
        boolean interrupted = false;
        while (thread != null && thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException _) {
                interrupted = true;
            }
        }
        wake.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public String toString() {
        return subsystem + " at " + address;
    }
}
