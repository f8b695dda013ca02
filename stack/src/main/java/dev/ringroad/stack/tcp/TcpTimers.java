package dev.ringroad.stack.tcp;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.core.worker.TimingWheel;

/**
 * The timers of a connection, multiplexed onto one entry of the wheel.
 *
 * <p>Setting and clearing a timer writes a field. The wheel is touched only when the earliest
 * deadline becomes earlier than what it already holds; when deadlines move later, the entry fires
 * at the old time, finds nothing due and moves itself. So a connection that exchanges a million
 * segments a second touches the wheel a few times a second.
 */
final class TcpTimers extends Timer {
    /** A deadline that never comes. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * Retransmission, or the zero-window probe when nothing is in flight; they exclude each other.
     */
    static final int RETRANSMIT = 0;

    /** The delayed acknowledgement. */
    static final int ACKNOWLEDGE = 1;

    /** Keepalive. */
    static final int KEEP_ALIVE = 2;

    /** How long an unheld connection waits for the peer's FIN. */
    static final int FIN_WAIT = 3;

    private static final int KINDS = 4;

    private final TcpConnection connection;
    private final TimingWheel wheel;
    private final long[] deadlines = {NEVER, NEVER, NEVER, NEVER};
    private long scheduledNanos = NEVER;

    TcpTimers(TcpConnection connection, TimingWheel wheel) {
        this.connection = connection;
        this.wheel = wheel;
    }

    /** Sets a timer, whatever it was set to before. */
    void set(int kind, long deadlineNanos) {
        deadlines[kind] = deadlineNanos;
        if (deadlineNanos < scheduledNanos) {
            scheduledNanos = deadlineNanos;
            wheel.schedule(this, deadlineNanos);
        }
    }

    void clear(int kind) {
        deadlines[kind] = NEVER;
    }

    boolean isSet(int kind) {
        return deadlines[kind] != NEVER;
    }

    /** Clears all and leaves the wheel. */
    void cancel() {
        for (int kind = 0; kind < KINDS; kind++) {
            deadlines[kind] = NEVER;
        }
        if (scheduledNanos != NEVER) {
            scheduledNanos = NEVER;
            wheel.cancel(this);
        }
    }

    @Override
    protected void expired(long nowNanos) {
        scheduledNanos = NEVER;
        for (int kind = 0; kind < KINDS; kind++) {
            if (deadlines[kind] <= nowNanos) {
                deadlines[kind] = NEVER;
                connection.timerExpired(kind, nowNanos);
            }
        }
        long next = NEVER;
        for (int kind = 0; kind < KINDS; kind++) {
            next = Math.min(next, deadlines[kind]);
        }
        if (next < scheduledNanos) {
            scheduledNanos = next;
            wheel.schedule(this, next);
        }
    }
}
