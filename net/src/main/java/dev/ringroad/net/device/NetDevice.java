package dev.ringroad.net.device;

import dev.ringroad.core.linux.PollSet;
import dev.ringroad.net.packet.PacketPool;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Something that frames come out of and go into: an adapter, a shared-memory ring, a TAP.
 *
 * <p>One owner thread at a time, for the device, its queues and its pool together. No method
 * blocks; after it was opened, no method but {@link #close} throws, whatever the peer does: what
 * goes wrong is counted under a {@link DeviceDrop}.
 *
 * <p>To sleep, an owner calls {@link #prepareSleep}, waits on the descriptors if that answered
 * true, and calls {@link #wakeUp} in either case. No frame is overlooked: one that comes before the
 * call makes it answer false, one that comes after makes a descriptor readable.
 */
public interface NetDevice extends AutoCloseable {

    /** What the device is called in counters and messages. */
    String name();

    /** The address that frames for it bear. */
    MacAddress macAddress();

    /** The longest packet that fits into a frame, in bytes, without the Ethernet header. */
    int mtu();

    /** Whether frames can get to the other side; it may change in {@link #service}. */
    boolean linkUp();

    /** Why the link is not up, in words for people; empty while it is, or when nobody knows. */
    default String linkTrouble() {
        return "";
    }

    /** What the device does for its owner. */
    Capabilities capabilities();

    /** Where received packets come from; packets of this pool are the cheapest to transmit. */
    PacketPool pool();

    /** How many receive queues there are, and transmit queues. */
    int queuePairs();

    /** A receive queue, from 0. */
    RxQueue rxQueue(int i);

    /** A transmit queue, from 0. */
    TxQueue txQueue(int i);

    /**
     * Does what is not for the hot path: accepting, shaking hands, connecting again. The owner
     * calls it about every millisecond and after each sleep.
     *
     * @param nowNanos the present on the scale of {@link System#nanoTime()}
     */
    void service(long nowNanos);

    /**
     * When {@link #service} or the queues have to be called at the latest although nothing came in,
     * {@link Long#MAX_VALUE} for never.
     */
    default long nextDeadlineNanos() {
        return Long.MAX_VALUE;
    }

    /**
     * Arms interrupts and adds the descriptors that wake the owner.
     *
     * @return false when frames wait already, so that the owner must not sleep
     */
    boolean prepareSleep(PollSet wake);

    /** Ends what {@link #prepareSleep} began: interrupts are off again. */
    void wakeUp();

    /**
     * Whether nothing will ever be received again, as of a file that was read to its end. A peer
     * that has left may come back, so most devices never are.
     */
    default boolean exhausted() {
        return false;
    }

    /** How often something was dropped, or had to wait, for a reason. */
    long dropped(DeviceDrop reason);

    /**
     * How often something was dropped, or went wrong, by the name of the reason, those of the
     * driver's own included. Any thread may ask.
     */
    default Map<String, Long> drops() {
        Map<String, Long> drops = new LinkedHashMap<>();
        for (DeviceDrop reason : DeviceDrop.values()) {
            drops.put(reason.counterName(), dropped(reason));
        }
        return drops;
    }

    /**
     * How many frames the transmit queues have taken and then dropped, at once or later, so that
     * what they took less these is what was handed to the other side. Any thread may ask.
     */
    default long unsentPackets() {
        return 0;
    }

    /** Bytes of these frames. */
    default long unsentBytes() {
        return 0;
    }

    /**
     * Takes the link down, releases what the queues hold and frees everything. Packets of the pool
     * must be back by then, see {@link PacketPool#close}.
     */
    @Override
    void close();
}
