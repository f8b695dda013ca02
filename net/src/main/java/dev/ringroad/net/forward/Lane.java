package dev.ringroad.net.forward;

import dev.ringroad.net.device.NetDevice;
import dev.ringroad.net.device.Offload;
import dev.ringroad.net.device.RxQueue;
import dev.ringroad.net.device.TxQueue;
import dev.ringroad.net.packet.Burst;
import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

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
    private final @Nullable FrameBudget budget;
    private int claimed;

    /** As the other, without a limit. */
    public Lane(Port from, Port to, int queue, int burstPackets) {
        this(from, to, queue, burstPackets, null);
    }

    /**
     * Joins two queues of ports that have the same owner.
     *
     * @param queue of the receiving port; the other port's is this modulo how many it has
     * @param burstPackets how many packets travel together at most
     * @param budget how many may pass, together with other lanes; null for no limit
     */
    public Lane(Port from, Port to, int queue, int burstPackets, @Nullable FrameBudget budget) {
        this.from = from;
        this.to = to;
        this.budget = budget;
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
        FrameBudget limit = budget;
        int n = limit == null ? rxQueue.receive(burst) : receiveClaimed(limit);
        if (n > 0) {
            from.received(burst);
            if (completesChecksums) {
                completeChecksums();
            }
        }
        return n;
    }

    private int receiveClaimed(FrameBudget limit) {
        int room = burst.room();
        int most = limit.claim(room);
        int n = 0;
        if (most == room) {
            n = rxQueue.receive(burst);
        } else if (most > 0) {
            Burst few = new Burst(most);
            n = rxQueue.receive(few);
            for (int i = 0; i < n; i++) {
                burst.add(few.get(i));
            }
        }
        limit.settle(0, most - n);
        claimed += n;
        return n;
    }

    /** How many of so many frames may be made to be sent. */
    int claim(int wanted) {
        FrameBudget limit = budget;
        if (limit == null) {
            return wanted;
        }
        int n = limit.claim(wanted);
        claimed += n;
        return n;
    }

    /** Forgets the frames that have been received: that was all. */
    void finish() {
        burst.releaseAll();
        settle(claimed, claimed);
    }

    /** Of the claimed frames so many are in hand no longer, and so many of these went through. */
    private void settle(int done, long used) {
        FrameBudget limit = budget;
        if (limit != null) {
            claimed -= done;
            limit.settle(used, done - used);
        }
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
        settle(claimed, 0);
    }

    /** Sends what there is room for, and leaves the rest in the burst; the answer is how many. */
    int sendSome() {
        if (budget == null) {
            return to.send(txQueue, burst);
        }
        long unsent = to.device().unsentPackets();
        int taken = to.send(txQueue, burst);
        settle(taken, taken - (to.device().unsentPackets() - unsent));
        return taken;
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
