package dev.ringroad.net.forward;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How many frames may go through all lanes together. A lane claims before it takes frames in hand,
 * and gives back what did not go through in the end, so that the limit is met exactly however many
 * workers there are.
 */
public final class FrameBudget {

    private final AtomicLong left;
    private final AtomicLong toUse;

    /**
     * Allows so many frames.
     *
     * @param frames at least 1
     */
    public FrameBudget(long frames) {
        left = new AtomicLong(frames);
        toUse = new AtomicLong(frames);
    }

    /** Claims frames, as many as are left at most; the answer is how many. */
    int claim(int wanted) {
        while (true) {
            long before = left.get();
            int n = (int) Math.min(before, wanted);
            if (left.compareAndSet(before, before - n)) {
                return n;
            }
        }
    }

    /**
     * Settles claims.
     *
     * @param used of them, those that went through
     * @param unused of them, those that others may claim
     */
    void settle(long used, long unused) {
        left.addAndGet(unused);
        toUse.addAndGet(-used);
    }

    /** Whether all have gone through; any thread may ask. */
    public boolean isUsedUp() {
        return toUse.get() <= 0;
    }
}
