package dev.ringroad.net.driver.vhost;

import dev.ringroad.core.linux.UnixStream;

import java.io.IOException;

/**
 * Connects to a front end that listens, and again when that went away, less and less often while
 * nobody answers.
 */
final class VhostClient extends VhostEndpoint {

    private static final long BACK_OFF_NANOS_MIN = 2_000_000L;
    private static final long BACK_OFF_NANOS_MAX = 200_000_000L;

    private long backOffNanos = BACK_OFF_NANOS_MIN;
    private boolean waiting;
    private long retryNanos;

    VhostClient(VhostConfig config, VhostCounters counters, VringStarter starter) {
        super(config, counters, starter, "connecting to " + config.path());
    }

    @Override
    void arrive(long nowNanos) {
        if (linkUp()) {
            backOffNanos = BACK_OFF_NANOS_MIN;
        }
        if (session() != null || (waiting && nowNanos - retryNanos < 0)) {
            return;
        }
        UnixStream socket;
        try {
            socket = UnixStream.connect(config.path(), false);
        } catch (IOException e) {
            // Nobody there yet is what this loop is for.
            status("waiting for a front end: " + sentence(e));
            left(nowNanos);
            return;
        }
        waiting = false;
        begin(socket, nowNanos);
    }

    @Override
    void left(long nowNanos) {
        waiting = true;
        retryNanos = nowNanos + backOffNanos;
        backOffNanos = Math.min(2 * backOffNanos, BACK_OFF_NANOS_MAX);
    }

    @Override
    long nextDeadlineNanos() {
        return session() == null && waiting ? retryNanos : Long.MAX_VALUE;
    }
}
