package dev.ringroad.stack.neighbour;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.net.packet.Packet;

import org.jspecify.annotations.Nullable;

/**
 * One neighbour on the link: its hardware address, how far that can be trusted, and the packets
 * that wait for it. The states are those of RFC 4861 section 7.3.2, used for ARP as well, where RFC
 * 1122 section 2.3.2.1 only asks that outdated entries be flushed:
 *
 * <pre>
 *   INCOMPLETE --answer--&gt; REACHABLE --30 s--&gt; STALE --a packet is sent--&gt; DELAY --5 s--&gt; PROBE
 *       |                      ^                                            |           |
 *       | no answer            +------------- answer, or upper layer's word +-----------+
 *       v                                                                               | no answer
 *     DEAD  &lt;---------------------------------------------------------------------------+
 * </pre>
 *
 * <p>Routes keep a neighbour and look at {@link #isReachable()} and {@link #hardware()} for every
 * packet; a dead one has left the cache and must be looked up again.
 */
public final class Neighbour extends Timer {
    static final int INCOMPLETE = 0;
    static final int REACHABLE = 1;
    static final int STALE = 2;
    static final int DELAY = 3;
    static final int PROBE = 4;
    static final int DEAD = 5;

    private static final Packet[] NONE = new Packet[0];

    final long addressHigh;
    final long addressLow;
    int state;
    long hardware;
    int requests;
    long confirmedNanos;
    long usedNanos;
    Packet[] pending = NONE;
    int pendingCount;
    @Nullable Neighbour next;

    private final @Nullable NeighbourCache cache;

    Neighbour(NeighbourCache cache, long addressHigh, long addressLow) {
        this.cache = cache;
        this.addressHigh = addressHigh;
        this.addressLow = addressLow;
        this.state = INCOMPLETE;
    }

    private Neighbour(long hardware) {
        this.cache = null;
        this.addressHigh = 0;
        this.addressLow = 0;
        this.state = REACHABLE;
        this.hardware = hardware;
    }

    /**
     * A neighbour that needs no discovery: the hardware address of a multicast group, of all, or of
     * ourselves.
     */
    public static Neighbour fixed(long hardware) {
        return new Neighbour(hardware);
    }

    /** Whether a packet may go to {@link #hardware()} without any further thought. */
    public boolean isReachable() {
        return state == REACHABLE;
    }

    /** Whether it has left the cache, so that it must be looked up again. */
    public boolean isDead() {
        return state == DEAD;
    }

    /** The hardware address in the low 48 bits. */
    public long hardware() {
        return hardware;
    }

    /** An upper layer has proof that packets reach the neighbour (RFC 4861 section 7.3.1). */
    public void confirm(long nowNanos) {
        confirmedNanos = nowNanos;
        if (state != REACHABLE && cache != null) {
            cache.confirmed(this, nowNanos);
        }
    }

    @Override
    protected void expired(long nowNanos) {
        if (cache != null) {
            cache.expired(this, nowNanos);
        }
    }
}
