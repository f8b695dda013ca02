package dev.ringroad.stack.ip;

import dev.ringroad.stack.neighbour.Neighbour;

/**
 * The way to one destination from one source address. A connection keeps it for as long as {@link
 * #isCurrent()}: any change of addresses, routes or path MTUs makes all routes of the stack
 * outdated, and a new one must be asked for.
 *
 * <p>It carries what is the same in every header that goes this way, so that sending writes a
 * handful of words and looks nothing up.
 */
public final class Route {
    /** To one host over the link. */
    static final int UNICAST = 0;

    /** To everybody on the link. */
    static final int BROADCAST = 1;

    /** To a multicast group. */
    static final int MULTICAST = 2;

    /** To one of the stack's own addresses. */
    static final int LOCAL = 3;

    final NetInterface netInterface;
    final int kind;
    final int mtu;
    final long sourceHardware;
    final int sourceV4;
    final int destinationV4;

    /**
     * The sum of the 16-bit words that all IPv4 headers of this route share: both addresses and
     * version, length.
     */
    final int sharedHeaderSum;

    /** Replaced when the cache has given it up. */
    Neighbour neighbour;

    private final IpAddress destination;
    private final IpAddress source;
    private final IpAddress askedSource;
    private final IpAddress nextHop;
    private final RouteTable table;
    private final int generation;

    Route(
            RouteTable table,
            NetInterface netInterface,
            int kind,
            IpAddress destination,
            IpAddress source,
            IpAddress askedSource,
            IpAddress nextHop,
            Neighbour neighbour,
            int mtu) {
        this.table = table;
        this.generation = table.generation();
        this.netInterface = netInterface;
        this.kind = kind;
        this.destination = destination;
        this.source = source;
        this.askedSource = askedSource;
        this.nextHop = nextHop;
        this.neighbour = neighbour;
        this.mtu = mtu;
        this.sourceHardware = netInterface.hardware;
        this.sourceV4 = source.v4();
        this.destinationV4 = destination.v4();
        this.sharedHeaderSum =
                (sourceV4 >>> 16)
                        + (sourceV4 & 0xffff)
                        + (destinationV4 >>> 16)
                        + (destinationV4 & 0xffff)
                        + 0x4500;
    }

    boolean answers(long destinationHigh, long destinationLow, long sourceHigh, long sourceLow) {
        return destination.low() == destinationLow
                && askedSource.low() == sourceLow
                && destination.high() == destinationHigh
                && askedSource.high() == sourceHigh
                && isCurrent();
    }

    /** Where packets go out. */
    public NetInterface netInterface() {
        return netInterface;
    }

    /** Where they go to. */
    public IpAddress destination() {
        return destination;
    }

    /** The stack's address that they come from. */
    public IpAddress source() {
        return source;
    }

    /** The destination itself, or the gateway. */
    public IpAddress nextHop() {
        return nextHop;
    }

    /** The largest IP datagram that the path is known to take, IP header included, in bytes. */
    public int mtu() {
        return mtu;
    }

    /** Whether nothing has changed since it was found. */
    public boolean isCurrent() {
        return generation == table.generation();
    }

    /** Whether it leads back to this stack: nothing is lost or corrupted on it. */
    public boolean isLocal() {
        return kind == LOCAL;
    }

    /** Whether it leads to one host, not to a broadcast address or a group. */
    public boolean isUnicast() {
        return kind == UNICAST || kind == LOCAL;
    }

    /** Whether it leads to everybody on the link. */
    public boolean isBroadcast() {
        return kind == BROADCAST;
    }

    /** Whether it leads to a multicast group. */
    public boolean isMulticast() {
        return kind == MULTICAST;
    }

    /** An upper layer has proof that what it sends on this way arrives. */
    public void confirm(long nowNanos) {
        neighbour.confirm(nowNanos);
    }

    @Override
    public String toString() {
        return source + " to " + destination + " by " + nextHop + " over " + netInterface.name();
    }
}
