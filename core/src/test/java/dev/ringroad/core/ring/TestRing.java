package dev.ringroad.core.ring;

/** What all rings can do, for longs; -1 stands for nothing. */
interface TestRing {
    boolean offer(long element);

    /** All of {@code first, first + 1, ...} or nothing. */
    boolean offerBulk(long first, int count);

    int offerBurst(long first, int count);

    long poll();

    /** What was taken, all or none. */
    long[] pollBulk(int count);

    long[] pollBurst(int limit);

    boolean reserveBulk(int count);

    int reserveBurst(int limit);

    void setReserved(int index, long element);

    void commit(int count);

    boolean peekBulk(int count);

    int peekBurst(int limit);

    long peeked(int index);

    void release(int count);

    int count();

    int free();

    boolean isAboveWatermark();
}
