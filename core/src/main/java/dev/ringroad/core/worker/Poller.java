package dev.ringroad.core.worker;

import dev.ringroad.core.linux.PollSet;

/** Work that is done again and again by one owner, without ever blocking. */
public interface Poller {
    /**
     * Does what there is to do.
     *
     * @param nowNanos the present time on the scale of {@link System#nanoTime}
     * @return 0 when idle, more for work done
     */
    int poll(long nowNanos);

    /**
     * Says what would wake it: arms interrupts and adds descriptors. The default knows of nothing
     * and therefore has to be polled.
     *
     * @return false when work is waiting already or nothing could wake it, so that its owner must
     *     not sleep
     */
    default boolean prepareSleep(PollSet wake) {
        return false;
    }

    /**
     * Undoes {@link #prepareSleep} after the sleep; also called when another poller kept the owner
     * from sleeping.
     */
    default void wakeUp() {}

    /**
     * When it has to be polled at the latest although no descriptor is ready; {@link
     * Long#MAX_VALUE} for never.
     */
    default long nextDeadlineNanos() {
        return Long.MAX_VALUE;
    }
}
