package dev.ringroad.core.ring;

/**
 * How the threads of one side of a ring, its producers or its consumers, keep out of each other's
 * way. The two sides of a ring are chosen apart.
 *
 * <p>In every mode but {@link #SINGLE} a thread claims slots, fills or empties them, and publishes
 * them. A thread that is preempted between claim and publication holds others up; the modes differ
 * in whom. None of them blocks in the kernel.
 */
public enum SyncMode {
    /** One thread at a time, by the caller's own arrangement. It never waits for anybody. */
    SINGLE(0),

    /**
     * Any number of threads, publishing in the order of their claims: each waits until all before
     * it have published. The quickest of the three while every thread has a processor of its own.
     */
    MULTI(1),

    /**
     * Any number of threads, and the last one to finish publishes for all: nobody waits for a
     * preempted neighbour until claims run ahead of the publication by an eighth of the capacity.
     * Two compare-and-set operations a call instead of one.
     */
    RELAXED_TAIL_SYNC(2),

    /**
     * Any number of threads, one after the other: whoever claims has the side for itself until it
     * publishes. Fair to the preempted, and the only shared mode in which slots can be reserved or
     * looked at in place.
     */
    HEAD_TAIL_SYNC(3);

    private final int code;

    SyncMode(int code) {
        this.code = code;
    }

    /** Whether slots can be reserved, filled in place and committed. */
    public boolean canReserve() {
        return this == SINGLE || this == HEAD_TAIL_SYNC;
    }

    /** The number that stands for it in shared memory. */
    int code() {
        return code;
    }

    /** The mode with this number; refuses numbers that stand for none. */
    static SyncMode ofCode(int code) {
        for (SyncMode mode : values()) {
            if (mode.code == code) {
                return mode;
            }
        }
        throw new IllegalArgumentException("No mode of rings has the number " + code);
    }
}
