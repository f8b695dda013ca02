package dev.ringroad.net.driver.afpacket;

import dev.ringroad.net.device.RxQueue;

/** A receive queue that knows whether it may be slept on. */
interface AfPacketRxQueue extends RxQueue {

    /** Whether a frame waits. */
    boolean isReadable();
}
