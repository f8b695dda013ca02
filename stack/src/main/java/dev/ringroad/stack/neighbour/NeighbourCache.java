package dev.ringroad.stack.neighbour;

import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.wire.EthernetHeader;
import dev.ringroad.stack.config.KeyedHash;
import dev.ringroad.stack.config.NeighbourLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;

import org.jspecify.annotations.Nullable;

/**
 * An interface's neighbours. Bounded in entries and in packets that wait for each; one request a
 * second for each unresolved neighbour, as RFC 1122 section 2.3.2.1 asks, so that neither a scan of
 * the subnet nor a dead host makes memory or traffic grow.
 *
 * <p>How requests look on the wire is the {@link Solicitor}'s business (ARP today, neighbour
 * discovery for IPv6 later).
 */
public final class NeighbourCache {
    /** Sends one request for a neighbour's address. */
    public interface Solicitor {
        /**
         * @param unicastTo hardware address to ask directly, or 0 to ask everybody
         */
        void solicit(long addressHigh, long addressLow, long unicastTo, long nowNanos);
    }

    private final NeighbourLimits limits;
    private final Link link;
    private final TimingWheel timers;
    private final StackCounters counters;
    private final KeyedHash hash;
    private final @Nullable Neighbour[] slots;
    private @Nullable Solicitor solicitor;
    private int size;
    private int pendingTotal;

    /** An empty cache. {@link #solicitor} must be called before the first packet. */
    public NeighbourCache(
            NeighbourLimits limits,
            Link link,
            TimingWheel timers,
            StackCounters counters,
            KeyedHash hash) {
        this.limits = limits;
        this.link = link;
        this.timers = timers;
        this.counters = counters;
        this.hash = hash;
        this.slots = new Neighbour[Integer.highestOneBit(Math.max(16, limits.entries()) * 2 - 1)];
    }

    /** Says who sends the requests. */
    public void solicitor(Solicitor newSolicitor) {
        solicitor = newSolicitor;
    }

    /** How many neighbours are known or being looked for. */
    public int size() {
        return size;
    }

    /** The neighbour of this address, or null when there is no entry. */
    public @Nullable Neighbour find(long high, long low) {
        Neighbour found = slots[slot(high, low)];
        while (found != null && (found.addressLow != low || found.addressHigh != high)) {
            found = found.next;
        }
        return found;
    }

    /**
     * The neighbour of this address, made when there is none. Nobody is asked before the first
     * packet.
     *
     * @return null when the cache is full of entries that wait for an answer; counted
     */
    public @Nullable Neighbour findOrCreate(long high, long low, long nowNanos) {
        Neighbour found = find(high, low);
        if (found != null) {
            return found;
        }
        if (size >= limits.entries() && !evict()) {
            counters.count(DropReason.NEIGHBOUR_CACHE_FULL);
            return null;
        }
        Neighbour made = new Neighbour(this, high, low);
        int slot = slot(high, low);
        made.next = slots[slot];
        made.usedNanos = nowNanos;
        slots[slot] = made;
        size++;
        // Without a packet it is forgotten soon.
        timers.schedule(made, nowNanos + limits.retryNanos());
        return made;
    }

    /**
     * Sends a complete frame whose destination hardware address is still open to a neighbour that
     * is not known to be reachable; the reference moves.
     *
     * @return whether it was sent or kept for later
     */
    public boolean send(Neighbour neighbour, Packet frame, long nowNanos) {
        neighbour.usedNanos = nowNanos;
        switch (neighbour.state) {
            case Neighbour.INCOMPLETE -> {
                enqueue(neighbour, frame, nowNanos);
                return true;
            }
            case Neighbour.DEAD -> {
                counters.drop(DropReason.NEIGHBOUR_UNREACHABLE, frame);
                return false;
            }
            case Neighbour.STALE -> {
                neighbour.state = Neighbour.DELAY;
                timers.schedule(neighbour, nowNanos + limits.delayNanos());
            }
            default -> {
                // Reachable, or a question is under way already.
            }
        }
        EthernetHeader.destination(frame.segment(), frame.offset(), neighbour.hardware);
        link.transmit(frame);
        return true;
    }

    private void enqueue(Neighbour neighbour, Packet frame, long nowNanos) {
        if (neighbour.pending.length == 0) {
            neighbour.pending = new Packet[limits.pendingPackets()];
        }
        if (neighbour.pendingCount == neighbour.pending.length) {
            // RFC 1122 section 2.3.2.2: at least the latest is to be saved.
            Packet oldest = neighbour.pending[0];
            System.arraycopy(
                    neighbour.pending, 1, neighbour.pending, 0, neighbour.pendingCount - 1);
            neighbour.pendingCount--;
            pendingTotal--;
            counters.drop(DropReason.NEIGHBOUR_QUEUE_FULL, oldest);
        }
        if (pendingTotal >= limits.pendingPacketsTotal() && neighbour.pendingCount > 0) {
            counters.drop(DropReason.NEIGHBOUR_QUEUE_FULL, frame);
        } else {
            neighbour.pending[neighbour.pendingCount++] = frame;
            pendingTotal++;
        }
        if (neighbour.requests == 0) {
            ask(neighbour, 0, nowNanos);
        }
    }

    private void ask(Neighbour neighbour, long unicastTo, long nowNanos) {
        neighbour.requests++;
        timers.schedule(neighbour, nowNanos + limits.retryNanos());
        Solicitor asked = solicitor;
        if (asked != null) {
            asked.solicit(neighbour.addressHigh, neighbour.addressLow, unicastTo, nowNanos);
        }
    }

    /**
     * A neighbour told its hardware address.
     *
     * @param create whether an entry may be made for it: only when it asked for us
     * @param solicited whether this answers a question of ours, which proves the way there and back
     * @return whether there is an entry now
     */
    public boolean learn(
            long high, long low, long hardware, boolean create, boolean solicited, long nowNanos) {
        Neighbour neighbour = find(high, low);
        if (neighbour == null) {
            if (!create) {
                return false;
            }
            neighbour = findOrCreate(high, low, nowNanos);
            if (neighbour == null) {
                return false;
            }
        }
        boolean waiting =
                neighbour.state == Neighbour.INCOMPLETE || neighbour.state == Neighbour.PROBE;
        boolean changed = neighbour.hardware != hardware;
        neighbour.hardware = hardware;
        if (solicited && waiting) {
            reachable(neighbour, nowNanos);
        } else if (changed || neighbour.state == Neighbour.INCOMPLETE) {
            // Heard but not proved: the next packet goes there, and a question follows it.
            neighbour.state = Neighbour.STALE;
            neighbour.requests = 0;
            timers.schedule(neighbour, nowNanos + limits.staleNanos());
        }
        releasePending(neighbour, nowNanos);
        return true;
    }

    /** Proof from above that the neighbour is there. */
    void confirmed(Neighbour neighbour, long nowNanos) {
        if (neighbour.state >= Neighbour.STALE && neighbour.state <= Neighbour.PROBE) {
            reachable(neighbour, nowNanos);
        }
    }

    private void reachable(Neighbour neighbour, long nowNanos) {
        neighbour.state = Neighbour.REACHABLE;
        neighbour.requests = 0;
        neighbour.confirmedNanos = nowNanos;
        timers.schedule(neighbour, nowNanos + limits.reachableNanos());
    }

    /** How many packets are the caller's now, from the start of the neighbour's array. */
    private int takePending(Neighbour neighbour) {
        int count = neighbour.pendingCount;
        neighbour.pendingCount = 0;
        pendingTotal -= count;
        return count;
    }

    private void releasePending(Neighbour neighbour, long nowNanos) {
        int count = takePending(neighbour);
        for (int i = 0; i < count; i++) {
            send(neighbour, neighbour.pending[i], nowNanos);
        }
    }

    /** The neighbour's timer ran out. */
    void expired(Neighbour neighbour, long nowNanos) {
        switch (neighbour.state) {
            case Neighbour.INCOMPLETE -> {
                if (neighbour.pendingCount == 0 || neighbour.requests >= limits.requestsMax()) {
                    remove(neighbour, nowNanos);
                } else {
                    ask(neighbour, 0, nowNanos);
                }
            }
            case Neighbour.REACHABLE -> {
                long trustedUntil = neighbour.confirmedNanos + limits.reachableNanos();
                if (trustedUntil - nowNanos > 0) {
                    timers.schedule(neighbour, trustedUntil);
                } else {
                    neighbour.state = Neighbour.STALE;
                    timers.schedule(neighbour, nowNanos + limits.staleNanos());
                }
            }
            case Neighbour.DELAY, Neighbour.PROBE -> {
                neighbour.state = Neighbour.PROBE;
                if (neighbour.requests >= limits.requestsMax()) {
                    remove(neighbour, nowNanos);
                } else {
                    ask(neighbour, neighbour.hardware, nowNanos);
                }
            }
            case Neighbour.STALE -> remove(neighbour, nowNanos);
            default -> {
                // Dead ones have no timer.
            }
        }
    }

    private void remove(Neighbour neighbour, long nowNanos) {
        unlink(neighbour);
        int count = takePending(neighbour);
        for (int i = 0; i < count; i++) {
            counters.count(DropReason.NEIGHBOUR_UNREACHABLE);
            link.undeliverable(neighbour.pending[i], nowNanos);
        }
    }

    private void unlink(Neighbour neighbour) {
        timers.cancel(neighbour);
        neighbour.state = Neighbour.DEAD;
        int slot = slot(neighbour.addressHigh, neighbour.addressLow);
        Neighbour at = slots[slot];
        if (at == neighbour) {
            slots[slot] = neighbour.next;
        } else {
            while (at != null && at.next != neighbour) {
                at = at.next;
            }
            if (at != null) {
                at.next = neighbour.next;
            }
        }
        neighbour.next = null;
        size--;
    }

    /** Forgets the stale entry that has not been used for the longest time. */
    private boolean evict() {
        Neighbour oldest = null;
        for (Neighbour head : slots) {
            for (Neighbour n = head; n != null; n = n.next) {
                boolean idle = n.state == Neighbour.STALE || n.state == Neighbour.REACHABLE;
                if (idle && (oldest == null || n.usedNanos - oldest.usedNanos < 0)) {
                    oldest = n;
                }
            }
        }
        if (oldest == null) {
            return false;
        }
        unlink(oldest);
        return true;
    }

    /**
     * The link was away: whoever comes back may be somebody else. Packets that wait are dropped and
     * counted.
     */
    public void clear() {
        for (int slot = 0; slot < slots.length; slot++) {
            for (Neighbour n = slots[slot]; n != null; n = slots[slot]) {
                int count = takePending(n);
                for (int i = 0; i < count; i++) {
                    counters.drop(DropReason.NEIGHBOUR_UNREACHABLE, n.pending[i]);
                }
                unlink(n);
            }
        }
    }

    /** The link has come up: what was asked before was not heard. */
    public void askAgain(long nowNanos) {
        for (Neighbour head : slots) {
            for (Neighbour n = head; n != null; n = n.next) {
                if (n.state == Neighbour.INCOMPLETE && n.pendingCount > 0) {
                    n.requests = 0;
                    ask(n, 0, nowNanos);
                }
            }
        }
    }

    private int slot(long high, long low) {
        return (int) (hash.table(high, low) >>> 33) & (slots.length - 1);
    }
}
