package dev.ringroad.stack.tcp;

import dev.ringroad.stack.config.TcpLimits;

/** Probes a quiet peer, when the application asks for it (RFC 9293 section 3.8.4). */
final class KeepAlive {
    private static final long SECOND = 1_000_000_000L;

    private final TcpConnection connection;
    private long idleNanos;
    private long intervalNanos;
    private int probesMax;
    private boolean on;
    private int unanswered;
    private long heardNanos;

    KeepAlive(TcpConnection connection, TcpLimits limits) {
        this.connection = connection;
        idleNanos = limits.keepAliveIdleNanos();
        intervalNanos = limits.keepAliveIntervalNanos();
        probesMax = limits.keepAliveProbes();
    }

    /**
     * Any segment came: the peer lives. The timer is not touched, it looks at the time when it
     * fires.
     */
    void heard(long nowNanos) {
        heardNanos = nowNanos;
        unanswered = 0;
    }

    /** The connection is established. */
    void start(long nowNanos) {
        heardNanos = nowNanos;
        arm(nowNanos);
    }

    void turn(boolean newOn) {
        on = newOn;
        arm(connection.layer.nowNanos());
    }

    private void arm(long nowNanos) {
        if (on && connection.state().isSynchronized() && connection.state() != TcpState.TIME_WAIT) {
            connection.timers.set(
                    TcpTimers.KEEP_ALIVE, Math.max(heardNanos + idleNanos, nowNanos + 1));
        } else {
            connection.timers.clear(TcpTimers.KEEP_ALIVE);
        }
    }

    void timerExpired(long nowNanos) {
        if (!on || !connection.state().isSynchronized()) {
            return;
        }
        // With data in flight the retransmission timer finds out by itself.
        if (connection.sender.highest != connection.sender.unacknowledged) {
            connection.timers.set(TcpTimers.KEEP_ALIVE, nowNanos + idleNanos);
            return;
        }
        if (unanswered == 0 && nowNanos - heardNanos < idleNanos) {
            connection.timers.set(TcpTimers.KEEP_ALIVE, heardNanos + idleNanos);
            return;
        }
        if (unanswered >= probesMax) {
            connection.reset(TcpError.TIMED_OUT, nowNanos);
            return;
        }
        unanswered++;
        connection.sender.keepAliveProbe(nowNanos);
        connection.timers.set(TcpTimers.KEEP_ALIVE, nowNanos + intervalNanos);
    }

    boolean isOn() {
        return on;
    }

    int idleSeconds() {
        return (int) (idleNanos / SECOND);
    }

    void idleSeconds(int seconds) {
        idleNanos = Math.clamp(seconds, 1, 32767) * SECOND;
        arm(connection.layer.nowNanos());
    }

    int intervalSeconds() {
        return (int) (intervalNanos / SECOND);
    }

    void intervalSeconds(int seconds) {
        intervalNanos = Math.clamp(seconds, 1, 32767) * SECOND;
    }

    int count() {
        return probesMax;
    }

    void count(int probes) {
        probesMax = Math.clamp(probes, 1, 127);
    }
}
