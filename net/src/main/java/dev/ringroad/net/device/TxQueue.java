package dev.ringroad.net.device;

import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

/** Where frames go into a device. One owner thread at a time. */
public interface TxQueue {

    /**
     * Takes frames from the front of a burst, as many as there is room for, and gives packets back
     * that have been sent meanwhile.
     *
     * <p>A chained packet (see {@link Packet#chain}) is one frame: every queue sends all its bytes.
     * A queue that copies does so part after part; one that hands its own pool's packets to a
     * device does that with each part if the device can gather them, and else copies the frame into
     * one packet of its pool. The bounds are those of any frame, by {@link Packet#totalLength}: too
     * long for the device is {@link DeviceDrop#OVERSIZE}. Parts may be empty, lie in any pool, and
     * be shared with other frames; the queue changes none of them but where the first packet
     * requests a checksum.
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
