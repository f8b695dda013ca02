package dev.ringroad.net.device;

import dev.ringroad.net.packet.Burst;

/** Where frames go into a device. One owner thread at a time. */
public interface TxQueue {

    /**
     * Takes frames from the front of a burst, as many as there is room for, and gives packets back
     * that have been sent meanwhile.
     *
     * <p>What is taken leaves the burst: its reference is the queue's, which releases it when the
     * frame is sent. The rest stays the caller's. A frame that can never be sent is taken as well,
     * and dropped under its {@link DeviceDrop}: it is too long or too short, or the link is down.
     * An empty burst only gives back what has been sent.
     *
     * @return how many were taken
     */
    int transmit(Burst from);
}
