package dev.ringroad.stack.ip;

import dev.ringroad.core.worker.Timer;
import dev.ringroad.core.worker.TimingWheel;
import dev.ringroad.net.packet.Packet;
import dev.ringroad.net.packet.PacketPool;
import dev.ringroad.stack.config.IpLimits;
import dev.ringroad.stack.drop.DropReason;
import dev.ringroad.stack.drop.StackCounters;

import org.jspecify.annotations.Nullable;

import java.util.function.Supplier;

/**
 * Puts fragments together again (RFC 791 section 3.2, RFC 815).
 *
 * <p>Fragments are an old way to eat a host's memory and to slip data past a filter, so everything
 * is bounded and nothing is ambiguous: a fixed number of datagrams in pieces, fewer from one
 * source, one big packet for each and no more; a fragment that lies wholly within what is there is
 * a duplicate and ignored, one that overlaps partly condemns its datagram (RFC 5722 section 3 says
 * so for IPv6, and its reasons hold for IPv4). A condemned datagram keeps its place until its time
 * is over, so that late pieces do not begin it anew.
 *
 * <p>Each fragment is copied into the big packet at once and given back: devices get their buffers
 * back however long the rest takes.
 */
final class Reassembly {
    /** Most separate stretches of one datagram; in-order arrival needs one only. */
    private static final int STRETCHES_MAX = 64;

    private static final int DATAGRAM_BYTES_MAX = 65535;

    private final IpLimits limits;
    private final PacketPool bigPackets;
    private final TimingWheel timers;
    private final StackCounters counters;
    private final Partial[] partials;
    private final IpDatagram expiredDatagram = new IpDatagram();
    private @Nullable ReassemblyExpiry expiry;

    Reassembly(IpLimits limits, PacketPool bigPackets, TimingWheel timers, StackCounters counters) {
        this.limits = limits;
        this.bigPackets = bigPackets;
        this.timers = timers;
        this.counters = counters;
        this.partials = filled(limits.reassemblyDatagrams(), () -> new Partial(this));
    }

    private static Partial[] filled(int count, Supplier<Partial> maker) {
        Partial[] made = new Partial[count];
        for (int i = 0; i < count; i++) {
            made[i] = maker.get();
        }
        return made;
    }

    void expiry(ReassemblyExpiry newExpiry) {
        expiry = newExpiry;
    }

    /** How many datagrams are in pieces, condemned ones included. */
    int size() {
        int used = 0;
        for (Partial partial : partials) {
            if (partial.used) {
                used++;
            }
        }
        return used;
    }

    /**
     * Takes one fragment.
     *
     * @param fragment its data are the fragment's payload, its IP header lies before; ownership
     *     moves
     * @param datagram as filled from this fragment's header
     * @param identification the header's field
     * @param offset of the payload in the datagram, in bytes
     * @param more whether the header says that more follow
     * @return the whole datagram's payload with a corrected header before it, or null while there
     *     are gaps
     */
    @Nullable Packet add(
            Packet fragment,
            IpDatagram datagram,
            int identification,
            int offset,
            boolean more,
            long nowNanos) {
        int bytes = fragment.length();
        int end = offset + bytes;
        if (bytes == 0
                || (more && (bytes & 7) != 0)
                || end + datagram.headerBytes > DATAGRAM_BYTES_MAX) {
            counters.drop(DropReason.FRAGMENT_MALFORMED, fragment);
            return null;
        }
        if (isTiny(datagram.protocol, offset, bytes, more)) {
            counters.drop(DropReason.FRAGMENT_TINY, fragment);
            return null;
        }
        Partial partial = find(datagram, identification);
        if (partial == null) {
            partial = begin(fragment, datagram, identification, nowNanos);
            if (partial == null) {
                return null;
            }
        }
        Packet whole = partial.whole;
        if (whole == null) {
            counters.drop(DropReason.FRAGMENT_OVERLAP, fragment);
            return null;
        }
        DropReason objection = partial.cover(offset, end, more);
        if (objection != null) {
            if (objection != DropReason.FRAGMENT_DUPLICATE) {
                partial.condemn();
            }
            counters.drop(objection, fragment);
            return null;
        }
        store(partial, whole, fragment, datagram, offset);
        return partial.isComplete() ? finish(partial, whole, datagram) : null;
    }

    /**
     * A first fragment without the whole transport header, or one that would overwrite it (RFC
     * 1858, RFC 3128).
     */
    private static boolean isTiny(int protocol, int offset, int bytes, boolean more) {
        int least = protocol == Protocols.TCP ? 20 : 8;
        return offset == 0 ? more && bytes < least : offset < least;
    }

    private @Nullable Partial find(IpDatagram datagram, int identification) {
        for (Partial partial : partials) {
            if (partial.used
                    && partial.identification == identification
                    && partial.sourceLow == datagram.sourceLow
                    && partial.destinationLow == datagram.destinationLow
                    && partial.protocol == datagram.protocol
                    && partial.sourceHigh == datagram.sourceHigh
                    && partial.destinationHigh == datagram.destinationHigh) {
                return partial;
            }
        }
        return null;
    }

    private @Nullable Partial begin(
            Packet fragment, IpDatagram datagram, int identification, long nowNanos) {
        Partial place = place(datagram);
        if (place == null) {
            counters.drop(DropReason.FRAGMENT_SOURCE_LIMIT, fragment);
            return null;
        }
        Packet whole = bigPackets.acquire();
        if (whole == null) {
            counters.drop(DropReason.FRAGMENT_NO_MEMORY, fragment);
            return null;
        }
        place.begin(whole, datagram, identification);
        timers.schedule(place, nowNanos + limits.reassemblyTimeoutNanos());
        return place;
    }

    /**
     * A free place; or one taken from a condemned or the oldest datagram, the source's own when it
     * has its share.
     */
    private @Nullable Partial place(IpDatagram datagram) {
        Partial free = null;
        Partial oldest = null;
        int ofSource = 0;
        for (Partial partial : partials) {
            if (!partial.used) {
                free = partial;
                continue;
            }
            if (partial.sourceLow == datagram.sourceLow
                    && partial.sourceHigh == datagram.sourceHigh) {
                ofSource++;
                if (partial.whole == null) {
                    partial.end();
                    return partial;
                }
            }
            if (oldest == null || partial.deadlineNanos() - oldest.deadlineNanos() < 0) {
                oldest = partial;
            }
        }
        if (ofSource >= limits.reassemblyPerSource()) {
            return null;
        }
        if (free == null && oldest != null) {
            counters.count(DropReason.FRAGMENT_EVICTED);
            oldest.end();
            return oldest;
        }
        return free;
    }

    private void store(
            Partial partial, Packet whole, Packet fragment, IpDatagram datagram, int offset) {
        int bytes = fragment.length();
        int end = offset + bytes;
        if (whole.length() < end) {
            whole.append(end - whole.length());
        }
        whole.copyIn(offset, fragment.segment(), fragment.offset(), bytes);
        if (offset == 0) {
            int header = datagram.headerBytes;
            fragment.prepend(header);
            whole.prepend(header);
            whole.copyIn(0, fragment.segment(), fragment.offset(), header);
            whole.trimFront(header);
            partial.headerBytes = header;
            partial.trafficClass = datagram.trafficClass;
            partial.ttl = datagram.ttl;
        }
        fragment.release();
    }

    private Packet finish(Partial partial, Packet whole, IpDatagram datagram) {
        int header = partial.headerBytes;
        Ipv4Output.restoreUnfragmented(
                whole.segment(), whole.offset() - header, header, header + whole.length());
        datagram.headerBytes = header;
        datagram.trafficClass = partial.trafficClass;
        datagram.ttl = partial.ttl;
        partial.whole = null;
        partial.end();
        return whole;
    }

    private void expired(Partial partial, long nowNanos) {
        Packet whole = partial.whole;
        if (whole != null) {
            counters.count(DropReason.FRAGMENT_TIMED_OUT);
            ReassemblyExpiry told = expiry;
            if (told != null && partial.headerBytes > 0) {
                IpDatagram datagram = expiredDatagram;
                partial.fill(datagram);
                told.timedOut(whole, datagram, nowNanos);
            }
        }
        partial.end();
    }

    /** Gives all packets back. */
    void close() {
        for (Partial partial : partials) {
            partial.end();
        }
    }

    /** One datagram in pieces. Made once, used for many. */
    private static final class Partial extends Timer {
        private final Reassembly owner;
        private final int[] starts = new int[STRETCHES_MAX];
        private final int[] ends = new int[STRETCHES_MAX];
        private int stretches;
        private boolean used;
        private @Nullable Packet whole;
        private @Nullable NetInterface netInterface;
        private long sourceHigh;
        private long sourceLow;
        private long destinationHigh;
        private long destinationLow;
        private int protocol;
        private int identification;
        private int cast;
        private int totalBytes;
        private int headerBytes;
        private int trafficClass;
        private int ttl;

        private Partial(Reassembly owner) {
            this.owner = owner;
        }

        private void begin(Packet big, IpDatagram datagram, int newIdentification) {
            used = true;
            whole = big;
            netInterface = datagram.netInterface;
            sourceHigh = datagram.sourceHigh;
            sourceLow = datagram.sourceLow;
            destinationHigh = datagram.destinationHigh;
            destinationLow = datagram.destinationLow;
            protocol = datagram.protocol;
            cast = datagram.cast;
            identification = newIdentification;
            stretches = 0;
            totalBytes = -1;
            headerBytes = 0;
        }

        private void fill(IpDatagram datagram) {
            datagram.version = IpAddress.isV4(sourceHigh, sourceLow) ? 4 : 6;
            datagram.sourceHigh = sourceHigh;
            datagram.sourceLow = sourceLow;
            datagram.destinationHigh = destinationHigh;
            datagram.destinationLow = destinationLow;
            datagram.protocol = protocol;
            datagram.ttl = ttl;
            datagram.trafficClass = trafficClass;
            datagram.headerBytes = headerBytes;
            datagram.cast = cast;
            NetInterface from = netInterface;
            if (from != null) {
                datagram.netInterface = from;
            }
        }

        /**
         * Notes a stretch, in order of position and merged with its neighbours; null when there is
         * no objection.
         */
        private @Nullable DropReason cover(int start, int end, boolean more) {
            int at = 0;
            while (at < stretches && ends[at] <= start) {
                at++;
            }
            if (at < stretches && starts[at] < end) {
                return starts[at] <= start && end <= ends[at]
                        ? DropReason.FRAGMENT_DUPLICATE
                        : DropReason.FRAGMENT_OVERLAP;
            }
            int reach = stretches == 0 ? 0 : ends[stretches - 1];
            if (more ? totalBytes >= 0 && end > totalBytes : totalBytes >= 0 || reach > end) {
                return DropReason.FRAGMENT_CONFLICT;
            }
            boolean joinsBefore = at > 0 && ends[at - 1] == start;
            boolean joinsAfter = at < stretches && starts[at] == end;
            if (joinsBefore && joinsAfter) {
                ends[at - 1] = ends[at];
                removeStretch(at);
            } else if (joinsBefore) {
                ends[at - 1] = end;
            } else if (joinsAfter) {
                starts[at] = start;
            } else if (stretches == STRETCHES_MAX) {
                return DropReason.FRAGMENT_PIECES;
            } else {
                insertStretch(at, start, end);
            }
            if (!more) {
                totalBytes = end;
            }
            return null;
        }

        private void insertStretch(int at, int start, int end) {
            System.arraycopy(starts, at, starts, at + 1, stretches - at);
            System.arraycopy(ends, at, ends, at + 1, stretches - at);
            starts[at] = start;
            ends[at] = end;
            stretches++;
        }

        private void removeStretch(int at) {
            System.arraycopy(starts, at + 1, starts, at, stretches - at - 1);
            System.arraycopy(ends, at + 1, ends, at, stretches - at - 1);
            stretches--;
        }

        private boolean isComplete() {
            return stretches == 1 && starts[0] == 0 && ends[0] == totalBytes;
        }

        /** Gives up the content but keeps the place. */
        private void condemn() {
            Packet given = whole;
            whole = null;
            if (given != null) {
                given.release();
            }
        }

        private void end() {
            condemn();
            used = false;
            netInterface = null;
            owner.timers.cancel(this);
        }

        @Override
        protected void expired(long nowNanos) {
            owner.expired(this, nowNanos);
        }
    }
}
