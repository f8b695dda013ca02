package dev.ringroad.net.driver.memif;

import dev.ringroad.net.device.TxQueue;

/** What the device does with either kind of transmit queue, off the hot path. */
sealed interface MemifTxQueue extends TxQueue permits MemifCopyTxQueue, MemifZeroCopyTxQueue {

    /** Takes the link's transmit ring into use. */
    void attach(MemifLink link);

    /** Lets go of the link and of packets that wait in its ring. */
    void detach();

    /** Takes back packets that the peer is done with. */
    void reclaim();
}
