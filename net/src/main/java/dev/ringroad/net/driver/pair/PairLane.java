package dev.ringroad.net.driver.pair;

import dev.ringroad.core.linux.EventFd;
import dev.ringroad.core.ring.SpscRing;
import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

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
 *
 * <p>Sleeping is Dekker's protocol: the receiver says that it sleeps and then looks for frames, the
 * sender publishes frames and then looks for a sleeper, each with a full fence between; so at least
 * one of them sees the other.
 */
final class PairLane {

    private static final VarHandle ASLEEP;

    static {
        try {
            ASLEEP =
                    MethodHandles.lookup()
                            .findVarHandle(PairLane.class, "receiverAsleep", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final SpscRing<Packet> sent;
    final SpscRing<Packet> spent;
    final EventFd doorbell;

    private volatile boolean receiverAsleep;
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
        VarHandle.fullFence();
        if (receiverAsleep && ASLEEP.compareAndSet(this, true, false)) {
            doorbell.signal();
        }
    }

    /** Receiver: says that it is going to sleep; false when frames wait or none can come. */
    boolean fallAsleep() {
        receiverAsleep = true;
        VarHandle.fullFence();
        return sent.isEmpty();
    }

    /** Receiver: is awake again. */
    void awake() {
        receiverAsleep = false;
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
