package dev.ringroad.bench.rings;

/** The calls on a ring that are measured, in loops of their own, as the peer's test has them. */
interface RingLoad {
    /** Puts in and takes out again, in one thread; a size of 1 by the calls for one element. */
    void offerAndPoll(int calls, int size);

    /** Puts in bulks, trying again while there is no room. */
    void offer(int calls, int size);

    /** Takes out bulks, trying again while there is none. */
    void poll(int calls, int size);
}
