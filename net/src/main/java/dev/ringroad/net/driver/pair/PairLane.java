package dev.ringroad.net.driver.pair;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.ring.SpscRing;
import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

/**
 * One direction of a pair: frames go one way, spent packets come back the other way.
 *
 * <pre>
 *   sender  -- sent: packets with frames -->  receiver copies into its own pool
 *   sender  &lt;-- spent: the same packets ----  receiver
 * </pre>
 *
 * <p>Only the sender's thread touches the sender's pool, so the pools need no locks. As a slot is
 * free only when its packet has come back, neither ring can overflow while the sender counts what
 * is under way.
 */
final class PairLane {

    final SpscRing<Packet> sent;
    final SpscRing<Packet> spent;
    final EventFd doorbell;

    private final Sleeper receiver = new Sleeper();
    private volatile boolean senderOpen = true;
    private volatile boolean receiverOpen = true;

    PairLane(int slots, EventFd doorbell) {
        this.sent = new SpscRing<>(slots);
        this.spent = new SpscRing<>(slots);
        this.doorbell = doorbell;
    }

    int slots() {
        return sent.capacity();
    }

    boolean isOpen() {
        return senderOpen && receiverOpen;
    }

    /** Sender: wakes the receiver if it sleeps, after frames have been published. */
    void wakeReceiver() {
        if (receiver.mustBeWoken()) {
            doorbell.signal();
        }
    }

    /** Receiver: says that it is going to sleep; false when frames wait or none can come. */
    boolean fallAsleep() {
        receiver.fallAsleep();
        return sent.isEmpty();
    }

    /** Receiver: is awake again. */
    void awake() {
        receiver.awake();
        doorbell.drain();
    }

    /** Sender: will send no more. What it has sent may still be received. */
    void closeSender() {
        senderOpen = false;
        wakeReceiver();
    }

    /** Receiver: will take nothing more out of the ring, nor put anything into the other. */
    void closeReceiver() {
        receiverOpen = false;
    }

    /**
     * Sender: takes what the receiver has not taken and never will; nothing while the receiver is
     * open. The volatile flag hands the consumer's end of the ring over.
     */
    int releaseUnreceived() {
        return receiverOpen ? 0 : releaseAll(sent);
    }

    static int releaseAll(SpscRing<Packet> ring) {
        int n = 0;
        @Nullable Packet packet = ring.poll();
        while (packet != null) {
            packet.release();
            n++;
            packet = ring.poll();
        }
        return n;
    }
}
