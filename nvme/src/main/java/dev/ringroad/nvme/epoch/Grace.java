package dev.ringroad.nvme.epoch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * Tells when every I/O is done that may have looked up what has been taken away meanwhile.
 *
 * <p>Epochs, as in Fraser's "Practical lock-freedom" (2004), section 5.2.3: each channel counts its
 * I/Os by the epoch in which they began, in two counts, one for even epochs and one for odd ones.
 * The epoch advances from n to n + 1 when no I/O of n - 1 is left. What was taken away in epoch n
 * is out of everybody's hands in epoch n + 2.
 *
 * <p>Any thread may ask; a slot is used by one thread at a time. No I/O waits for anybody.
 */
public final class Grace {
    private static final VarHandle EPOCH;

    static {
        try {
            EPOCH = MethodHandles.lookup().findVarHandle(Grace.class, "epoch", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long epoch = 2;
    private volatile Slot[] slots = {};

    /** Without slots. */
    public Grace() {}

    /** A channel's counts, in a cache line that no other channel writes. */
    public static final class Slot {
        private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(int[].class);
        private static final int INTS_OF_LINES = 32;

        private final Grace grace;
        private final int[] counts = new int[3 * INTS_OF_LINES];

        private Slot(Grace grace) {
            this.grace = grace;
        }

        /**
         * To be called before a map is looked up, by the channel's thread.
         *
         * @return for {@link #exit}
         */
        public int enter() {
            while (true) {
                long now = grace.epoch;
                int side = INTS_OF_LINES + ((int) now & 1);
                int count = counts[side];
                if (count > 0) {
                    // Since that one was announced, the epoch cannot have gone by two.
                    counts[side] = count + 1;
                    return side;
                }
                COUNT.setOpaque(counts, side, 1);
                // The announcement before the look-ups: pairs with the fence in tryAdvance.
                VarHandle.fullFence();
                if (grace.epoch == now) {
                    return side;
                }
                COUNT.setRelease(counts, side, 0);
            }
        }

        /**
         * To be called when the I/O is done.
         *
         * @param side what {@link #enter} returned
         */
        public void exit(int side) {
            COUNT.setRelease(counts, side, counts[side] - 1);
        }

        private boolean isIdle(int parity) {
            return (int) COUNT.getAcquire(counts, INTS_OF_LINES + parity) == 0;
        }
    }

    /** For a new channel. */
    public synchronized Slot register() {
        Slot slot = new Slot(this);
        Slot[] more = Arrays.copyOf(slots, slots.length + 1);
        more[slots.length] = slot;
        slots = more;
        return slot;
    }

    /** For a channel that is closed, with nothing under way. */
    public synchronized void unregister(Slot slot) {
        slots = Arrays.stream(slots).filter(other -> other != slot).toArray(Slot[]::new);
    }

    /** The present one; to be asked after the change, for {@link #isOver}. */
    public long epoch() {
        return epoch;
    }

    /** Whether all I/Os are done that were under way when the epoch was that. */
    public boolean isOver(long since) {
        while (epoch < since + 2) {
            if (!tryAdvance()) {
                return false;
            }
        }
        return true;
    }

    private synchronized boolean tryAdvance() {
        long now = epoch;
        // What was taken away before the look at the counts.
        VarHandle.fullFence();
        for (Slot slot : slots) {
            if (!slot.isIdle((int) (now + 1) & 1)) {
                return false;
            }
        }
        EPOCH.setVolatile(this, now + 1);
        return true;
    }
}
