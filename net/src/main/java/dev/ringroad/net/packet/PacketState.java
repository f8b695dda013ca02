package dev.ringroad.net.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The word of a packet that says how it is held and what is asked of the device. It is one word so
 * that a release finds with one comparison that there is nothing to think about: that of a packet
 * in its pool, and of most on their way, is 1.
 *
 * <pre>
 *   31 30     28 27     26      25         24     23                    0
 *  +--+---------+---------+----------+----------+------------------------+
 *  | 0|  flags  | segmen- | between  | chained  |  references            |
 *  |  |         | tation  | threads  |          |                        |
 *  +--+---------+---------+----------+----------+------------------------+
 * </pre>
 */
abstract sealed class PacketState permits Packet {

    /** Received: the transport checksum is known to be right, or the path makes one needless. */
    public static final int CHECKSUM_VERIFIED = 1;

    /** To transmit: the device has to complete the checksum, see {@link Packet#requestChecksum}. */
    public static final int CHECKSUM_REQUESTED = 1 << 1;

    /** Free for the present owner, as the token is; unlike that it is off in each new packet. */
    public static final int MARKED = 1 << 2;

    /** {@link #segmentation()} of a packet that goes out as it is. */
    public static final int SEGMENT_NONE = 0;

    /** {@link #segmentation()} of a TCP segment over IPv4 that the device cuts. */
    public static final int SEGMENT_TCP4 = 1;

    /** {@link #segmentation()} of a TCP segment over IPv6 that the device cuts. */
    public static final int SEGMENT_TCP6 = 2;

    /** One reference and nothing else. */
    static final int PLAIN = 1;

    /** Of a packet in its pool, where that is watched: no reference, so that each use is seen. */
    private static final int WATCHED = 0;

    private static final int REFERENCES_MASK = (1 << 24) - 1;
    private static final int CHAINED = 1 << 24;
    private static final int BETWEEN_THREADS = 1 << 25;
    private static final int HOLD_MASK = REFERENCES_MASK | CHAINED | BETWEEN_THREADS;
    private static final int SEGMENTATION_SHIFT = 26;
    private static final int SEGMENTATION_MASK = 3 << SEGMENTATION_SHIFT;
    private static final int FLAGS_SHIFT = 28;
    private static final int FLAGS_MASK = 7 << FLAGS_SHIFT;
    private static final int COPIED_MASK =
            SEGMENTATION_MASK | ((CHECKSUM_VERIFIED | CHECKSUM_REQUESTED) << FLAGS_SHIFT);

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(PacketState.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int state = PacketPool.CHECKED ? WATCHED : PLAIN;

    /** Means something only while {@link #segmentation()} is asked for. */
    private int segmentBytes;

    /** The flags {@link #CHECKSUM_VERIFIED}, {@link #CHECKSUM_REQUESTED} and {@link #MARKED}. */
    public final int flags() {
        return state >>> FLAGS_SHIFT;
    }

    /** Whether all flags of the mask are set. */
    public final boolean has(int mask) {
        int bits = mask << FLAGS_SHIFT;
        return (state & bits) == bits;
    }

    /** Sets the flags of the mask, leaves the others. */
    public final void setFlags(int mask) {
        state |= (mask << FLAGS_SHIFT) & FLAGS_MASK;
    }

    /** Clears the flags of the mask, leaves the others. */
    public final void clearFlags(int mask) {
        state &= ~((mask << FLAGS_SHIFT) & FLAGS_MASK);
    }

    /** Asks the device to cut this packet into pieces, as its capabilities say it can. */
    public final void requestSegmentation(int type, int bytesEach) {
        int bits = (type << SEGMENTATION_SHIFT) & SEGMENTATION_MASK;
        state = (state & ~SEGMENTATION_MASK) | bits;
        segmentBytes = bytesEach;
    }

    /** How the device has to cut this packet; {@link #SEGMENT_NONE} mostly. */
    public final int segmentation() {
        return (state & SEGMENTATION_MASK) >>> SEGMENTATION_SHIFT;
    }

    /**
     * How many payload bytes each piece gets when the device cuts the packet; 0 when it doesn't.
     */
    public final int segmentBytes() {
        return (state & SEGMENTATION_MASK) == 0 ? 0 : segmentBytes;
    }

    /**
     * How many references there are. Of a packet in its pool it is 0 in checked mode, and 1, as for
     * the next to come, otherwise.
     */
    public final int references() {
        return state & REFERENCES_MASK;
    }

    final boolean isLive() {
        return references() != 0;
    }

    /** Whether this thread has all there is of the packet, and no other can come to it. */
    final boolean isUnshared() {
        return (state & (REFERENCES_MASK | BETWEEN_THREADS)) == 1;
    }

    final boolean isPlain() {
        return state == PLAIN;
    }

    /** Whether a release is the packet's end, and concerns no other; it is plain thereafter. */
    final boolean endsAlone() {
        if ((state & HOLD_MASK) != 1) {
            return false;
        }
        state = PLAIN;
        return true;
    }

    /** No references but the next owner's, no requests. */
    final void makePlain() {
        state = PLAIN;
    }

    /** In checked mode nobody may touch the packet until it is plain again. */
    final void watch() {
        state = WATCHED;
    }

    final void clearRequests() {
        state &= HOLD_MASK;
    }

    final void copyRequests(PacketState other) {
        state = (state & HOLD_MASK) | (other.state & COPIED_MASK);
        segmentBytes = other.segmentBytes;
    }

    final void setChained() {
        state |= CHAINED;
    }

    final void clearChained() {
        state &= ~CHAINED;
    }

    final void countBetweenThreads() {
        state |= BETWEEN_THREADS;
    }

    final void addReference() {
        if ((state & BETWEEN_THREADS) == 0) {
            state++;
        } else {
            STATE.getAndAdd(this, 1);
        }
    }

    /** Whether that was the last. */
    final boolean dropReference() {
        int before = state;
        if ((before & BETWEEN_THREADS) != 0) {
            return dropReferenceBetweenThreads();
        }
        state = before - 1;
        return (before & REFERENCES_MASK) == 1;
    }

    private boolean dropReferenceBetweenThreads() {
        // Who has the only reference left needs no locked instruction; acquire and release order
        // what the others have read before the buffer's next use.
        return isLast((int) STATE.getAcquire(this)) || isLast((int) STATE.getAndAdd(this, -1));
    }

    private static boolean isLast(int before) {
        return (before & REFERENCES_MASK) == 1;
    }
}
