package dev.ringroad.nvme.volume;

import java.util.concurrent.locks.LockSupport;

/** Waits for others without a signal: spins, then sleeps a little longer each time. */
final class Backoff {
    private static final int SPINS = 200;
    private static final long NANOS_MAX = 200_000;

    private int idle;

    /** Called when there was something to do. */
    void reset() {
        idle = 0;
    }

    /** Called when there was not. */
    void idle() {
        idle++;
        if (idle < SPINS) {
            Thread.onSpinWait();
        } else {
            LockSupport.parkNanos(Math.min(NANOS_MAX, (idle - SPINS + 1) * 1_000L));
        }
    }
}
