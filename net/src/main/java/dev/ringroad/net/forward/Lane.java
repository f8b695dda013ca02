package dev.ringroad.net.forward;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

/**
 * One direction: out of a receive queue, into a transmit queue, with the burst in between. Whatever
 * passes is counted at its port. One thread at a time.
 */
public final class Lane {

    private final Port from;
    private final Port to;
    private final RxQueue rxQueue;
    private final TxQueue txQueue;
    private final Burst burst;
    private final Burst spare;
    private final boolean completesChecksums;

    /**
     * Joins two queues of ports that have the same owner.
     *
     * @param queue of the receiving port; the other port's is this modulo how many it has
     * @param burstPackets how many packets travel together at most
     */
    public Lane(Port from, Port to, int queue, int burstPackets) {
        this.from = from;
        this.to = to;
        NetDevice sending = to.device();
        rxQueue = from.device().rxQueue(queue);
        txQueue = sending.txQueue(queue % sending.queuePairs());
        burst = new Burst(burstPackets);
        spare = new Burst(burstPackets);
        completesChecksums =
                from.device().capabilities().receiveChecksum()
                        && !sending.capabilities().transmitChecksum();
    }

    /** Where frames come from. */
    public Port from() {
        return from;
    }

    /** Where frames go. */
    public Port to() {
        return to;
    }

    /** What was received last and not sent yet. */
    Burst burst() {
        return burst;
    }

    /** Receives into the burst, which is empty before; the answer is how many. */
    int receive() {
        int n = rxQueue.receive(burst);
        if (n > 0) {
            from.received(burst);
            if (completesChecksums) {
                completeChecksums();
            }
        }
        return n;
    }

    /** The kernel leaves checksums undone that the sending device cannot complete. */
    private void completeChecksums() {
        Burst received = burst;
        for (int i = 0; i < received.size(); i++) {
            Offload.completeChecksum(received.get(i));
        }
    }

    /** Sends the burst; what finds no room is dropped, as a switch does. */
    void send() {
        sendSome();
        int rest = burst.size();
        if (rest > 0) {
            to.drop(ForwardDrop.NOT_ACCEPTED, rest);
            burst.releaseAll();
        }
    }

    /** Sends what there is room for, and leaves the rest in the burst; the answer is how many. */
    int sendSome() {
        return to.send(txQueue, burst);
    }

    /** Receives and releases, while others wait in the burst to be sent; the answer is how many. */
    int discard() {
        Burst received = spare;
        int n = rxQueue.receive(received);
        if (n > 0) {
            from.received(received);
            received.releaseAll();
        }
        return n;
    }

    /** Drops a packet that is in the burst no longer. */
    void drop(Packet packet, ForwardDrop reason) {
        from.drop(reason, 1);
        packet.release();
    }

    /** Releases what is in the burst. */
    void close() {
        burst.releaseAll();
    }
}
