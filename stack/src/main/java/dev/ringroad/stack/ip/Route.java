package dev.ringroad.stack.ip;

/**
 * The way to one destination from one source address. A connection keeps it for as long as {@link #isCurrent()}: any
 * change of addresses, routes or path MTUs makes all routes of the stack outdated, and a new one must be asked for.
 */
public final class Route {
    private final NetInterface netInterface;
    private final IpAddress destination;
    private final IpAddress source;
    private final IpAddress nextHop;
    private final int mtu;

    Route(NetInterface netInterface, IpAddress destination, IpAddress source, IpAddress nextHop, int mtu) {
        this.netInterface = netInterface;
        this.destination = destination;
        this.source = source;
        this.nextHop = nextHop;
        this.mtu = mtu;
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
        return true;
    }

    /** Whether it leads back to this stack: nothing is lost or corrupted on it. */
    public boolean isLocal() {
        return false;
    }

    /** Whether it leads to one host, not to a broadcast address or a group. */
    public boolean isUnicast() {
        return true;
    }

    /** An upper layer has proof that what it sends on this way arrives. */
    public void confirm(long nowNanos) {}
}
