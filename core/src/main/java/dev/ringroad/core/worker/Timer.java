package dev.ringroad.core.worker;

import org.jspecify.annotations.Nullable;

/**
 * Something that happens later. A timer is its own list node, so that scheduling allocates nothing;
 * it belongs to one {@link TimingWheel} at a time and is used by that wheel's owner only.
 */
public abstract class Timer {
    static final int UNSCHEDULED = -1;

    @Nullable Timer next;
    @Nullable Timer previous;

    /** Index of the slot whose list holds it, or {@link #UNSCHEDULED}. */
    int slotIndex = UNSCHEDULED;

    /** The tick at which it fires. */
    long fireTick;

    long deadlineNanos;

    /** For subclasses. */
    protected Timer() {}

    /**
     * Called once for each scheduling, at or after the deadline, by the thread that calls {@link
     * TimingWheel#expire}. The timer is no longer scheduled then; it may schedule itself or others
     * again and cancel any.
     */
    protected abstract void expired(long nowNanos);

    /** Whether it waits in a wheel. */
    public final boolean isScheduled() {
        return slotIndex != UNSCHEDULED;
    }

    /**
     * The deadline it was last scheduled for, in nanoseconds on the scale of {@link
     * System#nanoTime}.
     */
    public final long deadlineNanos() {
        return deadlineNanos;
    }
}
