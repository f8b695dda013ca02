package dev.ringroad.stack.tcp;

/**
 * Decides what happens when nothing is heard: send again what is in flight (RFC 6298), probe a
 * closed window (RFC 9293 section 3.8.6.1), or give the peer up (section 3.8.3). {@link TcpSender}
 * does the sending.
 */
final class RetransmissionTimer {
    private static final int PROBES_MAX_SHIFT = 12;

    private final TcpConnection connection;
    private final TcpSender sender;
    private final RttEstimator rtt;
    private int retries;
    private int probes;
    private long progressNanos;

    RetransmissionTimer(TcpConnection connection, TcpSender sender, RttEstimator rtt) {
        this.connection = connection;
        this.sender = sender;
        this.rtt = rtt;
    }

    /** How often in a row nothing was heard. */
    int retries() {
        return retries;
    }

    /** When the peer last acknowledged something, or the first segment in flight was sent. */
    long progressNanos() {
        return progressNanos;
    }

    /** Something is about to be in flight; until now the timer may have been the probe's. */
    void begin(long nowNanos) {
        progress(nowNanos);
        connection.timers.clear(TcpTimers.RETRANSMIT);
    }

    /** The peer has acknowledged something new. */
    void progress(long nowNanos) {
        retries = 0;
        probes = 0;
        progressNanos = nowNanos;
    }

    /**
     * The peer has answered with its window closed: it is alive, however long that lasts. The
     * probes stay as rare as they have become.
     */
    void windowStaysClosed(long nowNanos) {
        retries = 0;
        progressNanos = nowNanos;
    }

    /** Sets the timer afresh for what is in flight. */
    void restart(long nowNanos) {
        connection.timers.set(TcpTimers.RETRANSMIT, nowNanos + rtt.timeoutNanos());
    }

    /** Makes sure that the timer runs when there is something to wait for. */
    void arm(long nowNanos) {
        TcpTimers timers = connection.timers;
        if (timers.isSet(TcpTimers.RETRANSMIT)) {
            return;
        }
        if (sender.highest != sender.unacknowledged) {
            restart(nowNanos);
        } else if (sender.hasUnsent()) {
            timers.set(TcpTimers.RETRANSMIT, nowNanos + rtt.timeoutNanos(probes));
        }
    }

    /** The timer has run out. */
    void expired(long nowNanos) {
        boolean inFlight = sender.highest != sender.unacknowledged;
        if (!inFlight && !sender.hasUnsent()) {
            return;
        }
        if (connection.hasWaitedTooLong(retries + 1, nowNanos - progressNanos, nowNanos)) {
            return;
        }
        boolean first = retries == 0;
        retries++;
        if (inFlight) {
            retransmit(first, nowNanos);
        } else {
            probes = Math.min(probes + 1, PROBES_MAX_SHIFT);
            sender.probe(nowNanos);
            arm(nowNanos);
        }
    }

    private void retransmit(boolean first, long nowNanos) {
        rtt.backOff();
        connection.layer.counters.timedOut();
        restart(nowNanos);
        if (!connection.state().isSynchronized()) {
            connection.handshake.retransmit(nowNanos);
        } else if (sender.window.bytes() == 0) {
            // The peer has closed its window after the fact; it is alive, so a segment is enough
            // and nothing was lost.
            sender.retransmitFirst(nowNanos);
        } else {
            sender.recovery.timedOut(sender.unacknowledged, sender.highest, first);
            sender.sendAgain(nowNanos);
        }
    }
}
