package dev.ringroad.nvme.fabrics.initiator;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/**
 * One life of a controller, from connect to the loss of any of its connections. Its queues' numbers
 * are given out once each: a connection that was lost may still be a queue to the controller, so
 * what follows a loss is another association, with another controller, whose numbers are all
 * unused.
 */
final class Association {
    enum State {
        /** Not connected, and trying. */
        CONNECTING,
        LIVE,
        /** Given up, or closed by its owner. */
        OVER
    }

    final long number;
    final State state;

    /** Why it is not live: a sentence without a full stop. */
    final String trouble;

    final int controllerId;
    final int queues;
    final int queueEntries;
    final int capsuleDataBytes;
    final Map<Integer, NamespaceIdentity> namespaces;

    private int queueIdNext = 1;

    /** Connections whose channels were closed, for the next ones. */
    private final Deque<Link> parked = new ArrayDeque<>();

    private boolean over;

    /** Set by channels, read by the keeper once they have told it of their loss. */
    private volatile boolean proved;

    private Association(
            long number,
            State state,
            String trouble,
            int controllerId,
            int queues,
            int queueEntries,
            int capsuleDataBytes,
            Map<Integer, NamespaceIdentity> namespaces) {
        this.number = number;
        this.state = state;
        this.trouble = trouble;
        this.controllerId = controllerId;
        this.queues = queues;
        this.queueEntries = queueEntries;
        this.capsuleDataBytes = capsuleDataBytes;
        this.namespaces = namespaces;
    }

    static Association live(long number, AdminSession session) {
        return new Association(
                number,
                State.LIVE,
                "",
                session.controllerId(),
                session.queues(),
                session.queueEntries(),
                session.capsuleDataBytes(),
                Map.copyOf(session.namespaces()));
    }

    static Association without(long number, State state, String trouble) {
        return new Association(number, state, trouble, 0, 0, 0, 0, Map.of());
    }

    /** Commands under way in a queue: a queue holds one less than it has entries. */
    int queueDepth(HostConfig config) {
        return Math.max(1, Math.min(config.queueDepth(), queueEntries - 1));
    }

    boolean isLive() {
        return state == State.LIVE;
    }

    /** A command for blocks has succeeded. */
    void prove() {
        if (!proved) {
            proved = true;
        }
    }

    /** Whether it was of any use. */
    boolean isProved() {
        return proved;
    }

    /** A queue's number that nobody has had; 0 when there is none any more. */
    synchronized int takeQueueId() {
        return queueIdNext > queues ? 0 : queueIdNext++;
    }

    /** Keeps a connection that nobody uses; false when it is to be closed. */
    synchronized boolean park(Link link) {
        if (over) {
            return false;
        }
        parked.push(link);
        return true;
    }

    synchronized @Nullable Link takeParked() {
        return parked.poll();
    }

    /** Closes what is parked, now and later. */
    synchronized void end() {
        over = true;
        for (Link link; (link = parked.poll()) != null; ) {
            link.close();
        }
    }
}
