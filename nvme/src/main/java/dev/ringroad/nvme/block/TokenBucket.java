package dev.ringroad.nvme.block;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How much may pass in a second, kept as the time at which all that has passed would have passed at
 * that rate: what is ahead of the clock is debt, and more than the burst of it makes the next one
 * wait. Threads share it without a lock.
 */
final class TokenBucket {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final VarHandle PAID_NANOS;

    static {
        try {
            PAID_NANOS =
                    MethodHandles.lookup()
                            .findVarHandle(TokenBucket.class, "paidNanos", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final double nanosPerToken;
    private final long burstNanos;
    private volatile long paidNanos;
    private volatile boolean begun;

    /**
     * @param perSecond how many, at least 1
     * @param burstNanos how long nothing may have passed for it to be made up for at once
     */
    TokenBucket(long perSecond, long burstNanos) {
        this.nanosPerToken = NANOS_PER_SECOND / perSecond;
        this.burstNanos = burstNanos;
    }

    /** From when on the next one may pass, however large it is; the past when it may at once. */
    long readyNanos() {
        return begun ? paidNanos - burstNanos : Long.MIN_VALUE;
    }

    /** Whether the next one may pass. */
    boolean isReady(long nowNanos) {
        return !begun || paidNanos - burstNanos - nowNanos <= 0;
    }

    /** Pays for what passes. Two threads at once may both pass, and the next one waits for both. */
    void take(long tokens, long nowNanos) {
        long price = (long) Math.min(Long.MAX_VALUE >> 2, tokens * nanosPerToken);
        while (true) {
            boolean fresh = !begun;
            long before = paidNanos;
            long from = fresh || before - nowNanos < 0 ? nowNanos : before;
            if (PAID_NANOS.compareAndSet(this, before, from + price)) {
                begun = true;
                return;
            }
        }
    }
}
