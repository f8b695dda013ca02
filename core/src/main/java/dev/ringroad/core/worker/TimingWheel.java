package dev.ringroad.core.worker;

import org.jspecify.annotations.Nullable;

/**
 * Timers in hierarchical wheels: scheduling and cancelling in constant time, without allocation.
 *
 * <p>Time is cut into ticks of a power of two nanoseconds, and a tick's number into digits of six
 * bits. Level {@code l} has one slot for each value of digit {@code l}. A timer hangs in the level
 * of the highest digit in which its tick differs from the current one, in the slot of its own digit
 * there:
 *
 * <pre>
 *   current   … 000010 010111 000101
 *   fires at  … 000010 011001 110000      highest difference: digit 1, so level 1, slot 011001
 * </pre>
 *
 * All timers of a level therefore lie ahead of the current digit, without wrapping around, and
 * before those of every higher level: the next event is the lowest bit of the lowest level's
 * occupancy word. When time reaches a slot of a higher level its timers move down; each moves at
 * most once a level.
 *
 * <p>A timer fires at the first {@link #expire} whose time has reached its deadline rounded up to a
 * whole tick: never early, late by less than a tick and by whatever the caller is late. One owner
 * thread at a time. Time is an argument and must not run backwards; a smaller time than before
 * counts as the same.
 *
 * <p>Rejected: a binary heap (logarithmic, and a cancel must find its entry), and one flat wheel
 * with rounds (a connection's two-hour keep-alive would be looked at every turn).
 */
public final class TimingWheel {
    private static final int DIGIT_BITS = 6;
    private static final int SLOTS = 1 << DIGIT_BITS;
    private static final long NEVER = Long.MAX_VALUE;

    /**
     * How many timers of a far slot are looked at for the exact next deadline before its start is
     * good enough.
     */
    private static final int SCAN_MAX = 16;

    private final long startNanos;
    private final int tickShift;
    private final long lastTick;
    private final @Nullable Timer[] slots;

    /** One bit for each slot of a level that holds timers. */
    private final long[] occupied;

    /** One bit for each level that holds timers. */
    private long levels;

    private long currentTick;

    /**
     * Timers may not be put at an earlier tick: the current one, or the next one while timers are
     * being fired.
     */
    private long floorTick;

    /** The earliest start of an occupied slot or earlier; {@link #NEVER} when empty. */
    private long nextEventTick = NEVER;

    /** The tick behind {@link #nextDeadlineNanos}; wrong when {@link #nextIsStale}. */
    private long nextFireTick = NEVER;

    private boolean nextIsStale;
    private int size;

    /**
     * @param tickNanos the resolution; rounded up to a power of two, see {@link #tickNanos}
     * @param startNanos the present time
     */
    public TimingWheel(long tickNanos, long startNanos) {
        if (tickNanos < 1 || tickNanos > 1L << 40) {
            throw new IllegalArgumentException(
                    "A tick has 1 to 2^40 nanoseconds, not " + tickNanos);
        }
        this.startNanos = startNanos;
        tickShift = Long.SIZE - Long.numberOfLeadingZeros(tickNanos - 1);
        lastTick = Long.MAX_VALUE >>> tickShift;
        int levelCount =
                (Long.SIZE - Long.numberOfLeadingZeros(lastTick) + DIGIT_BITS - 1) / DIGIT_BITS;
        slots = new @Nullable Timer[levelCount * SLOTS];
        occupied = new long[levelCount];
    }

    /** The resolution in nanoseconds. */
    public long tickNanos() {
        return 1L << tickShift;
    }

    /** How many timers are scheduled. */
    public int size() {
        return size;
    }

    /**
     * Schedules a timer, or moves one that is scheduled already. A deadline that has passed fires
     * at the next {@link #expire}, but never inside the one that is running.
     */
    public void schedule(Timer timer, long deadlineNanos) {
        long tick = Math.max(fireTickOf(deadlineNanos), floorTick);
        timer.deadlineNanos = deadlineNanos;
        int index = slotIndexOf(tick);
        if (timer.slotIndex == index) {
            move(timer, tick);
            return;
        }
        cancel(timer);
        timer.fireTick = tick;
        link(timer, index);
        size++;
        if (tick < nextFireTick) {
            nextFireTick = tick;
            nextIsStale = false;
        }
    }

    // A retransmission timer is pushed on with every acknowledgement and mostly stays in its slot.
    private void move(Timer timer, long tick) {
        if (tick < nextFireTick) {
            nextFireTick = tick;
            nextIsStale = false;
        } else if (timer.fireTick == nextFireTick && tick != timer.fireTick) {
            nextIsStale = true;
        }
        timer.fireTick = tick;
    }

    /** Takes a timer out; does nothing when it is not scheduled. */
    public void cancel(Timer timer) {
        if (timer.slotIndex == Timer.UNSCHEDULED) {
            return;
        }
        int index = timer.slotIndex;
        unlink(timer);
        size--;
        if (timer.fireTick == nextFireTick || slots[index] == null) {
            nextIsStale = true;
        }
    }

    /**
     * Fires every timer that is due.
     *
     * @return how many were fired
     */
    public int expire(long nowNanos) {
        long nowTick = Math.max((nowNanos - startNanos) >> tickShift, currentTick);
        if (nowTick < nextEventTick) {
            currentTick = nowTick;
            floorTick = nowTick;
            return 0;
        }
        return expireSlots(nowNanos, nowTick);
    }

    private int expireSlots(long nowNanos, long nowTick) {
        int fired = 0;
        floorTick = nowTick + 1;
        try {
            long event = earliestSlotTick();
            while (event <= nowTick) {
                currentTick = event;
                int level = Long.numberOfTrailingZeros(levels);
                int index = level * SLOTS + Long.numberOfTrailingZeros(occupied[level]);
                fired += level == 0 ? fire(index, nowNanos) : moveDown(index);
                event = earliestSlotTick();
            }
        } finally {
            nextEventTick = earliestSlotTick();
            // When a timer has thrown, others of its tick still wait, and the next call goes on
            // from there.
            if (nextEventTick > nowTick) {
                currentTick = nowTick;
            }
            floorTick = currentTick;
            nextIsStale = true;
        }
        return fired;
    }

    // Taken one by one from the front, so that a timer may cancel any other of the same slot. None
    // is added to this
    // slot meanwhile: whatever is scheduled now lies behind the present tick and so in another
    // slot.
    private int fire(int index, long nowNanos) {
        int fired = 0;
        for (Timer timer = slots[index]; timer != null; timer = slots[index]) {
            unlink(timer);
            size--;
            fired++;
            timer.expired(nowNanos);
        }
        return fired;
    }

    private int moveDown(int index) {
        for (Timer timer = slots[index]; timer != null; timer = slots[index]) {
            unlink(timer);
            link(timer, slotIndexOf(timer.fireTick));
        }
        return 0;
    }

    /**
     * When {@link #expire} should be called next, or {@link Long#MAX_VALUE} when nothing is
     * scheduled. Called then, it fires the earliest timer or, when many timers lie far ahead, moves
     * them nearer; it is never later than the moment at which a timer can fire.
     */
    public long nextDeadlineNanos() {
        if (nextIsStale) {
            nextFireTick = size == 0 ? NEVER : earliestFireTick();
            nextIsStale = false;
        }
        long tick = nextFireTick;
        if (tick == NEVER) {
            return NEVER;
        }
        long nanos = startNanos + (tick << tickShift);
        return nanos < startNanos ? NEVER : nanos;
    }

    private long earliestFireTick() {
        long slotTick = earliestSlotTick();
        int level = Long.numberOfTrailingZeros(levels);
        if (level == 0) {
            return slotTick;
        }
        Timer timer = slots[level * SLOTS + Long.numberOfTrailingZeros(occupied[level])];
        long earliest = NEVER;
        for (int i = 0; timer != null; i++) {
            if (i == SCAN_MAX) {
                return slotTick;
            }
            earliest = Math.min(earliest, timer.fireTick);
            timer = timer.next;
        }
        return earliest;
    }

    /** The first tick of the earliest occupied slot, or {@link #NEVER}. */
    private long earliestSlotTick() {
        if (levels == 0) {
            return NEVER;
        }
        int level = Long.numberOfTrailingZeros(levels);
        long digit = Long.numberOfTrailingZeros(occupied[level]);
        int shift = level * DIGIT_BITS;
        // Two shifts, because one by all 64 bits would be one by none.
        long above = currentTick >>> shift >>> DIGIT_BITS << DIGIT_BITS;
        return (above | digit) << shift;
    }

    private long fireTickOf(long deadlineNanos) {
        long delay = deadlineNanos - startNanos;
        if (delay < 0) {
            boolean overflowed = deadlineNanos > startNanos;
            return overflowed ? lastTick : 0;
        }
        long tick = delay >>> tickShift;
        return tick << tickShift == delay || tick == lastTick ? tick : tick + 1;
    }

    private int slotIndexOf(long tick) {
        long difference = tick ^ currentTick;
        int level =
                difference == 0
                        ? 0
                        : (Long.SIZE - 1 - Long.numberOfLeadingZeros(difference)) / DIGIT_BITS;
        long digit = (tick >>> (level * DIGIT_BITS)) & (SLOTS - 1);
        return level * SLOTS + (int) digit;
    }

    private void link(Timer timer, int index) {
        Timer first = slots[index];
        timer.slotIndex = index;
        timer.previous = null;
        timer.next = first;
        if (first != null) {
            first.previous = timer;
        }
        slots[index] = timer;
        int level = index / SLOTS;
        // Java shifts by the lowest six bits of the index, which are the slot within the level.
        occupied[level] |= 1L << index;
        levels |= 1L << level;
        int shift = level * DIGIT_BITS;
        nextEventTick = Math.min(nextEventTick, timer.fireTick >>> shift << shift);
    }

    private void unlink(Timer timer) {
        Timer before = timer.previous;
        Timer after = timer.next;
        int index = timer.slotIndex;
        if (after != null) {
            after.previous = before;
        }
        if (before != null) {
            before.next = after;
        } else {
            slots[index] = after;
            if (after == null) {
                clearOccupied(index);
            }
        }
        timer.next = null;
        timer.previous = null;
        timer.slotIndex = Timer.UNSCHEDULED;
    }

    private void clearOccupied(int index) {
        int level = index / SLOTS;
        long word = occupied[level] & ~(1L << index);
        occupied[level] = word;
        if (word == 0) {
            levels &= ~(1L << level);
        }
    }
}
