package dev.ringroad.net.driver.memif;

import dev.ringroad.net.device.RxQueue;

/** What the device does with either kind of receive queue, off the hot path. */
sealed interface MemifRxQueue extends RxQueue permits MemifCopyRxQueue, MemifZeroCopyRxQueue {

    /** Takes the link's receive ring into use. */
    void attach(MemifLink link);

    /** Lets go of the link; touches none of its memory afterwards. */
    void detach();

    /** Whether a call of receive would find something to do. */
    boolean hasWork();

    /**
     * Whether the pool is what this end waits for: the peer is about to lack buffers, or there is
     * no packet to copy a frame into. The peer can then say nothing that would wake this end.
     */
    boolean isStarved();
}
